"""Lineage and Compare as a person uses them."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Server, Visit
from tests.browser.shelf import MADE, fill, result, shelf_items
from tests.workspaces.library import workspace_id
from tests.workspaces.queries import Item

expect.set_options(timeout=PATIENCE_MS)
KIN, SIDE, CHAIN, DELETED = 5000, 6000, 7000, 5999
# where a node of the picture is on the page; BokehJS tells it by names that are its own
_SPOT = """
id => {
  for (const page of Bokeh.documents) for (const model of page._all_models.values()) {
    const data = model.type === "GlyphRenderer" ? model.data_source.data : null
    const ids = data && (data.get ? data.get("workspace_id") : data.workspace_id)
    const at = ids ? Array.from(ids).indexOf(id) : -1
    if (at < 0) continue
    const column = name => (data.get ? data.get(name) : data[name])[at]
    const view = Bokeh.index.find_one(model)
    if (view === null) continue  // of a picture that was drawn anew
    const box = view.parent.canvas_view.el.getBoundingClientRect()
    const {x_scale, y_scale} = view.coordinates
    return [box.x + x_scale.compute(column("x")), box.y + y_scale.compute(column("y"))]
  }
  return null
}
"""


@pytest.fixture(scope="module", autouse=True)
def _filled(server: Server) -> None:
    sources = [DELETED, KIN, KIN + 1, KIN + 1]
    kin = [
        Item(
            workspace_id(KIN + at),
            MADE + timedelta(minutes=at),
            name=f"kin-{at}",
            tags=("kin",),
            scenario="sparse",
            replayed_from=workspace_id(source),
            result={**result(30.0 + at), "verdict": {"overall": "identical"}},
        )
        for at, source in enumerate(sources)
    ]
    chain = [
        Item(
            workspace_id(CHAIN + at),
            MADE + timedelta(hours=1, minutes=at),
            name=f"link-{at}",
            replayed_from=workspace_id(CHAIN + at - 1) if at else None,
        )
        for at in range(9)
    ]
    fill(server, kin + chain + shelf_items("side", 3, SIDE))


_STANDS_STILL = f"""
id => {{
  const [before, now] = [window.lastSpot, JSON.stringify([id, ({_SPOT})(id)])]
  window.lastSpot = now
  return now === before && !now.includes("null")
}}
"""


def tap(page: Page, number: int, clicks: int = 1) -> None:
    """Click on the node of a workspace, once it is drawn and what comes beside it moves it no more."""
    page.wait_for_function(_STANDS_STILL, arg=workspace_id(number), polling=250)
    x, y = page.evaluate(_SPOT, workspace_id(number))
    page.mouse.click(x, y, click_count=clicks)


def test_a_family_is_drawn_a_click_selects_and_a_double_click_loads(visit: Visit) -> None:
    page = visit(f"?view=lineage&workspace={workspace_id(KIN + 1)}")
    expect(page.get_by_text("4 workspaces · 4 replays · 1 deleted.")).to_be_visible()
    tap(page, KIN + 3)
    expect(page.locator("b", has_text="kin-3")).to_be_visible()
    page.wait_for_url(f"**workspace={workspace_id(KIN + 3)}**")
    tap(page, KIN + 2, clicks=2)
    expect(page.get_by_role("radio", name="sparse")).to_be_checked()
    page.wait_for_url("**draft=**")


def test_the_whole_library_obeys_its_filters_and_a_folded_chain_opens(visit: Visit) -> None:
    page = visit("?view=lineage&search=tag%3Akin")
    expect(page.get_by_text("4 workspaces · 4 replays · 1 deleted.")).to_be_visible()
    expect(page.get_by_text("the library's filters apply")).to_be_visible()
    page = visit(f"?view=lineage&workspace={workspace_id(CHAIN)}")
    expect(page.get_by_text("9 workspaces · 8 replays.")).to_be_visible()
    tap(page, CHAIN + 1)
    # once it is open, the links of the chain are nodes of their own
    tap(page, CHAIN + 5)
    page.wait_for_url(f"**workspace={workspace_id(CHAIN + 5)}**")


def test_workspaces_are_compared_from_the_library_and_taken_away_as_csv(visit: Visit) -> None:
    page = visit("?view=library&search=tag%3Aside")
    for number in range(3):
        name = page.get_by_role("button", name=f"Open side-{number}", exact=True)
        page.locator(".tabulator-row", has=name).get_by_role("checkbox").check()
        expect(page.get_by_text(f"{number + 1} ticked")).to_be_visible()
    page.locator("button.MuiButton-root", has_text="Compare").click()
    head = page.locator("thead")
    for number in range(3):
        expect(head.get_by_text(f"side-{number}")).to_be_visible()
    expect(head.locator("th", has_text="base")).to_contain_text("side-0")
    expect(page.get_by_text("▲ best").first).to_be_visible()
    page.reload()
    expect(head.get_by_text("side-2")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    with download.value.path().open(newline="") as text:
        rows = list(csv.reader(text))
    assert [cell.split(" ")[0] for cell in rows[0]] == ["part", "field", "side-0", "side-1", "side-2"]
    page.get_by_label("differences only").uncheck()
    expect(page.get_by_role("rowheader", name="preset")).to_be_visible()
    table = page.get_by_role("group", name="Comparison").bounding_box()
    below = page.get_by_role("heading", name="Forecasts").bounding_box()
    assert table is not None
    assert below is not None
    assert table["y"] + table["height"] <= below["y"]
    page.wait_for_url("**filter.rows=all**")


def test_empty_and_impossible_comparisons_say_what_to_do(visit: Visit) -> None:
    page = visit("?view=compare")
    expect(page.get_by_text("Nothing is compared yet.")).to_be_visible()
    page = visit(f"?view=compare&compare={'0e' * 16}&compare={workspace_id(SIDE)}")
    expect(page.get_by_role("alert")).to_contain_text("There is no workspace 0e0e0e0e.")
