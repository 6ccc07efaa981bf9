"""Six tasks in the console as a person does them, in a real browser: `python -m benchmarks.tasks`.

`--write` puts seconds, clicks and keys into docs/benchmarks.md. A step that is not met ends it with its name. Chromium
is needed on PATH, or SHOWCASE_TEST_CHROMIUM names it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from playwright.sync_api import expect

from benchmarks.full_library import fill
from benchmarks.measure import noise
from benchmarks.page import write_section
from benchmarks.person import Person, person_at
from benchmarks.served import Served, served_console
from showcase.pipeline.request import parse_request
from showcase.wiring import Installation

ROWS = 10_000
_PORT = 5911
_MINUTES_APART = 10
"""Between two made-up workspaces: a thousand of them are of the last week."""
_WINDOW_S = "300"


def first_run(who: Person) -> None:
    """Open the console on an empty installation, choose a preset, run it, and see who won."""
    who.page.goto("/")
    expect(who.page.get_by_text("no demand data", exact=True)).to_be_visible()
    who.click(who.page.get_by_role("radio", name="demo_minimal"))
    who.click(who.button("Run"))
    expect(who.page.get_by_role("heading", name="Result")).to_be_visible()
    expect(who.page.get_by_text("of days held")).to_be_visible()


def run_of_my_own(who: Person) -> None:
    """Three overrides, a chosen pair and four models, kept under a name; Re-seed is still on from the first run."""
    page = who.page
    for number, (knob, share) in enumerate((("Sparsity", 0.2), ("Promotions", 0.7), ("Noise", 0.6)), 1):
        slider = page.get_by_role("slider", name=knob)
        expect(slider).to_be_enabled()
        who.point(page.locator(".MuiSlider-root", has=slider), share)
        expect(page.get_by_text(f"{number} of 7 set")).to_be_visible()
    for select, option in (("Store", "S1002"), ("Product", "SKU-10003")):
        who.click(page.get_by_role("combobox", name=select, exact=True))
        who.click(page.locator(".MuiMenuItem-root", has_text=option).first)
    who.click(page.get_by_role("button", name="prophet_like"))
    expect(page.get_by_text("4 models, by wape")).to_be_visible()
    who.click(page.get_by_label("Keep"))
    name = page.get_by_label("Workspace name")
    expect(name).to_be_enabled()
    who.type(name, "bent-demand")
    expect(page.get_by_text("scores 4 models on 3 folds, and keeps the run")).to_be_visible()
    who.click(who.button("Run"))
    expect(page.get_by_text("running · step")).to_be_visible()
    expect(page.get_by_text("idle", exact=True)).to_be_visible()
    expect(page.get_by_text("S1002 / SKU-10003, units a day", exact=True)).to_be_visible()  # over its forecast


def reject_a_proposal(who: Person) -> None:
    """Run the rich preset, wait for the agent's proposal, say no and why."""
    page = who.page
    who.click(page.get_by_role("radio", name="showcase_rich"))
    who.click(who.button("Run"))
    expect(page.get_by_role("heading", name="Decision wanted")).to_be_visible()
    who.type(page.get_by_label("Reason, if you reject"), "the shelf is empty")
    who.click(who.button("Reject"))
    expect(page.get_by_role("heading", name="Decision wanted")).to_be_hidden()
    expect(page.locator('li[data-step="agent_hitl_flow"]')).to_contain_text("the shelf is empty")
    expect(page.get_by_text("idle", exact=True)).to_be_visible()


def find_the_best_sparse_run(best: str, who: Person) -> None:
    """Open the library, search, put the best first, open it."""
    page = who.page
    who.click(who.view("Library"))
    last_week = datetime.now(UTC).date() - timedelta(days=7)
    who.type(page.get_by_label("Search:"), f"scenario:sparse created>={last_week}")
    who.press("Enter")
    who.click(page.get_by_label("Order"))
    who.click(page.get_by_role("menuitem", name="Best score first"))
    first = page.locator(".tabulator-row").first
    expect(first).to_contain_text(best)
    who.click(first.get_by_role("button", name=f"Open {best}"))
    expect(page.get_by_role("heading", name=best)).to_be_visible()


def replay_it_with_reset(best: str, who: Person) -> None:
    """See what will go, type the name, watch the run, read what came out."""
    page = who.page
    who.click(who.button("Replay…"))
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("This wipes")
    who.type(page.get_by_label(f"Type {best}"), best)
    who.click(who.button("Wipe and replay"))
    expect(page.get_by_role("heading", name="Verdict")).to_be_visible()
    expect(page.get_by_text("identical", exact=True).filter(visible=True).first).to_be_visible()


def export_and_verify(who: Person) -> None:
    """Open the replay, export it, see that it was verified, take the zip."""
    who.click(who.button("Open the replay"))
    expect(who.page.get_by_role("heading", name="Verdict")).to_be_visible()  # its source has none
    who.click(who.button("Export…"))
    who.click(who.page.get_by_role("dialog").get_by_role("button", name="Export"))
    expect(who.page.get_by_text("✓ verified")).to_be_visible()
    with who.page.expect_download():
        who.click(who.button("Download the zip"))


def prepare(installation: Installation) -> str:
    """Two sparse runs that wipe first, among the made-up rows; the name of the better one."""
    scores: dict[str, float] = {}
    for seed, name in ((1, "sparse-north"), (2, "sparse-south")):
        frame = {"scenario": "sparse", "seed": seed, "reset": True, "skip_seed": False}
        request = parse_request({**frame, "preservation": "keep", "workspace_name": name})
        scores[name] = float(installation.launcher.start(request).wait().summary["winner_value"])
    fill(installation, ROWS, minutes_apart=_MINUTES_APART, plain_days=8)
    return min(scores, key=lambda name: scores[name])


def timed(who: Person, words: str, task: Callable[[Person], None]) -> str:
    """One line of the table, printed once it is done."""
    clicks, keys, began = who.clicks, who.keys, time.monotonic()
    task(who)
    line = f"| {words} | {time.monotonic() - began:.1f} | {who.clicks - clicks} | {who.keys - keys} |"
    print(line, flush=True)
    return line


def measure(served: Served, who: Person) -> str:
    """All six, one after the other on one page, as Markdown."""
    lines = [
        timed(who, "first run, from an empty installation to its result", first_run),
        timed(who, "a run with three overrides, a chosen pair and four models", run_of_my_own),
        timed(who, "reject a proposal of the 24-step run", reject_a_proposal),
    ]
    with served.beside() as installation:
        best = prepare(installation)
    lines += [
        timed(who, f"find the best sparse run of last week among {ROWS:,}", partial(find_the_best_sparse_run, best)),
        timed(who, "replay it with reset and read the verdict", partial(replay_it_with_reset, best)),
        timed(who, "export it, see it verified, take the zip", export_and_verify),
    ]
    noisy = f"Noise: the same loop of arithmetic took between 1 and {noise():.2f} times its quickest run meanwhile."
    return "\n".join([noisy, "", "| task | seconds | clicks | keys |", "|---|---|---|---|", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tasks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    with served_console(_PORT, SHOWCASE_DECISION_WINDOW_S=_WINDOW_S) as served, person_at(served.url) as who:
        table = measure(served, who)
    if arguments.write:
        write_section("tasks", table)


if __name__ == "__main__":
    main()
