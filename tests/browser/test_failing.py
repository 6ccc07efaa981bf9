"""What a person sees while the data are slow, while the database is away, and when a service breaks: in every view."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from showcase.console.view_table import VIEWS
from showcase.services.workspaces import WorkspaceService
from showcase.store.engine import Database
from tests.browser.accessible import serious_findings
from tests.browser.conftest import Visit
from tests.browser.served_here import served_here, shared_over
from tests.browser.test_every_view import shoot
from tests.postgres import DatabaseServer

READS = {
    "run": "Reading the data set",
    "library": "Reading the library",
    "lineage": "Reading who replayed whom",
    "compare": "Reading the comparison",
    "data": "Reading the data sets",
    "operations": "Reading what ran and what is there",
}
"""What each view says while its data are not there yet."""
READY = {
    "run": "No run yet.",
    "library": "Nothing is kept yet.",
    "lineage": "Nothing is kept yet",
    "compare": "There is no workspace",
    "data": "No demand data yet.",
    "operations": "Look again",
}
"""What each says of an empty installation."""
QUERY = {view: f"?view={view}" for view in VIEWS} | {
    "compare": f"?view=compare&compare={'0a' * 16}&compare={'0b' * 16}"
}


@pytest.fixture
def url(database: Database, tmp_path: Path) -> Iterator[str]:
    """An empty installation, served by this process."""
    with shared_over(database, tmp_path) as installation, served_here(installation) as address:
        yield address


@contextmanager
def away(server: DatabaseServer, database: Database) -> Iterator[None]:
    """The database lets nobody in, and has put out whoever was there."""
    name = database.url.database
    server._execute(
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    try:
        yield
    finally:
        server._execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def words(page: Page, said: str) -> Locator:
    return page.get_by_text(said).filter(visible=True).first


def go(page: Page, view: str) -> None:
    """Open a view, and wait until it is the one that is shown."""
    page.get_by_role("navigation").get_by_role("button", name=VIEWS[view].label, exact=True).click()
    head = "Demand" if view == "run" else VIEWS[view].label
    expect(page.get_by_role("heading", name=head, exact=True, level=2).filter(visible=True)).to_be_visible()


def test_each_view_says_what_it_waits_for_while_its_data_are_slow(
    url: str, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, read = threading.Event(), Database.read

    def slowly(database: Database) -> Any:
        may_answer.wait()
        return read(database)

    monkeypatch.setattr(Database, "read", slowly)
    try:
        for view in VIEWS:
            may_answer.clear()
            page = visit(QUERY[view], url=url)
            expect(words(page, READS[view])).to_be_visible()
            shoot(page, f"slow-{view}")
            may_answer.set()
            expect(words(page, READY[view])).to_be_visible()
            expect(page.get_by_text("Reading ").filter(visible=True)).to_have_count(0)
            page.close()
    finally:
        may_answer.set()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_view_says_that_the_database_is_away_and_is_there_again_by_itself(
    url: str, visit: Visit, database: Database, database_server: DatabaseServer, theme: str
) -> None:
    page = visit(f"{QUERY['compare']}{'&theme=dark' if theme == 'dark' else ''}", url=url)
    expect(words(page, READY["compare"])).to_be_visible()
    with away(database_server, database):
        expect(page.get_by_text("the database is away")).to_be_visible()
        for view in VIEWS:
            go(page, view)
            told = page.get_by_role("alert").filter(visible=True).first
            expect(told).to_contain_text("database")
            shoot(page, f"away-{view}-{theme}")
        found = serious_findings(page)
        assert not found, "\n".join(found)
        go(page, "run")
        expect(page.locator("button.MuiButton-root", has_text="Run")).to_be_disabled()
    expect(page.get_by_text("idle", exact=True)).to_be_visible()
    expect(words(page, READY["run"])).to_be_visible()
    expect(page.get_by_text("no demand data", exact=True)).to_be_visible()
    for view in VIEWS:
        go(page, view)
        expect(words(page, READY[view])).to_be_visible()


def test_a_service_that_breaks_is_told_without_its_words_and_the_rest_goes_on(
    url: str, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("words of a library")

    monkeypatch.setattr(WorkspaceService, "find", broken)
    page = visit(QUERY["library"], url=url)
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_contain_text("by a fault of its own (RuntimeError)")
    expect(page.get_by_text("words of a library")).to_have_count(0)
    shoot(page, "broken-library")
    monkeypatch.undo()
    go(page, "data")
    expect(words(page, READY["data"])).to_be_visible()
    page.get_by_role("button", name="I have read it").click()
    expect(told).to_have_count(0)
    go(page, "library")
    expect(words(page, READY["library"])).to_be_visible()
