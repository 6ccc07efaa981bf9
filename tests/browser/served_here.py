"""The application in a thread of a test's own process, so that the test can look into it and make it fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from showcase.http.app import build_app
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation, share
from tests.loopback import free_port

PATIENCE_S = 60.0


@contextmanager
def shared_over(database: Database, home: Path, **settings: Any) -> Iterator[Installation]:
    """An installation over this database, as the one of this process, with these settings."""
    launcher = launcher_over(database, home)
    installation = Installation(Settings(home=home, **settings), database, launcher.services, launcher, None)
    share(installation)
    try:
        yield installation
    finally:
        share(None)
        launcher.close()


@contextmanager
def served_here(installation: Installation) -> Iterator[str]:
    """The application in a thread of this process, so that its documents can be counted; sessions end at once."""
    port = free_port()
    app = build_app(installation, hosts=[f"127.0.0.1:{port}"], unused_session_ms=200)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=2))
    listening = threading.Event()
    startup = server.startup

    async def announced(sockets: list[object] | None = None) -> None:
        await startup(sockets)
        listening.set()

    server.startup = announced  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert listening.wait(PATIENCE_S)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()
