"""A session is let go of when its tab has gone, and an empty installation says what to do first."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from bokeh.document import Document
from playwright.sync_api import expect

from showcase.console.feed import shared_feed
from showcase.http.app import build_app
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation, share
from tests.browser.conftest import Visit, free_port

_SESSIONS = 2
_PATIENCE_S = 60.0
_KEPT_BY_BOKEH = 2
"""Documents that no session owns: bokeh's own default one, and one that the context of its server may hold."""


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
    assert listening.wait(_PATIENCE_S)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join()


def living_documents() -> int:
    gc.collect()
    return sum(isinstance(each, Document) for each in gc.get_objects())


def test_closed_tabs_leave_no_document_behind(visit: Visit, database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    installation = Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    share(installation)
    try:
        with served_here(installation) as url:
            for _ in range(_SESSIONS):
                page = visit("", url=url)
                expect(page.get_by_text("No run yet.")).to_be_visible()
                expect(page.get_by_text("no demand data", exact=True)).to_be_visible()
                page.get_by_text("Library", exact=True).first.click()
                expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
                assert shared_feed(launcher).listeners == 1
                page.close()
                _wait_for_the_session_to_end(launcher)
            assert living_documents() <= _KEPT_BY_BOKEH
    finally:
        share(None)
        launcher.close()


def _wait_for_the_session_to_end(launcher: object) -> None:
    deadline = threading.Event()
    for _ in range(int(_PATIENCE_S / 0.1)):
        if shared_feed(launcher).listeners == 0 and living_documents() <= _KEPT_BY_BOKEH:
            return
        deadline.wait(0.1)
    raise AssertionError(f"{living_documents()} documents and {shared_feed(launcher).listeners} listeners live on")
