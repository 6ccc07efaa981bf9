"""A bundle's report opens from its file without a network, shows all it has to tell, and fits the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from showcase.bundles.report import write_report
from tests.browser.accessible import serious_findings
from tests.browser.conftest import Watcher
from tests.bundles.cases import tables, told_in_full

SHOWN = {
    "forecast": "svg", "leaderboard": "svg, table", "truth": "svg, table", "folds": "svg, table", "verdict": "table",
    "plans": "table", "approvals": "table", "knowledge": "table", "steps": "table", "configuration": "dl",
    "proof": "table",
}  # fmt: skip
"""Each part of the page, and what it has to show."""


def open_report(tabs: BrowserContext, folder: Path, scheme: str, width: int) -> tuple[Page, Watcher]:
    file = folder / "report.html"
    file.write_bytes(write_report(told_in_full(), tables()))
    assert tabs.browser is not None
    context = tabs.browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page, watcher = context.new_page(), Watcher("")
    watcher.watch(page)
    page.goto(file.as_uri())
    return page, watcher


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_report_opens_offline_with_every_picture_and_table(
    tabs: BrowserContext, tmp_path: Path, scheme: str, width: int
) -> None:
    page, watcher = open_report(tabs, tmp_path, scheme, width)
    for part, shown in SHOWN.items():
        for kind in shown.split(", "):
            box = page.locator(f"#{part} {kind}:visible").first.bounding_box()
            assert box is not None, part
            assert min(box["width"], box["height"]) > 20, part
    # tables scroll in their own frames; the page itself never does sideways
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert serious_findings(page) == []
    page.get_by_text("Day by day").click()
    assert page.locator("#forecast table").is_visible()
    assert not [trouble for trouble in watcher.troubles if not trouble.endswith(f"{tmp_path.as_posix()}/report.html")]
    page.context.close()
