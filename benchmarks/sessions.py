"""Open pages beside running pipelines, twice: `python -m benchmarks.sessions`, about half an hour.

`--tabs` real browser tabs, spread over the six views, stay open for `--minutes` while one run follows the other in the
server's process; then all close, and the same begins anew. It fails where a page tells of any trouble or the server's
log of an error, where a tab does not show the end of the last run, or where the memory after the second round is more
than a tenth above that after the first. `--write` puts the figures into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from playwright.sync_api import ConsoleMessage, Page, expect

from benchmarks.page import write_section
from benchmarks.person import Person, person_at
from benchmarks.served import Served, served_console
from showcase.console.view_table import VIEWS

MOST_GROWTH = 1.10
_PORT = 5913
_LOOK_S, _LET_GO_S = 5.0, 45.0
_PATIENCE_MS = 300_000  # so many tabs measure themselves too: what is promised is that they come, not when
_FRAME = {"scenario": "showcase_rich", "skip_seed": False, "preservation": "keep"}
_NOT_OURS = ("GL Driver Message", "GPU stall")


@dataclass
class Round:
    """One round: resident megabytes of the server with the tabs open, at its most, and after they closed."""

    opened_mb: float = 0.0
    most_mb: float = 0.0
    closed_mb: float = 0.0
    runs: int = 0
    troubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # what a page says of a connection that it lost, with the time

    def hear(self, page: Page) -> None:
        """Keep what the page complains of."""
        page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(known in message.text for known in _NOT_OURS):
            self.troubles.append(f"console {message.type}: {message.text}")
        if "Lost websocket" in message.text:
            self.lost.append(f"{time.strftime('%H:%M:%S')} {message.text}")


class Runs:
    """One run after the other, started over HTTP in the server's own process."""

    def __init__(self, served: Served) -> None:
        self._client = httpx.Client(base_url=served.url, timeout=60)
        self.run_id = ""
        self.begun = 0

    def keep_going(self) -> None:
        """Begin the next one where the last has ended."""
        if self.run_id and self._status() == "running":
            return
        self.run_id = self._client.post("/demo/run?wait=false", json=_FRAME).raise_for_status().json()["run_id"]
        self.begun += 1

    def finish(self) -> None:
        """Wait for the end of the one that is under way."""
        while self._status() == "running":
            time.sleep(1)

    def _status(self) -> str:
        return str(self._client.get(f"/demo/runs/{self.run_id}").raise_for_status().json()["status"])


def resident_mb(served: Served) -> float:
    return float(served.process.memory_info().rss) / 1024**2


@contextmanager
def tabs(who: Person, served: Served, heard: Round, runs: Runs, number: int) -> Iterator[list[Page]]:
    """Open the tabs one by one, each on one of the views; all closed at the end."""
    opened: list[Page] = []
    browser = who.page.context.browser
    assert browser is not None  # it was launched
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=served.url)
    context.set_default_timeout(_PATIENCE_MS)
    try:
        for at in range(number):
            runs.keep_going()
            page = context.new_page()
            heard.hear(page)
            page.goto(f"?view={list(VIEWS)[at % len(VIEWS)]}")
            expect(page.get_by_role("heading", level=2).first).to_be_visible()
            opened.append(page)
        yield opened
        for page in opened:  # one by one, as a person closes them
            page.close()
    finally:
        context.close()


def hold(who: Person, served: Served, runs: Runs, minutes: float, number: int) -> Round:
    """One round of so many tabs."""
    made, before = Round(), runs.begun
    with tabs(who, served, made, runs, number) as opened:
        made.opened_mb = made.most_mb = resident_mb(served)
        until = time.monotonic() + minutes * 60
        while time.monotonic() < until:
            runs.keep_going()
            opened[0].wait_for_timeout(_LOOK_S * 1000)  # the browser's messages are heard meanwhile
            made.most_mb = max(made.most_mb, resident_mb(served))
        runs.keep_going()
        runs.finish()
        for page in opened:
            expect(page.get_by_text("idle", exact=True), "\n".join(made.troubles)).to_be_visible()
        newest = opened[0].get_by_role("heading", name=f"Run {runs.run_id[:8]}")
        expect(newest, "the first tab shows the Run view").to_be_visible()
    time.sleep(_LET_GO_S)
    made.closed_mb, made.runs = resident_mb(served), runs.begun - before
    print(made, flush=True)
    return made


def table(rounds: list[Round], before_mb: float, minutes: float, number: int) -> str:
    """The figures as Markdown."""
    first, second = rounds
    lines = [
        f"{number} tabs for {minutes:g} minutes a round, over the six views; {first.runs} and {second.runs} runs of "
        f"showcase_rich meanwhile. Resident before the first round, after one run: {before_mb:.0f} MB.",
        "",
        "| round | all tabs just open, MB | at most, MB | all closed, MB |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {nth} | {one.opened_mb:.0f} | {one.most_mb:.0f} | {one.closed_mb:.0f} |"
        for nth, one in enumerate(rounds, 1)
    ]
    growth = second.closed_mb / first.closed_mb - 1
    told = f"After the second round: {100 * growth:+.1f} % of that after the first."
    lost = f"{len(first.lost) + len(second.lost)} connections were lost and taken up again."
    return "\n".join([*lines, "", f"{told} No error in the server's log, and none in a page; {lost}"])


def measure(minutes: float, number: int) -> str:
    """Both rounds; AssertionError where a promise is not met."""
    with served_console(_PORT, SHOWCASE_DECISION_WINDOW_S="3") as served:
        runs = Runs(served)
        runs.keep_going()
        runs.finish()
        before_mb = resident_mb(served)
        try:
            with person_at(served.url) as who:
                expect.set_options(timeout=_PATIENCE_MS)
                rounds = [hold(who, served, runs, minutes, number) for _ in range(2)]
        finally:
            said = served.log.read_text()
            print(said, flush=True)
    made = table(rounds, before_mb, minutes, number)
    print(made)
    troubles = [trouble for one in rounds for trouble in one.troubles]
    assert not troubles, "\n".join(troubles)
    errors = [line for line in said.splitlines() if "ERROR" in line or "Traceback" in line]
    assert not errors, said
    assert rounds[1].closed_mb <= rounds[0].closed_mb * MOST_GROWTH, "memory grows"
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sessions", description=__doc__)
    parser.add_argument("--tabs", type=int, default=20, help="how many tabs are open at once")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long a round stays open")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/benchmarks.md")
    arguments = parser.parse_args()
    made = measure(arguments.minutes, arguments.tabs)
    if arguments.write:
        write_section("sessions", made)


if __name__ == "__main__":
    main()
