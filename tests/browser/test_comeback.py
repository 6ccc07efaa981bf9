"""A page comes back by itself, whenever and wherever its connection was cut, and whatever became of the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from showcase.store.engine import Database
from tests.browser.conftest import PATIENCE_MS
from tests.browser.cutting_relay import Relay, cutting_relay
from tests.browser.test_console import run_button
from tests.browser.test_typed import enter
from tests.http.served import Served, served

Serve = Callable[[], Served]
pytestmark = pytest.mark.fault("C7")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with cutting_relay(0) as relay:
        yield relay


@pytest.fixture
def serve(relay: Relay, database: Database, tmp_path: Path) -> Iterator[Serve]:
    """Starts a server behind the relay, in place of the one before."""
    with ExitStack() as stack:

        def start() -> Served:
            hosts = f"127.0.0.1:{relay.port}"
            found = stack.enter_context(served(database, tmp_path, SHOWCASE_ALLOWED_HOSTS=hosts))
            relay.target = found.port
            return found

        yield start


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve()


@pytest.fixture
def page(tabs: BrowserContext, server: Served) -> Iterator[Page]:
    """A tab that nobody has opened yet; what it says of the cuts on its own console is no trouble."""
    page = tabs.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.close()


def address(relay: Relay, query: str = "") -> str:
    return f"http://127.0.0.1:{relay.port}/{query}"


COUNTS_RETURNS = """
window.returns = 0
Bokeh.documents[0].on_event("client_reconnected", () => { window.returns += 1 })
"""


def is_live(page: Page) -> None:
    """The page does what is asked for, and the server knows of it."""
    expect(page.get_by_text("Connection lost")).to_be_hidden()
    rail = page.get_by_role("navigation")  # views have headings of the same names
    rail.get_by_role("button", name="Library", exact=True).click()
    expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
    rail.get_by_role("button", name="Run", exact=True).click()
    expect(run_button(page)).to_be_enabled()


def test_a_tab_whose_socket_was_cut_within_a_message_comes_back(page: Page, relay: Relay) -> None:
    page.goto(address(relay))
    expect(run_button(page)).to_be_enabled()
    page.evaluate(COUNTS_RETURNS)
    for cuts, preset in enumerate(("sparse", "retail_standard"), 1):
        relay.cut_within = "PATCH-DOC"
        page.get_by_role("radio", name=preset).click()
        page.wait_for_function("cuts => window.returns === cuts", arg=cuts)
        assert relay.cuts == cuts
        is_live(page)


def test_a_tab_whose_first_message_was_cut_is_loaded_again(page: Page, relay: Relay) -> None:
    relay.cut_within = "PULL-DOC-REPLY"
    page.goto(address(relay))
    is_live(page)
    assert relay.cuts == 1


def test_a_live_notebook_comes_back_too(page: Page, relay: Relay) -> None:
    page.goto(address(relay, "notebooks/explore_dataset"))
    expect(page.get_by_role("button", name="PNG: One series")).to_be_visible()
    page.evaluate("window.isTheOldPage = true")
    relay.cut_within = "PATCH-DOC"
    enter(page, "Seed", "7")
    page.wait_for_function("window.isTheOldPage !== true")
    expect(page.get_by_role("button", name="PNG: One series")).to_be_visible()
    assert relay.cuts == 1


# waits that take half a minute pass in a second or two
HASTE = "const real = window.setTimeout; window.setTimeout = (act, ms, ...all) => real(act, ms / 20, ...all)"


@pytest.mark.parametrize("is_away_for_long", [False, True])
def test_a_server_that_was_started_anew_gets_its_pages_back_with_their_drafts(
    page: Page, relay: Relay, server: Served, serve: Serve, is_away_for_long: bool
) -> None:
    if is_away_for_long:
        page.add_init_script(HASTE)
    page.goto(address(relay))
    expect(run_button(page)).to_be_enabled()
    page.get_by_role("radio", name="sparse").click()
    page.wait_for_url("**sparse**")
    before = page.url
    page.evaluate("window.isTheOldPage = true")
    assert server.stop() == 0
    told = "The server does not answer." if is_away_for_long else "Connection lost, trying again."
    expect(page.get_by_text(told)).to_be_visible()
    serve()
    page.wait_for_function("window.isTheOldPage !== true")
    expect(page.get_by_role("radio", name="sparse")).to_be_checked()
    assert page.url == before
    is_live(page)
