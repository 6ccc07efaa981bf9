"""Whatever is typed into a field is refused there, in words, and kept until it is mended; nothing fails of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, Visit
from tests.browser.test_console import drafted, run_button

USUAL = {"Horizon": "14", "Folds": "3", "Train at least": "30", "Gap": "0", "Seed": "42"}
ALLOWED = {
    "Horizon": "1 to 90",
    "Folds": "2 to 20",
    "Train at least": "7 or more",
    "Gap": "0 to 30",
    "Seed": "0 to 2,147,483,647",
}


def box(page: Page, label: str) -> Locator:
    # the description of the field is part of its name
    return page.get_by_role("textbox", name=re.compile(rf"^{label}\b"))


def enter(page: Page, label: str, typed: str) -> None:
    box(page, label).fill(typed)
    box(page, label).blur()


def test_a_number_out_of_bounds_is_refused_at_its_field_and_stays_there(visit: Visit) -> None:
    page = visit(drafted({"skip_seed": False}))
    expect(run_button(page)).to_be_enabled()
    for label, usual in USUAL.items():
        told = page.get_by_text(f"Allowed: {ALLOWED[label]}.")
        for typed in ("-1410", ""):
            enter(page, label, typed)
            expect(told).to_be_visible()
            expect(box(page, label)).to_have_attribute("aria-invalid", "true")
            expect(box(page, label)).to_have_value(typed)
            expect(run_button(page)).to_be_disabled()
        enter(page, label, usual)
        expect(told).to_be_hidden()
        expect(run_button(page)).to_be_enabled()


def test_a_number_of_any_length_is_refused_and_a_reload_keeps_all_that_was_typed(visit: Visit) -> None:
    page = visit(drafted({"skip_seed": False}))
    expect(run_button(page)).to_be_enabled()
    enter(page, "Horizon", "9" * 400)
    expect(page.get_by_text("Allowed: 1 to 90.")).to_be_visible()
    enter(page, "Horizon", "1410")
    enter(page, "Gap", "")
    expect(page.get_by_text("And 1 more above.")).to_be_visible()
    page.wait_for_url("**1410**")
    page.reload()
    expect(page.get_by_text("And 1 more above.")).to_be_visible()
    expect(box(page, "Horizon")).to_have_value("1410")
    expect(box(page, "Gap")).to_have_value("")
    expect(run_button(page)).to_be_disabled()
    enter(page, "Horizon", "14")
    enter(page, "Gap", "0")
    expect(run_button(page)).to_be_enabled()


def test_no_model_at_all_is_refused(visit: Visit) -> None:
    page = visit(drafted({"train_model_types": ["naive"], "skip_seed": False}))
    expect(run_button(page)).to_be_enabled()
    page.get_by_role("button", name="naive", exact=True).click()
    expect(page.get_by_text("Set Models to at least one model.").first).to_be_visible()
    expect(run_button(page)).to_be_disabled()


@pytest.mark.parametrize(
    ("title", "label", "typed", "usual", "drawn"),
    [
        ("Explore demand", "Seed", "-1", "42", "PNG: One series"),
        ("Explore forecasts", "Horizon", "1410", "14", "PNG: Forecast"),
    ],
)
def test_an_exploration_refuses_at_the_field(
    visit: Visit, server: Server, title: str, label: str, typed: str, usual: str, drawn: str
) -> None:
    server.seed("demo_minimal")
    page = visit(url=f"{server.url}notebooks")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("button", name=drawn)).to_be_visible()
    told = page.get_by_text(f"Allowed: {ALLOWED[label]}.")
    for each in (typed, ""):
        enter(page, label, each)
        expect(told).to_be_visible()
        expect(box(page, label)).to_have_value(each)
    enter(page, label, usual)
    expect(told).to_be_hidden()
