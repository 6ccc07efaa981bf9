"""A real browser before a real server: its own home, its own embedded database, its own process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from showcase.demand.recipe import resolve_recipe
from showcase.pipeline.request import parse_request
from showcase.settings import load_settings
from showcase.store.lock import lock_is_free
from showcase.wiring import Installation, open_installation
from tests.faults.waiting import wait_until
from tests.loopback import free_port
from tests.postgres import remove_database

_FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
_SERVE = [sys.executable, "-c", "from showcase.cli import main; main()", "serve"]
_STOP_S = 30
TODAY = date(2026, 11, 22)
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)  # machines are busy; what is promised is that it comes, not when
# what the graphics driver says about itself, nothing of a page
_NOT_A_TROUBLE = re.compile(r"GL Driver Message|GPU stall")

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A run that waits in another process."""

    process: subprocess.Popen[str]

    def go_on(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """Let it go on, and wait for its end."""
        self.go_on()
        self.process.wait()


@dataclass(frozen=True, slots=True)
class Server:
    """A served installation; `beside` is the same one, opened by this process as one more user of it."""

    url: str
    environment: dict[str, str]
    beside: Installation

    @contextmanager
    def held(self, frame: Mapping[str, Any], step: str, *more: str) -> Iterator[HeldRun]:
        """A run in a process of its own that waits before a step; see `tests.browser.held_run`. Stopped at the end."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.held_run", json.dumps(frame), step, *more],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield HeldRun(process)
        finally:
            process.kill()
            process.communicate()
            # the database notices a moment later that its client is gone
            wait_until(lambda: lock_is_free(self.beside.database), "the killed run still holds the pipeline")

    def seed(self, scenario: str) -> None:
        """Seed a preset and make it the current data set."""
        recipe = resolve_recipe(scenario, 42, as_of=TODAY)
        with self.beside.launcher.exclusive("seeding"):
            self.beside.services.demand.seed(recipe)

    def keep(self, name: str, **frame: Any) -> str:
        """A whole run of demo_minimal that is kept under this name; returns its workspace's id."""
        sent = {"skip_seed": False, "preservation": "keep", "workspace_name": name, **frame}
        return str(self.beside.launcher.start(parse_request(sent)).wait().summary["workspace_id"])


@dataclass
class Watcher:
    """Hears every trouble of the pages it watches: errors, and requests that leave the machine."""

    host: str
    troubles: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))
        page.on("websocket", lambda opened: self._asked(opened.url))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _NOT_A_TROUBLE.search(message.text):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != self.host:
            self.troubles.append(f"left the machine: {url}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.troubles.append(f"{status}: {url}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`showcase serve` in a new home; stopped as a person stops it, and its database removed."""
    home = tmp_path_factory.mktemp("served")
    port = free_port()
    settings = {
        "SHOWCASE_HOME": str(home),
        "SHOWCASE_TEST": "1",
        "SHOWCASE_TODAY": str(TODAY),
        "OMP_NUM_THREADS": "1",
    }
    environment = os.environ | settings
    log = home.parent / "served.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*_SERVE, "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert process.stdout is not None
        listening = any(str(port) in line for line in process.stdout)
        assert listening, log.read_text()
        with open_installation(load_settings(home=home, test=True, today=TODAY)) as beside:
            yield Server(f"http://127.0.0.1:{port}/", environment, beside)
        process.send_signal(signal.SIGINT)
        assert process.wait(_STOP_S) == 0
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        remove_database(home)


@pytest.fixture(scope="session")
def tabs() -> Iterator[BrowserContext]:
    """One browser whose tabs share its cache, as a person's do; the pages keep nothing in it."""
    chromium = os.environ.get("SHOWCASE_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("The browser tests need Chromium on PATH: apt-get install chromium, or set SHOWCASE_TEST_CHROMIUM.")
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started.new_context()
        started.close()


@pytest.fixture
def visit(tabs: BrowserContext, server: Server) -> Iterator[Visit]:
    """Opens a tab on the served console, as `visit(query, width, height)`; no tab may have had a trouble."""
    watcher, opened = Watcher("127.0.0.1"), list[Page]()

    def open_tab(query: str = "", width: int = 1280, height: int = 800, url: str = server.url) -> Page:
        page = tabs.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        watcher.watch(page)
        page.goto(url + query)
        return page

    yield open_tab
    for page in opened:
        page.close()
    assert not watcher.troubles
