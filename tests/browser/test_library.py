"""The library as a person uses it: found, ticked, edited, replayed, exported, deleted."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, Server, Visit
from tests.browser.shelf import fill, shelf_items
from tests.browser.test_every_view import shoot
from tests.workspaces.library import workspace_id

expect.set_options(timeout=PATIENCE_MS)
PAGES, ACTS, EVIL = 60, 4, '<img src=x onerror="window.harmed=1">'


@pytest.fixture(scope="module", autouse=True)
def _filled(server: Server) -> None:
    fill(server, shelf_items("paged", PAGES, 1000) + shelf_items("acted", ACTS, 2000) + shelf_items("kept", 3, 3000))


def library(visit: Visit, query: str = "", **size: int) -> Page:
    return visit(f"?view=library{query}", **size)


def row(page: Page, name: str) -> Locator:
    return page.locator(".tabulator-row", has=page.get_by_role("button", name=f"Open {name}", exact=True))


def opened(page: Page, name: str) -> Locator:
    """The head of the workspace that is open."""
    return page.get_by_role("heading", name=re.compile(f"{name}$"))


def search(page: Page, text: str) -> None:
    page.get_by_label("Search:").fill(text)
    page.get_by_label("Search:").press("Enter")


def test_pages_searches_and_orders_are_found_again_by_their_address(visit: Visit) -> None:
    page = library(visit)
    search(page, "tag:paged")
    expect(page.get_by_text(f"{PAGES} of")).to_be_visible()
    expect(row(page, "paged-59")).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.get_by_role("button", name="Next").click()
    expect(row(page, "paged-9")).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.reload()
    expect(row(page, "paged-9")).to_be_visible()
    expect(page.get_by_label("Search:")).to_have_value("tag:paged")
    search(page, "tag:paged wape<33")
    expect(page.get_by_text("2 of")).to_be_visible()
    page.get_by_label("Order").click()
    page.get_by_role("menuitem", name="Worst score first").click()
    expect(page.locator(".tabulator-row").first).to_contain_text("paged-58")
    assert "filter.order=worst" in page.url
    search(page, "tag:paged ORR (")
    expect(page.get_by_role("alert")).to_contain_text("cannot be read at character 16")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("width", "has_tags"), [(1280, False), (1920, True)])
def test_a_wide_window_has_all_columns_beside_an_open_workspace(visit: Visit, width: int, *, has_tags: bool) -> None:
    page = library(visit, f"&search=tag%3Akept&workspace={workspace_id(3000)}", width=width, height=1080)
    expect(row(page, "kept-0")).to_be_visible()
    expect(opened(page, "kept-0")).to_be_visible()
    expect(page.locator(".tabulator-col-title", has_text=re.compile("^Tags$"))).to_have_count(int(has_tags))


def test_what_is_ticked_stays_ticked_across_pages_and_is_undone_as_one(visit: Visit) -> None:
    page = library(visit, "&search=tag%3Apaged")
    row(page, "paged-59").get_by_role("checkbox").check()
    row(page, "paged-57").get_by_role("checkbox").check()
    expect(page.get_by_text("2 ticked")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    row(page, "paged-3").get_by_role("checkbox").check()
    expect(page.get_by_text("3 ticked")).to_be_visible()
    page.get_by_role("button", name="Previous").click()
    expect(row(page, "paged-57").get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Archive…").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 workspaces")
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("3 workspaces archived.")).to_be_visible()
    expect(row(page, "paged-59")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone for 3 workspaces")).to_be_visible()
    expect(row(page, "paged-59")).to_be_visible()
    row(page, "paged-59").get_by_role("checkbox").check()
    page.get_by_role("button", name=f"Take all {PAGES} that match").click()
    page.get_by_role("button", name="Pin…").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"{PAGES} workspaces")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_notes_and_tags_are_text_and_an_edit_of_somebody_else_is_shown_first(visit: Visit, server: Server) -> None:
    page = library(visit, f"&workspace={workspace_id(2000)}")
    expect(opened(page, "acted-0")).to_be_visible()
    page.get_by_role("button", name="Edit name, notes and tags").click()
    page.get_by_label("Notes", exact=True).fill(EVIL)
    page.get_by_label("A new tag").fill("<b>bold</b>")
    server.beside.services.workspaces.edit(workspace_id(2000), {"notes": "from a terminal"})
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Somebody changed it meanwhile")).to_be_visible()
    expect(page.get_by_text("from a terminal").first).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("p.notes")).to_have_text(EVIL)
    expect(page.locator(".tag", has_text="<b>bold</b>").first).to_be_visible()
    assert page.evaluate("window.harmed") is None


def turn_until_seen(page: Page, wanted: Locator) -> None:
    """Turn the wheel where the pointer is: again where fields have grown a moment after they were drawn."""
    for _ in range(PATIENCE_MS // 1000):
        page.mouse.wheel(0, 5000)
        try:
            expect(wanted).to_be_in_viewport(ratio=0.9, timeout=1000)
        except AssertionError:
            continue
        return
    expect(wanted).to_be_in_viewport(ratio=0.9)


def press_until_seen(button: Locator, wanted: Locator) -> None:
    """Press Enter on a button of the table: again where the table was drawn anew under the key."""
    for _ in range(PATIENCE_MS // 5000):
        button.press("Enter")
        try:
            expect(wanted).to_be_visible(timeout=5000)
        except AssertionError:
            continue
        return
    expect(wanted).to_be_visible()


def test_the_form_over_the_longest_notes_and_most_tags_can_be_scrolled_to_its_end(visit: Visit, server: Server) -> None:
    tags = [f"{at:02}-{'t' * 37}" for at in range(20)]
    fill(server, shelf_items("longest", 1, 9000))
    server.beside.services.workspaces.edit(workspace_id(9000), {"notes": "مرحبا word " * 180, "tags": tags})
    page = library(visit, f"&workspace={workspace_id(9000)}")
    expect(opened(page, "longest-0")).to_be_visible()
    expect(page.get_by_role("heading", name="Result")).to_be_in_viewport()
    shoot(page, "library-longest")
    page.get_by_role("button", name="Edit name, notes and tags").click()
    expect(page.get_by_text(tags[0]).filter(visible=True)).to_have_count(1)  # in the form alone
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).not_to_be_in_viewport()
    page.get_by_label("Name", exact=True).hover()
    turn_until_seen(page, save)
    shoot(page, "library-longest-edited")


def test_a_star_pins_and_saved_searches_come_back(visit: Visit) -> None:
    page = library(visit, "&search=tag%3Aacted")
    page.get_by_role("button", name="Pin acted-1").click()
    expect(page.get_by_role("button", name="Unpin acted-1")).to_be_visible()
    expect(page.locator(".tabulator-row").first).to_contain_text("acted-1")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("menuitem", name="Save this search…").click()
    page.get_by_label("Name of the search").fill("my acted ones")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Clear").click()
    expect(row(page, "paged-59")).to_be_visible()
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("menuitem", name="my acted ones").click()
    expect(row(page, "paged-59")).to_have_count(0)
    expect(page.get_by_label("Search:")).to_have_value("tag:acted")


def test_a_deletion_says_what_goes_and_can_be_taken_back(visit: Visit) -> None:
    page = library(visit, f"&search=tag%3Akept&workspace={workspace_id(3001)}")
    expect(opened(page, "kept-1")).to_be_visible()
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_contain_text("What the runs made stays")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("1 workspace deleted.")).to_be_visible()
    expect(row(page, "kept-1")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "kept-1")).to_be_visible()


def test_a_replay_with_reset_wipes_nothing_before_it_is_confirmed_and_tells_its_verdict(
    visit: Visit, server: Server
) -> None:
    server.keep("wiper", reset=True)
    kept = server.beside.services.demand.list_data_sets()
    page = library(visit, "&search=name%3Awiper")
    row(page, "wiper").click()
    page.get_by_role("button", name="Replay…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("This wipes")
    wipe = page.get_by_role("button", name="Wipe and replay")
    expect(wipe).to_be_disabled()
    page.get_by_label("Type wiper or").type("wipe")
    expect(wipe).to_be_disabled()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert server.beside.services.demand.list_data_sets() == kept

    page.get_by_role("button", name="Replay…").click()
    page.get_by_label("Type wiper or").type("wiper")
    expect(wipe).to_be_enabled()
    wipe.click()
    expect(page.get_by_role("heading", name="Verdict")).to_be_visible()
    page.get_by_role("button", name="Open the replay").click()
    expect(page.get_by_text("this one")).to_be_visible()
    expect(page.get_by_role("heading", name="Lineage")).to_be_visible()
    assert "view=library" in page.url


def test_an_export_is_verified_and_downloaded(visit: Visit, server: Server) -> None:
    server.keep("handed-over")
    page = library(visit, "&search=name%3Ahanded-over")
    row(page, "handed-over").click()
    page.get_by_role("button", name="Export…").click()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("✓ verified")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the zip").click()
    with zipfile.ZipFile(download.value.path()) as bundle:
        assert {"manifest.json", "verify.py"} <= {name.rsplit("/", 1)[-1] for name in bundle.namelist()}


def test_the_keyboard_alone_opens_a_workspace_and_closes_it(visit: Visit) -> None:
    page = library(visit, "&search=tag%3Akept")
    press_until_seen(page.get_by_role("button", name="Open kept-2"), opened(page, "kept-2"))
    page.get_by_role("button", name="Close the workspace").press("Enter")
    expect(opened(page, "kept-2")).to_have_count(0)


def test_nothing_of_the_library_is_cut_off(visit: Visit) -> None:
    page = library(visit, f"&search=tag%3Akept&workspace={workspace_id(3002)}")
    expect(opened(page, "kept-2")).to_be_visible()
    for width, height in ((1280, 800), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        for name in ("Columns", "Clear", "Replay…", "Delete…"):
            expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
        expect(row(page, "kept-2").get_by_text("completed")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") <= height


def test_a_search_in_vain_keeps_the_head_of_the_table_and_the_rows_come_back(visit: Visit) -> None:
    page = library(visit)
    first = page.locator(".tabulator-row").first
    expect(first).to_be_visible()
    for _ in range(2):
        search(page, "nowhere-at-all")
        expect(page.get_by_text("Nothing matches.")).to_be_visible()
        expect(page.get_by_role("columnheader", name="Winner")).to_be_visible()
        search(page, "")
        expect(first).to_be_visible()
        expect(page.get_by_text("Nothing matches.")).to_be_hidden()


def test_a_link_to_what_is_gone_says_so(visit: Visit) -> None:
    page = library(visit, f"&search=tag%3Anowhere&workspace={'0f' * 16}")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    expect(page.get_by_text("There is no workspace 0f0f0f0f.")).to_be_visible()
