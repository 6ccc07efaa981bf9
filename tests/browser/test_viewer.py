"""Whoever may only look sees everything, is told so, and is offered nothing that would be refused half way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect
from pydantic import SecretStr

from showcase.pipeline.request import parse_request
from showcase.store.engine import Database
from tests.browser.conftest import PATIENCE_MS, Watcher
from tests.browser.served_here import served_here, shared_over
from tests.browser.test_every_view import shoot
from tests.canaries import CANARIES

KEPT = {"skip_seed": False, "preservation": "keep", "workspace_name": "to-look-at"}


@contextmanager
def looking_on(tabs: BrowserContext, url: str) -> Iterator[Page]:
    """A tab of somebody who came in with the viewer's token; it may have had no trouble."""
    assert tabs.browser is not None
    known = {"username": "viewer", "password": CANARIES["viewer_token"]}
    context = tabs.browser.new_context(http_credentials=known, base_url=url, viewport={"width": 1280, "height": 800})
    page, watcher = context.new_page(), Watcher("127.0.0.1")
    page.set_default_timeout(PATIENCE_MS)
    watcher.watch(page)
    yield page
    context.close()
    assert not [trouble for trouble in watcher.troubles if not trouble.startswith("401: ")]  # how Basic begins


def test_a_viewer_sees_everything_and_can_change_nothing(
    tabs: BrowserContext, database: Database, tmp_path: Path
) -> None:
    tokens = {name: SecretStr(CANARIES[name]) for name in ("api_token", "viewer_token")}
    with shared_over(database, tmp_path, **tokens) as installation:
        kept = str(installation.launcher.start(parse_request(KEPT)).wait().summary["workspace_id"])
        before = installation.services.workspaces.show(kept)
        with served_here(installation) as url, looking_on(tabs, url) as page:
            page.goto("/")
            expect(page.get_by_role("note")).to_contain_text("You look on")
            expect(page.get_by_role("heading", name="Result")).to_be_visible()
            expect(page.get_by_text("To run takes an operator")).to_be_visible()
            expect(page.locator("button.MuiButton-root", has_text="Run")).to_be_disabled()
            shoot(page, "viewer-run")

            page.goto(f"/?view=library&workspace={kept}")
            expect(page.get_by_role("heading", name="Made objects")).to_be_visible()
            for name in ("Replay…", "Export…", "Delete…"):
                expect(page.get_by_role("button", name=name)).to_be_disabled()
            expect(page.locator("button.MuiButton-root", has_text="Load").first).to_be_enabled()
            row = page.locator(".tabulator-row").first
            row.get_by_role("checkbox").check()
            expect(page.get_by_role("button", name="Archive…")).to_be_disabled()
            row.get_by_role("button", name="Pin to-look-at").click()
            told = page.get_by_role("alert").filter(visible=True)
            expect(told).to_contain_text("This is for operators; you came in as viewer.")
            expect(row).to_be_visible()  # the table stays
            shoot(page, "viewer-library")

            page.goto("/?view=data")
            for name in ("Import sales", "Wipe all data…"):
                expect(page.get_by_role("button", name=name)).to_be_disabled()
        assert installation.services.workspaces.show(kept) == before
