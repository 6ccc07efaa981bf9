"""A real browser before a real server: its own home, its own embedded database, its own process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.postgres import remove_database

_FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
_COMMAND = [sys.executable, "-c", "from showcase.cli import main; main()"]
_STOP_S = 30
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
    """A served installation, and the command line over the same one."""

    url: str
    environment: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        return [*_COMMAND, *arguments]

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

    def run(self, *arguments: str) -> None:
        """Run a command of the command line to its end; it has to be green."""
        self.output(*arguments)

    def output(self, *arguments: str) -> str:
        """The same, and what it printed."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout


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


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`showcase serve` in a new home; stopped as a person stops it, and its database removed."""
    home = tmp_path_factory.mktemp("served")
    port = free_port()
    settings = {
        "SHOWCASE_HOME": str(home),
        "SHOWCASE_TEST": "1",
        "SHOWCASE_TODAY": "2026-11-22",
        "OMP_NUM_THREADS": "1",
    }
    served = Server(f"http://127.0.0.1:{port}/", os.environ | settings)
    log = home.parent / "served.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            served.command("serve", "--port", str(port)),
            env=served.environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        listening = any(str(port) in line for line in process.stdout)
        assert listening, log.read_text()
        yield served
        process.send_signal(signal.SIGINT)
        assert process.wait(_STOP_S) == 0
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        remove_database(home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("SHOWCASE_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("The browser tests need Chromium on PATH: apt-get install chromium, or set SHOWCASE_TEST_CHROMIUM.")
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Opens a tab of its own on the served console, as `visit(query, width, height)`; no tab may have had a trouble."""
    watcher, contexts = Watcher("127.0.0.1"), list[BrowserContext]()

    def open_tab(query: str = "", width: int = 1280, height: int = 800, url: str = server.url) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        watcher.watch(page)
        page.goto(url + query)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert not watcher.troubles
