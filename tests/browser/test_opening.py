"""What is seen before the page's components are there: the frame, whose links need no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from showcase.console.view_table import VIEWS
from tests.browser.conftest import PATIENCE_MS, Server, Visit
from tests.browser.shelf import fill, shelf_items
from tests.browser.test_every_view import shoot


@pytest.mark.parametrize("theme", ["", "dark"])
def test_without_any_script_there_is_a_frame_and_its_links_lead_to_the_views(
    tabs: BrowserContext, server: Server, theme: str
) -> None:
    assert tabs.browser is not None
    context = tabs.browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.url}?theme={theme}" if theme else server.url)
    ways = page.get_by_role("navigation").get_by_role("link")
    expect(ways).to_have_text([row.label for row in VIEWS.values()])
    expect(page.get_by_role("link", name="Run")).to_have_attribute("aria-current", "page")
    shoot(page, f"opening-{theme or 'light'}")
    page.get_by_role("link", name="Lineage").click()
    page.wait_for_url("**view=lineage&theme=dark" if theme else "**view=lineage")
    expect(page.get_by_role("link", name="Lineage")).to_have_attribute("aria-current", "page")
    context.close()


def test_the_first_frame_stands_where_the_drawn_one_will_and_goes_with_it(visit: Visit) -> None:
    page = visit()
    expect(page.locator("#loader")).to_be_hidden()
    for label in ("Run", "Operations"):
        drawn = page.get_by_role("navigation").get_by_role("button", name=label, exact=True).bounding_box()
        page.evaluate("document.getElementById('loader').style.display = 'flex'")
        first = page.get_by_role("link", name=label, exact=True).bounding_box()
        page.evaluate("document.getElementById('loader').style.display = 'none'")
        assert drawn is not None
        assert first == pytest.approx(drawn, abs=7)  # the open one has a mark of six


def test_words_are_not_hidden_while_letters_of_other_alphabets_are_fetched(
    tabs: BrowserContext, server: Server
) -> None:
    fill(server, shelf_items("starred", 1, 9500))
    assert tabs.browser is not None
    context = tabs.browser.new_context()  # with nothing kept of pages before
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    page.goto(f"{server.url}?view=library&search=tag%3Astarred")
    expect(page.get_by_role("button", name="Pin starred-0")).to_be_visible()  # a sign that no Roboto has
    page.evaluate("document.fonts.ready")
    fetched = {name.split("-normal")[0] for name in asked if name.startswith("roboto")}
    context.close()
    assert "roboto-latin-400" in fetched
    assert not [name for name in fetched if "cyrillic" in name or "greek" in name or "vietnamese" in name], fetched
