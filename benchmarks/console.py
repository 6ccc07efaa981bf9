"""How soon the console is there: one visitor in a real browser, and twenty at once.

A server process of its own with --warm. One visitor is Chromium (SHOWCASE_TEST_CHROMIUM, or what playwright has), cold
and with what it kept. Twenty at once speak Bokeh's protocol without drawing: twenty browsers on this machine would
measure themselves. Their frame is the page's document, their view the newest run's result with its pictures.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from websockets.sync.client import ClientConnection, connect

SESSIONS = 20
VISITS = 6
SEARCHES = 20
_PORT = 5908
_HOST = f"127.0.0.1:{_PORT}"
_MAIN = "from showcase.cli import main; main()"
_PATIENCE_S = 120
_RESTS, _RESTING_S = 3, 0.1
_SHOWN = "of days held"  # stands in the numbers of a run
_IN_SIGHT = ("forecast", "leaderboard")  # the pictures that a window of 1280 x 800 shows at first
_DRAWN = ("rank,model,role,wape", "date,sold,backtest,forecast")  # their numbers, which come with them
_CLIENT = httpx.Client(timeout=_PATIENCE_S, verify=False)  # noqa: S501  (no TLS: what it would load takes 30 ms)
_READY = {
    "kind": "MessageSent",
    "msg_type": "bokeh_event",
    "msg_data": {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}},
}


@contextmanager
def served() -> Iterator[psutil.Process]:
    """`showcase serve --warm` over a new home with one kept run and a page for each visitor in stock."""
    with tempfile.TemporaryDirectory(prefix="showcase-bench-") as home:
        Path(home).chmod(0o755)
        environment = {
            **os.environ, "SHOWCASE_HOME": home, "OMP_NUM_THREADS": "1", "SHOWCASE_PREPARED_PAGES": str(SESSIONS)
        }  # fmt: skip
        kept = ["run", "--scenario", "demo_minimal", "--reseed", "--keep", "--json"]
        subprocess.run([sys.executable, "-c", _MAIN, *kept], env=environment, check=True, stdout=subprocess.DEVNULL)
        command = [sys.executable, "-c", _MAIN, "serve", "--warm", "--port", str(_PORT)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert any(str(_PORT) in line for line in process.stdout), "the server did not start"
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


class Visitor:
    """One session without a browser: opens the page, takes its document, says it is drawn, and hears what comes."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        page = _CLIENT.get(f"http://{_HOST}/").text
        found = re.search(r'"token":\s*"([^"]+)"', page)
        assert found is not None, "the page has no session"
        self._held = ExitStack()
        self._socket: ClientConnection = self._held.enter_context(
            connect(
                f"ws://{_HOST}/ws",
                subprotocols=["bokeh", found[1]],
                origin=f"http://{_HOST}",
                max_size=None,
                ping_interval=None,
                max_queue=None,  # what is told later is not read, and would else be in the way of leaving
            )  # type: ignore[list-item, arg-type]  # plain texts, for which websockets has types of its own
        )
        self._send("PULL-DOC-REQ", {})
        kind = ""
        while kind != "PULL-DOC-REPLY":
            kind, document = self._hear()
        self.frame_s = time.perf_counter() - self._began
        self._document = document
        self._cards = _cards_in_sight(json.loads(document))

    def until_shown(self) -> float:
        """Say that the page is drawn and what is in sight, and wait for it; seconds since the page was asked for."""
        self._send("PATCH-DOC", {"events": [_READY]})
        for card in self._cards:
            seen = {"kind": "ModelChanged", "model": {"id": card}, "attr": "seen", "new": True}
            self._send("PATCH-DOC", {"events": [seen]})
        told, drawn, has_numbers = self._document, 0, False
        while True:
            told = told.replace(" ", "")
            drawn += sum(told.count(numbers) for numbers in _DRAWN)
            has_numbers = has_numbers or _SHOWN.replace(" ", "") in told
            if drawn >= len(self._cards) and has_numbers:
                break
            told = self._hear()[1]
        return time.perf_counter() - self._began

    def leave(self) -> None:
        self._held.close()

    def _send(self, kind: str, content: Any) -> None:
        for part in ({"msgid": uuid.uuid4().hex, "msgtype": kind}, {}, content):
            self._socket.send(json.dumps(part))

    def _hear(self) -> tuple[str, str]:
        header = json.loads(self._socket.recv(_PATIENCE_S))
        self._socket.recv(_PATIENCE_S)
        content = self._socket.recv(_PATIENCE_S)
        for _ in range(header.get("num_buffers", 0)):
            self._socket.recv(_PATIENCE_S)
            self._socket.recv(_PATIENCE_S)
        return str(header["msgtype"]), content if isinstance(content, str) else content.decode()


def _cards_in_sight(told: Any) -> list[str]:
    """The models of the picture cards that a browser would report as seen."""
    if isinstance(told, dict):
        attributes = told.get("attributes", {})
        is_card = str(told.get("name", "")).startswith("Sight") and attributes.get("of") in _IN_SIGHT
        mine = [str(told["id"])] if is_card else []
        return mine + [found for value in told.values() for found in _cards_in_sight(value)]
    return [found for value in told for found in _cards_in_sight(value)] if isinstance(told, list) else []


def spent_s(server: psutil.Process) -> float:
    """The processor seconds of the server so far."""
    taken = server.cpu_times()
    return float(taken.user + taken.system)


def stocked(server: psutil.Process) -> None:
    """Wait until the server has made its pages ahead: nothing else tells but that it rests."""
    rests = 0
    while rests < _RESTS:
        before = spent_s(server)
        time.sleep(1)
        rests = rests + 1 if spent_s(server) - before < _RESTING_S else 0


def crowd() -> tuple[list[float], list[float], list[Visitor]]:
    """Seconds to the frame and to the view of SESSIONS visitors that come at once; they stay."""

    def visit(_number: int) -> tuple[Visitor, float]:
        visitor = Visitor()
        return visitor, visitor.until_shown()

    with ThreadPoolExecutor(SESSIONS) as pool:
        came = list(pool.map(visit, range(SESSIONS)))
    return [visitor.frame_s for visitor, _ in came], [view_s for _, view_s in came], [visitor for visitor, _ in came]


def in_browser(browser: Any) -> dict[str, tuple[list[float], list[float]]]:
    """Seconds to the frame and to the view, with an empty cache and with what the browser kept."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    kept = browser.new_context(viewport={"width": 1400, "height": 900})
    for name in ("nothing kept", "a second visit"):
        frames, views = [], []
        for visit in range(VISITS + 1):
            context = kept if name == "a second visit" else browser.new_context(viewport={"width": 1400, "height": 900})
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"http://{_HOST}/", wait_until="commit")
            page.get_by_text("Library", exact=True).filter(visible=True).first.wait_for()
            frame_s = time.perf_counter() - began
            page.locator("button.MuiButton-root:not([disabled])", has_text="Run").wait_for()
            if visit:  # the first of each fills caches
                frames.append(frame_s)
                views.append(time.perf_counter() - began)
            page.close()
            time.sleep(1.5)  # a page for the next is made meanwhile
        found[name] = (frames, views)
    return found


def searches(browser: Any) -> list[float]:
    """Seconds from a search in the library to its rows, while the others stay connected."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(f"http://{_HOST}/?view=library")
    rows = page.locator(".tabulator-row")
    rows.first.wait_for()
    box, taken = page.get_by_label("Search: words").first, []
    for turn in range(SEARCHES):
        words = "nowhere" if turn % 2 == 0 else ""
        box.fill(words)
        began = time.perf_counter()
        box.press("Enter")
        (page.get_by_text("Nothing matches.").first if words else rows.first).wait_for()
        taken.append(time.perf_counter() - began)
    return taken


def _line(what: str, taken: Sequence[float]) -> str:
    ordered = sorted(taken)
    within = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    line = f"| {what} | {len(taken)} | {median(taken):.2f} | {within:.2f} | {ordered[-1]:.2f} |"
    print(line, file=sys.stderr, flush=True)  # three minutes are long without a word
    return line


_HEAD = ("| what | times | median, s | 95 of 100 within, s | longest, s |", "|---|---|---|---|---|")


def at_once() -> str:
    """Twenty visitors who come at once, as Markdown, with what each costs the server."""
    with served() as server:
        stocked(server)
        before = spent_s(server)
        frames, views, visitors = crowd()
        each_s = (spent_s(server) - before) / SESSIONS
        for visitor in visitors:
            visitor.leave()
    lines = [
        *_HEAD,
        _line(f"{SESSIONS} at once: frame", frames),
        _line(f"{SESSIONS} at once: the newest result", views),
        "",
        f"Each of the {SESSIONS} took the server {each_s:.2f} processor seconds, from its visit to its pictures.",
    ]
    return "\n".join(lines)


def in_chromium() -> str:
    """What one person with a browser waits for, as Markdown; searches while as many others are connected."""
    from playwright.sync_api import sync_playwright

    lines = [*_HEAD]
    with served() as server, sync_playwright() as playwright:
        stocked(server)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("SHOWCASE_TEST_CHROMIUM") or None, args=["--no-sandbox"]
        )
        for name, (frames, views) in in_browser(browser).items():
            lines += [_line(f"one browser, {name}: frame", frames), _line(f"one browser, {name}: form ready", views)]
        _frames, _views, visitors = crowd()
        stocked(server)
        lines.append(_line(f"a search in the library, {SESSIONS} sessions open", searches(browser)))
        for visitor in visitors:
            visitor.leave()
        browser.close()
    return "\n".join(lines)


if __name__ == "__main__":
    print(at_once())
    print(in_chromium())
