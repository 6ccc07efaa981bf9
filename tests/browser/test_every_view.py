"""Every row of the table of views: it fits, it is accessible, it can be reached by keyboard, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from showcase.console.view_table import VIEWS
from showcase.store.engine import Database
from tests.browser.accessible import UPSTREAM, serious_findings
from tests.browser.conftest import Visit
from tests.http.served import served

SIZES = ((1280, 800), (1024, 768))
SHOTS = Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"


def opened(page: Page) -> None:
    """Wait until the view is there: it has a heading or says that it is empty, and nothing is being read any more."""
    there = page.get_by_role("heading", level=2).or_(page.get_by_text("Nothing is kept yet.")).filter(visible=True)
    expect(there.first).to_be_visible()
    expect(page.get_by_text("Reading the").filter(visible=True)).to_have_count(0)


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page in a folder that Git ignores."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_it_fits_and_is_accessible(visit: Visit, view: str, theme: str) -> None:
    page = visit(f"?view={view}{'&theme=dark' if theme == 'dark' else ''}")
    opened(page)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        expect(page.get_by_role("button", name=VIEWS[view].label, exact=True).first).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") <= height
        shoot(page, f"{view}-{theme}-{width}")
    found = serious_findings(page)
    assert not found, "\n".join(found)


def test_each_is_opened_from_the_rail_with_the_keyboard_and_by_its_address(visit: Visit) -> None:
    page = visit()
    presets = page.get_by_role("radiogroup", name="Preset of demand")
    for view in (*(name for name in VIEWS if name != "run"), "run"):
        opened(page)
        page.get_by_role("navigation").get_by_role("button", name=VIEWS[view].label, exact=True).press("Enter")
        expect(presets).to_be_visible(visible=view == "run")
        if view == "run":
            assert "view=" not in page.url
        else:
            page.wait_for_url(f"**/?*view={view}*")
        page.reload()
        opened(page)
        expect(presets).to_be_visible(visible=view == "run")


def test_back_and_forward_show_what_the_address_says(visit: Visit) -> None:
    page = visit("?view=compare")
    opened(page)
    page.get_by_role("navigation").get_by_role("button", name="Data", exact=True).click()
    page.wait_for_url("**/?*view=data*")
    opened(page)
    for go, view, other in ((page.go_back, "Compare", "Data"), (page.go_forward, "Data", "Compare")):
        go(wait_until="commit")
        page.wait_for_url(f"**/?*view={view.lower()}*")
        expect(page.get_by_role("heading", name=view, exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name=other, exact=True)).to_be_hidden()


def test_a_tab_that_is_older_than_a_view_shows_it_after_another_tab_did(
    visit: Visit, database: Database, tmp_path: Path
) -> None:
    with served(database, tmp_path) as server:
        older = visit("?view=library", url=f"{server.url}/")
        opened(older)
        newer = visit(url=f"{server.url}/")
        presets = "Preset of demand"
        expect(newer.get_by_role("radiogroup", name=presets)).to_be_visible()
        older.get_by_role("navigation").get_by_role("button", name="Run", exact=True).click()
        expect(older.get_by_role("radiogroup", name=presets)).to_be_visible()
        for page in (older, newer):
            page.close()  # while there is somebody to say goodbye to


def test_what_stays_upstream_is_short_and_has_its_reasons() -> None:
    assert len(UPSTREAM) <= 6
    assert all(known.reason for known in UPSTREAM)


def test_whoever_clicks_before_a_view_has_come_sees_the_last_one(visit: Visit) -> None:
    page = visit()
    buttons = page.get_by_role("navigation")
    for view in VIEWS:
        buttons.get_by_role("button", name=VIEWS[view].label, exact=True).click(no_wait_after=True)
    page.wait_for_url(f"**/?*view={view}*")
    opened(page)
    expect(page.get_by_role("radiogroup", name="Preset of demand")).to_be_visible(visible=False)
