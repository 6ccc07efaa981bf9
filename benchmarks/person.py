"""Somebody before a page, whose clicks and keys are counted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect, sync_playwright

PATIENCE_MS, _HAND_MS = 120_000, 30_000
_FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


@dataclass
class Person:
    """Acts on a page as a hand does; `expect` looks, and costs nothing."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def point(self, what: Locator, share: float) -> None:
        """Click at a share of the width of something, as on the rail of a slider."""
        box = what.bounding_box()
        assert box is not None, "it is not on the page"
        self.clicks += 1
        what.click(position={"x": box["width"] * share, "y": box["height"] / 2})

    def type(self, where: Locator, text: str) -> None:
        """Click into a field and type, one key a character."""
        self.click(where)
        self.keys += len(text)
        where.press_sequentially(text)

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        """A button by what it says; the rail's buttons are others."""
        return self.page.locator("button.MuiButton-root", has_text=name).filter(visible=True)

    def view(self, name: str) -> Locator:
        """The way to a view, in the rail."""
        return self.page.get_by_role("navigation").get_by_role("button", name=name, exact=True)


@contextmanager
def person_at(url: str) -> Iterator[Person]:
    """Somebody who has opened nothing yet; a page error ends the measurement. Chromium is needed on PATH."""
    named = os.environ.get("SHOWCASE_TEST_CHROMIUM")
    chromium = named or shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "Chromium is needed on PATH, or named by SHOWCASE_TEST_CHROMIUM."
    expect.set_options(timeout=PATIENCE_MS)
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=url)
        page.set_default_timeout(_HAND_MS)
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        try:
            yield Person(page)
        finally:
            browser.close()
        assert not troubles, troubles
