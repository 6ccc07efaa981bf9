"""The console as a person uses it: start a run and watch it, come back to it, stop it, find what was kept."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from showcase.pipeline.steps import eleven_steps
from tests.browser.conftest import PATIENCE_MS, Server, Visit

expect.set_options(timeout=PATIENCE_MS)
SEEDS: dict[str, Any] = {"scenario": "demo_minimal", "skip_seed": False}


def drafted(frame: dict[str, Any]) -> str:
    return f"?draft={quote(json.dumps(frame))}"


def run_button(page: Page) -> Locator:
    # the rail has one of the same name
    return page.locator("button.MuiButton-root", has_text="Run")


def step(page: Page, name: str, status: str) -> Locator:
    return page.locator(f'li[data-step="{name}"][data-status="{status}"]')


def start(page: Page) -> None:
    expect(run_button(page)).to_be_enabled()
    run_button(page).click()


def test_a_run_from_the_form_is_watched_kept_and_found(visit: Visit, server: Server) -> None:
    server.seed("demo_minimal")  # to choose the preset of the data that is there means to use that data
    page = visit()
    page.get_by_role("radio", name="sparse").click()
    expect(page.get_by_role("radio", name="sparse")).to_be_checked()
    page.get_by_label("Keep").check()
    page.get_by_label("Workspace name").fill("a-first-story")
    page.get_by_label("Workspace name").blur()
    expect(page.get_by_text("Seeds sparse, scores 3 models on 3 folds, and keeps the run.")).to_be_visible()
    start(page)
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    expect(step(page, "cleanup", "pass")).to_have_count(1)
    for each in eleven_steps():
        status = "skip" if each.name == "reset" else "pass"
        expect(step(page, each.name, status)).to_have_count(1)
    expect(page.get_by_text("of days held")).to_be_visible()
    expect(page.get_by_text("idle", exact=True)).to_be_visible()

    page.get_by_role("navigation").get_by_role("button", name="Library", exact=True).click()
    row = page.locator(".tabulator-row", has_text="a-first-story").first
    expect(row).to_contain_text("completed")
    row.click()
    expect(page.get_by_role("heading", name="a-first-story")).to_be_visible()
    expect(page.get_by_role("heading", name="Made objects")).to_be_visible()
    assert "view=library" in page.url
    assert "workspace=" in page.url

    page.reload()
    expect(page.get_by_role("heading", name="a-first-story")).to_be_visible()


@pytest.mark.fault("C7")
def test_a_run_under_way_is_met_by_a_reload_and_a_second_tab_and_stopped_from_there(
    visit: Visit, server: Server
) -> None:
    first = visit()
    with server.held(SEEDS, "train") as run:
        expect(step(first, "train", "running")).to_have_count(1)
        first.reload()
        second = visit()
        for page in (first, second):
            expect(step(page, "seed", "pass")).to_have_count(1)
            expect(step(page, "train", "running")).to_have_count(1)
            expect(page.get_by_text("running · step 6 of 11")).to_be_visible()
            expect(run_button(page)).to_be_disabled()
        second.get_by_role("button", name="Stop", exact=True).click()
        for page in (first, second):
            expect(page.get_by_text("The run was stopped.")).to_be_visible()
            expect(page.get_by_text("idle · last run stopped")).to_be_visible()
            expect(run_button(page)).to_be_enabled()
        run.process.wait()


def test_a_run_of_another_process_is_watched_here_to_its_end(visit: Visit, server: Server) -> None:
    page = visit()
    with server.held(SEEDS, "backtest") as run:
        expect(step(page, "backtest", "running")).to_have_count(1)
        late = visit()
        expect(step(late, "backtest", "running")).to_have_count(1)
        run.end()
        for each in (page, late):
            expect(step(each, "cleanup", "pass")).to_have_count(1)
            expect(each.get_by_text("of days held")).to_be_visible()
            expect(each.get_by_text("demo_minimal · to 22 Nov 2026")).to_be_visible()


SOCKETS = """
window.opened = []
const Real = window.WebSocket
window.WebSocket = class extends Real { constructor(...all) { super(...all); window.opened.push(this) } }
"""


@pytest.mark.fault("C7")
def test_a_tab_that_lost_its_connection_comes_back_to_the_whole_run(visit: Visit, server: Server) -> None:
    page = visit()
    page.add_init_script(SOCKETS)
    page.reload()
    with server.held(SEEDS, "train") as run:
        expect(step(page, "train", "running")).to_have_count(1)
        assert page.evaluate("opened.length") == 1
        page.evaluate("opened[0].close(4000, 'lost')")
        run.end()
    expect(page.get_by_text("Connection lost")).to_be_hidden()
    expect(step(page, "cleanup", "pass")).to_have_count(1)
    assert page.evaluate("opened.length") > 1


def test_a_failed_step_says_what_and_what_to_do_however_long(visit: Visit, server: Server) -> None:
    page = visit()
    what = "The <b>artifact</b> folder does not answer" + " and goes on not answering" * 12 + "."
    with server.held(SEEDS, "register", "600", what) as run:
        run.end()
    expect(step(page, "register", "fail")).to_have_count(1)
    expect(page.get_by_text("The run failed.")).to_be_visible()
    expect(page.get_by_text("<b>artifact</b>").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_what_cannot_run_is_refused_at_its_field_before_run(visit: Visit) -> None:
    page = visit(drafted({"skip_seed": False, "backtest": {"horizon": 60}}))
    expect(page.get_by_text("Set horizon to at most 20; or use a longer window.").first).to_be_visible()
    expect(run_button(page)).to_be_disabled()
    page.get_by_label("Horizon").fill("14")
    page.get_by_label("Horizon").blur()
    expect(run_button(page)).to_be_enabled()


def test_a_reset_says_what_it_wipes_before_anything_is_lost(visit: Visit, server: Server) -> None:
    server.seed("demo_minimal")
    page = visit()
    expect(run_button(page)).to_be_enabled()
    page.get_by_label("Reset all data").check()
    expect(page.get_by_text("Runs, workspaces and models stay.")).to_be_visible()
    assert "reset" not in page.url


def test_the_presets_are_chosen_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit()
    page.get_by_role("radio", checked=True).focus()
    page.keyboard.press("Home")
    chosen = page.get_by_role("radio", checked=True)
    before = chosen.get_attribute("data-preset")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", checked=True)).not_to_have_attribute("data-preset", str(before))
    expect(page.get_by_role("radio", checked=True)).to_be_focused()


@pytest.mark.parametrize("theme", ["", "dark"])
def test_nothing_is_cut_off(visit: Visit, theme: str) -> None:
    page = visit(f"?theme={theme}" if theme else "")
    expect(run_button(page)).to_be_enabled()
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--mui-palette-text-primary')")
    assert ink.strip() == ("#e6edf2" if theme else "#14222e")
    for width, height in ((1280, 800), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        expect(run_button(page)).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("radio", name="showcase_rich")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") <= height
