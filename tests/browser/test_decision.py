"""The decision card: in every tab and view, one decision wins, and it is gone in all."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.accessible import serious_findings
from tests.browser.conftest import Server, Visit
from tests.browser.test_console import step

RICH: dict[str, Any] = {"scenario": "showcase_rich", "skip_seed": False}
ASKS = "agent_hitl_flow"


def card(page: Page) -> Locator:
    return page.get_by_role("heading", name="Decision wanted")


def test_a_proposal_is_rejected_with_a_reason_in_one_tab_and_gone_in_the_other(visit: Visit, server: Server) -> None:
    first, second = visit(), visit("?view=library")
    with server.held(RICH, ASKS) as run:
        run.go_on()
        for page in (first, second):
            expect(card(page)).to_be_visible()
            expect(page.get_by_text("awaiting decision")).to_be_visible()
            expect(page.get_by_role("timer")).to_be_visible()
            expect(page.get_by_text("When nobody decides, nothing happens.")).to_be_visible()
        assert not serious_findings(first)
        first.reload()
        expect(card(first)).to_be_visible()
        second.get_by_label("Reason, if you reject").fill("the <b>shelf</b> is empty")
        second.get_by_role("button", name="Reject").click()
        for page in (first, second):
            expect(card(page)).to_be_hidden()
        expect(step(first, ASKS, "pass")).to_contain_text("in the console: the <b>shelf</b> is empty")
        expect(step(first, "cleanup", "pass")).to_have_count(1)
        run.process.wait()


def test_a_proposal_is_approved_with_the_keyboard_alone(visit: Visit, server: Server) -> None:
    page = visit("?theme=dark", 1024, 768)
    with server.held(RICH, ASKS) as run:
        run.go_on()
        expect(card(page)).to_be_visible()
        page.get_by_role("button", name="Approve").press("Enter")
        expect(card(page)).to_be_hidden()
        expect(step(page, ASKS, "pass")).to_contain_text("approved by")
        expect(step(page, "cleanup", "pass")).to_have_count(1)
        run.process.wait()


def test_a_window_that_is_over_takes_the_card_away_and_executes_nothing(visit: Visit, server: Server) -> None:
    page = visit()
    with server.held(RICH, ASKS, "3") as run:
        expect(step(page, ASKS, "running")).to_have_count(1)
        run.end()
        expect(step(page, ASKS, "pass")).to_contain_text("nobody decided")
        expect(card(page)).to_be_hidden()
