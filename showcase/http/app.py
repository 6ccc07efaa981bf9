"""The web application: HTTP, the list of notebooks, and the console at the root."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from panel.io.fastapi import add_applications

from showcase.errors import UnavailableError
from showcase.http.guard import SecurityHeaders
from showcase.http.health import health_router
from showcase.http.notebooks import notebooks_router
from showcase.settings import notebooks_folder
from showcase.wiring import Installation

CONSOLE = "console.ipynb"
_UNUSED_SESSION_MS = 15_000


def build_app(
    installation: Installation,
    *,
    origins: Sequence[str] = (),
    unused_session_ms: int = _UNUSED_SESSION_MS,
    warm: bool = False,
) -> FastAPI:
    """Everything on one port: HTTP at its paths, the notebooks at /notebooks, the console at /.

    `origins` are the host:port that may open the console's WebSocket beside the one that served the page;
    `unused_session_ms` is how long a session lives on after its browser tab has gone; `warm` runs the console once, so
    that the first page is as quick as the second. The console finds its installation with
    `wiring.shared_installation`, so share it before.
    """
    app = FastAPI(title="showcase", docs_url="/docs", redoc_url=None)
    folder = notebooks_folder()
    app.include_router(health_router(installation))
    app.include_router(notebooks_router(folder, console=CONSOLE))
    add_applications(
        {"/": str(_console(folder))},
        app=app,
        title="Showcase",
        websocket_origin=list(origins) or None,
        warm=warm,
        unused_session_lifetime_milliseconds=unused_session_ms,
        check_unused_sessions_milliseconds=min(unused_session_ms, _UNUSED_SESSION_MS),
    )
    # added last, so that it stands outermost and covers the console's pages too
    app.add_middleware(SecurityHeaders)
    return app


def _console(folder: Path) -> Path:
    path = folder / CONSOLE
    if not path.is_file():
        raise UnavailableError(
            f"The console's notebook was expected at {path}, and there is none.",
            "Install the package anew, or restore the notebooks folder of the checkout.",
        )
    return path
