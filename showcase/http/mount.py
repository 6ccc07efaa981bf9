"""Puts the console and the list of notebooks on the same port."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from panel.io.fastapi import add_applications

from showcase.errors import UnavailableError
from showcase.http.notebooks import notebooks_router
from showcase.settings import notebooks_folder

CONSOLE = "console.ipynb"
UNUSED_SESSION_MS = 15_000


def mount_console(app: FastAPI, origins: list[str], unused_session_ms: int, *, warm: bool) -> None:
    """The notebooks at /notebooks and the console at /, whose WebSocket pages of `origins` (host:port) may open."""
    folder = notebooks_folder()
    app.include_router(notebooks_router(folder, console=CONSOLE))
    add_applications(
        {"/": str(_console(folder))},
        app=app,
        title="Showcase",
        websocket_origin=origins or None,
        warm=warm,
        unused_session_lifetime_milliseconds=unused_session_ms,
        check_unused_sessions_milliseconds=min(unused_session_ms, UNUSED_SESSION_MS),
    )


def _console(folder: Path) -> Path:
    path = folder / CONSOLE
    if not path.is_file():
        raise UnavailableError(
            f"The console's notebook was expected at {path}, and there is none.",
            "Install the package anew, or restore the notebooks folder of the checkout.",
        )
    return path
