"""Takes the pictures of the user guide anew.

    SHOWCASE_PICTURES=docs/images python -m pytest -m slow tests/browser/test_pictures.py

Without the variable they go to a folder of the test's own, and only their sizes are looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Error, Page, expect

from showcase.notebook import Showcase
from tests.browser.conftest import Server, Visit
from tests.browser.test_console import drafted, step

MOST_BYTES = 150 * 1024
COLOURS = 160
STORY: dict[str, Any] = {
    "scenario": "showcase_rich", "skip_seed": False, "preservation": "keep", "workspace_name": "price-story-2",
    "seed_overrides": {"stores": 8, "promotion_intensity": 0.3},
    "train_model_types": ["naive", "seasonal_naive", "prophet_like", "regression"],
    "backtest": {"horizon": 28, "gap": 1},
}  # fmt: skip
SOME = ["naive", "seasonal_naive", "prophet_like"]


def fill_library(show: Showcase) -> tuple[str, str, str]:
    """Runs with tags and replays; returns one that began with a wipe, one that was replayed, and a replay of it."""
    workspaces = show.installation.services.workspaces

    def keep(scenario: str, name: str, *tags: str, **more: Any) -> str:
        frame = {"scenario": scenario, "skip_seed": False, "preservation": "keep", "workspace_name": name, **more}
        kept = str(show.run(**frame).summary["workspace_id"])
        workspaces.edit(kept, {"tags": list(tags)})
        return kept

    clean = keep("demo_minimal", "clean-start", "demo", reset=True)
    keep("sparse", "sparse-autumn", "autumn", "gaps")
    keep("stockout_heavy", "hidden-demand", "autumn")
    keep("new_launches", "launches", "launch", train_model_types=SOME)
    first = keep("retail_standard", "price-story", "demo", "price", train_model_types=SOME)
    notes = "The one for Thursday: promotions in November, prophet_like wins."
    workspaces.edit(first, {"pinned": True, "notes": notes})
    again = str(show.replay(first).summary["workspace_id"])
    for source in (again, first):
        show.replay(source)
    more = {"replayed_from_workspace_id": first, "train_model_types": SOME, "seed": 7}
    return clean, first, keep("retail_standard", "price-story-seed-7", "price", **more)


class Album:
    """Where the pictures go; each is 1280 x 800, with few colours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, page: Page, name: str, *, rest_ms: int = 2500) -> None:
        """A picture of what the page shows when it has come to rest."""
        page.mouse.move(640, 4)
        page.wait_for_timeout(rest_ms)  # lines and bars move to their places; nothing tells that they are there
        path = self.folder / f"console-{name}.png"
        page.screenshot(path=path)
        with Image.open(path) as taken:
            # its other ways lose what is rare and means something, such as the red of Delete
            few = taken.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        assert 10_000 < path.stat().st_size < MOST_BYTES, f"{path.name} has {path.stat().st_size:,} bytes"


def at_top(page: Page, heading: str) -> None:
    """Scroll the column with this heading until it stands on top."""
    page.get_by_role("heading", name=heading, exact=True).first.evaluate(
        """node => {
            const words = node.getRootNode().host ?? node
            words.style.scrollMarginTop = "13px"  // the border of its card, too
            words.scrollIntoView({block: "start"})
        }"""
    )


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(Path(os.environ.get("SHOWCASE_PICTURES") or tmp_path).absolute())


def take_story(visit: Visit, server: Server, album: Album) -> None:
    """A run under way, its question, and what it found."""
    page = visit(drafted(STORY))
    with server.held(STORY, "backtest") as run:
        expect(step(page, "backtest", "running")).to_have_count(1)
        album.take(page, "run")
        run.go_on()
        expect(page.get_by_role("heading", name="Decision wanted")).to_be_visible()
        album.take(page, "decision")
        page.get_by_role("button", name="Approve").click()
        expect(step(page, "cleanup", "pass")).to_have_count(1)
        run.process.wait()
    at_top(page, "Plans")  # a picture is drawn when it is seen
    expect(page.get_by_role("button", name="PNG: Plans")).to_be_visible()
    at_top(page, "Result")
    album.take(page, "result")


def ask_for_a_replay(page: Page) -> None:
    page.get_by_role("button", name="Replay…").click()
    expect(page.get_by_label(re.compile("^Type clean-start"))).to_be_visible()


def heading(words: str) -> Callable[[Page], None]:
    """The page is there when this heading is."""
    return lambda page: expect(page.get_by_role("heading", name=words).first).to_be_visible()


@pytest.mark.slow
def test_every_picture_of_the_guide_is_taken(visit: Visit, server: Server, album: Album) -> None:
    clean, first, other = fill_library(Showcase(server.beside))
    scenes: Mapping[str, tuple[str, Callable[[Page], None]]] = {
        "library": (f"?view=library&workspace={first}", heading("Made objects")),
        "replay": (f"?view=library&workspace={clean}", ask_for_a_replay),
        "compare": (f"?view=compare&compare={first}&compare={other}", heading("Forecasts")),
        "lineage": (f"?view=lineage&workspace={first}", heading("Lineage")),
        "notebooks": ("notebooks", heading("Demos")),
    }
    later: Mapping[str, tuple[str, Callable[[Page], None]]] = {
        "data": ("?view=data", lambda page: expect(page.get_by_text("wanted (known truth)")).to_be_visible()),
        "operations": ("?view=operations", heading("Link health")),
    }
    missed: list[str] = []

    def take(some: Mapping[str, tuple[str, Callable[[Page], None]]]) -> None:
        for name, (query, is_there) in some.items():
            try:
                page = visit(query)
                is_there(page)
                album.take(page, name)
            except (AssertionError, Error) as missing:
                missed.append(f"{name}: {missing}")

    take(scenes)
    take_story(visit, server, album)
    take(later)
    assert not missed
