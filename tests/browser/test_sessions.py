"""A session is let go of when its tab has gone, and an empty installation says what to do first."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

from bokeh.document import Document
from playwright.sync_api import expect

from showcase.console.feed import shared_feed
from showcase.store.engine import Database
from tests.browser.conftest import Visit
from tests.browser.served_here import PATIENCE_S, served_here, shared_over

_SESSIONS = 2
_KEPT_BY_BOKEH = 2
"""Documents that no session owns: bokeh's own default one, and one that the context of its server may hold."""


def living_documents() -> int:
    gc.collect()
    return sum(isinstance(each, Document) for each in gc.get_objects())


def test_closed_tabs_leave_no_document_behind(visit: Visit, database: Database, tmp_path: Path) -> None:
    with shared_over(database, tmp_path) as installation, served_here(installation) as url:
        launcher = installation.launcher
        for _ in range(_SESSIONS):
            page = visit("", url=url)
            expect(page.get_by_text("No run yet.")).to_be_visible()
            expect(page.get_by_text("no demand data", exact=True)).to_be_visible()
            page.get_by_role("navigation").get_by_role("button", name="Library", exact=True).click()
            expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
            assert shared_feed(launcher).listeners == 1
            page.close()
            _wait_for_the_session_to_end(launcher)
        assert living_documents() <= _KEPT_BY_BOKEH


def _wait_for_the_session_to_end(launcher: object) -> None:
    deadline = threading.Event()
    for _ in range(int(PATIENCE_S / 0.1)):
        if shared_feed(launcher).listeners == 0 and living_documents() <= _KEPT_BY_BOKEH:
            return
        deadline.wait(0.1)
    raise AssertionError(f"{living_documents()} documents and {shared_feed(launcher).listeners} listeners live on")
