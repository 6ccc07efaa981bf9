"""What will run: the origin of each setting, the draft as text, and old requests opened again."""

from __future__ import annotations

import re

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, Visit
from tests.browser.test_console import drafted

WORD_STAYS = """() => {
  const real = window.setTimeout
  window.setTimeout = (act, ms, ...all) => ms === 1600 ? 0 : real(act, ms, ...all)
}"""
"""What a button says for a moment it goes on saying, so that it is seen however busy the machine is."""


def setting(page: Page, name: str) -> Locator:
    return page.locator("dl.settings > div").filter(has=page.get_by_text(name, exact=True))


def choose(page: Page, words: str) -> None:
    """Open what the list says so."""
    page.get_by_label("Open a configuration or an old run").click()
    page.get_by_role("menuitem").filter(has_text=words).first.click()


def test_a_draft_is_explained_copied_saved_and_opened_again(visit: Visit, server: Server) -> None:
    server.keep("two-stores", scenario="sparse", seed_overrides={"stores": 2}, backtest={"horizon": 7})
    page = visit(drafted({"scenario": "high_variance", "skip_seed": False, "train_model_types": ["naive"]}))
    expect(setting(page, "Preset")).to_contain_text("high_varianceyou")
    expect(setting(page, "Noise")).to_contain_text("0.4preset")
    expect(setting(page, "Horizon")).to_contain_text("14default")
    expect(page.get_by_text(re.compile("About .* s: seeding"))).to_be_visible()
    command = page.get_by_label("The run as CLI")
    expect(command).to_have_text(
        re.compile("showcase run.*--reseed.*--scenario high_variance.*--models naive", re.DOTALL)
    )
    page.get_by_role("button", name="curl").click()
    expect(page.get_by_label("The run as curl")).to_contain_text(f"{server.url}demo/run?wait=false")
    page.evaluate(WORD_STAYS)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Copied|Selected"))).to_be_visible()

    page.get_by_label("Save as").fill("noise <b>alone</b>")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(server.url)
    choose(page, "noise <b>alone</b>")
    expect(setting(page, "Models")).to_contain_text("naivenoise <b>alone</b>")
    expect(page.get_by_role("radio", name="high_variance")).to_be_checked()
    page.get_by_role("button", name="Forget").click()

    choose(page, "sparse, ")
    expect(setting(page, "Horizon")).to_contain_text(re.compile(r"7run [0-9a-f]{8}"))
    expect(setting(page, "Stores")).to_contain_text(re.compile(r"2run [0-9a-f]{8}"))
    expect(page.get_by_label("Horizon")).to_have_value("7")  # the card may be ahead of the field
    page.get_by_label("Horizon").fill("10")
    page.get_by_label("Horizon").blur()
    expect(setting(page, "Horizon")).to_contain_text("10you")
    page.wait_for_url("**source=**")
    page.reload()  # what came from elsewhere still does
    expect(setting(page, "Stores")).to_contain_text(re.compile(r"2run [0-9a-f]{8}"))
    expect(setting(page, "Horizon")).to_contain_text("10you")


def test_a_result_is_seen_as_tables_and_taken_away_as_files(visit: Visit, server: Server) -> None:
    kept = server.keep("to-look-at")
    page = visit("?view=run")  # an address that says where to go has a page that showed nothing before
    last = page.get_by_role("button", name="PNG: Against the truth")
    expect(page.get_by_role("button", name="PNG: Forecast")).to_be_visible()
    expect(last).to_be_hidden()  # nobody has looked there yet
    for name in ("Leaderboard", "Error by days ahead", "Intervals", "Against the truth"):
        page.get_by_role("heading", name=name, exact=True).scroll_into_view_if_needed()
        expect(page.get_by_role("button", name=f"PNG: {name}")).to_be_visible()
    page.get_by_role("button", name="Table: Intervals").click()
    expect(page.get_by_role("region", name="Intervals").get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Table: Intervals").click()
    expect(page.get_by_role("region", name="Intervals")).to_have_count(0)
    with page.expect_download() as csv:
        page.get_by_role("button", name="CSV: Leaderboard").click()
    assert csv.value.suggested_filename == "leaderboard.csv"
    assert csv.value.path().read_text().startswith("rank,model,role,wape,")
    assert colours_of_png(page, "Against the truth") > 20
    for name, head in (("Focus pair", "date,units,promo,"), ("Folds", "fold,part,start,end,days")):
        assert_taken_away(page, name, head)
    again = server.beside.launcher.replay(kept).wait().summary["workspace_id"]
    others = {
        f"compare&compare={kept}&compare={again}": ("Forecasts", "workspace,date,sold,forecast,lo80,hi80"),
        f"lineage&workspace={kept}": ("Lineage", "workspace_id,name,status,"),
        "data": ("Series", "date,units,"),
    }
    for query, (name, head) in others.items():
        page.goto(f"{server.url}?view={query}")
        assert_taken_away(page, name, head)


def assert_taken_away(page: Page, name: str, head: str) -> None:
    """A picture is saved with its lines on it, and its numbers under these names."""
    button = page.get_by_role("button", name=f"CSV: {name}", exact=True)
    expect(button).to_be_visible()
    assert colours_of_png(page, name) > 5, name
    with page.expect_download() as saved:
        button.click()
    assert saved.value.path().read_text().startswith(head), name


def colours_of_png(page: Page, name: str) -> int:
    """How many colours the saved picture has; its ground alone would be one."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"PNG: {name}", exact=True).click()
    drawn = Image.open(saved.value.path())
    assert drawn.width > 200, name
    colours = drawn.convert("RGB").getcolors(drawn.width * drawn.height)
    assert colours is not None, name
    return len(colours)
