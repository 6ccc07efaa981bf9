"""Puts the console, the live notebooks and their gallery on the same port."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from panel.io.fastapi import add_applications

from showcase.errors import UnavailableError
from showcase.http.notebooks import live_notebooks, notebooks_router
from showcase.http.once import work_out_once
from showcase.http.prepared import PreparedSessions
from showcase.services.roles import ROLE_HEADER
from showcase.settings import notebooks_folder

UNUSED_SESSION_MS = 15_000


def mount_console(
    app: FastAPI,
    origins: list[str],
    unused_session_ms: int,
    key: str,
    *,
    returns_within_s: int,
    warm: bool,
    prepared: int,
    newest: Callable[[], object],
) -> PreparedSessions:
    """The gallery and its notebooks at /notebooks, the console at /.

    The WebSockets of the live ones are for pages of `origins` (host:port). Sessions are signed with `key`, so that
    nobody can make one up; of its request a session knows the role alone, and no token goes into a page. A page may
    take up a connection that it lost until it is `returns_within_s` old; an older one has to be loaded anew. Each live
    notebook runs once a session, over the installation that is shared in this process; `warm` runs each of them once
    now. Of the console, up to `prepared` pages are made ahead, and made anew where `newest` has changed; what makes
    them comes back.
    """
    folder = notebooks_folder()
    app.include_router(notebooks_router(folder))
    work_out_once()
    mounted = add_applications(
        _with_console(live_notebooks(folder), folder),
        app=app,
        title="Showcase",
        websocket_origin=origins or None,
        warm=warm,
        sign_sessions=True,
        secret_key=key.encode(),
        session_token_expiration=returns_within_s,
        include_headers=[ROLE_HEADER, ROLE_HEADER.title()],
        include_cookies=[],
        unused_session_lifetime_milliseconds=unused_session_ms,
        check_unused_sessions_milliseconds=min(unused_session_ms, UNUSED_SESSION_MS),
    )
    return PreparedSessions(mounted.applications["/"], prepared, newest)


def _with_console(live: dict[str, str], folder: Path) -> dict[str, str]:
    if "/" not in live:
        raise UnavailableError(
            f"The console's notebook was expected at {folder / 'console.ipynb'}, and there is none.",
            "Install the package anew, or restore the notebooks folder of the checkout.",
        )
    return live
