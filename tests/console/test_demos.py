"""The demos tell what is true: made from an empty installation, each claim of theirs holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import holoviews as hv
import pandas as pd
import panel as pn
import pytest
from IPython.core.formatters import DisplayFormatter

from showcase.console.demos import month_later, price_cut, stockouts
from showcase.console.demos.story import Chapter, Story, kept_run, newest_kept
from showcase.console.demos.view import STORIES, Demo, DemoView, demo
from showcase.errors import ConflictError, NotFoundError
from showcase.settings import Settings, notebooks_folder
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Iterator[Installation]:
    launcher = launcher_over(database, tmp_path)
    yield Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    launcher.close()


def told(story: Story, installation: Installation) -> dict[str, Chapter]:
    """The chapters of a story that was made just now, each drawn."""
    assert story.find(installation) is None
    shown = Demo(story, installation)
    shown.make()
    chapters = {name: shown.chapter(name) for name in story.chapters}
    for chapter in chapters.values():
        hv.renderer("bokeh").get_plot(chapter.picture)
    return chapters


def test_a_chapter_in_a_cell_prints_its_table_and_gives_a_live_picture(
    installation: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({"day": ["2026-11-23"], "units": [3]})
    chapter = Chapter("Days", "They follow one another.", table, hv.Curve([(0, 1), (1, 2)]))
    story = replace(price_cut.STORY, find=lambda _installation: "found", chapters={"days": lambda _found: chapter})
    shown = Demo(story, installation)
    assert shown.look()
    picture = shown.show("days")
    assert capsys.readouterr().out == "       day  units\n2026-11-23      3\n"
    monkeypatch.setattr(pn.pane.HoloViews, "_repr_mimebundle_", lambda *_args: ({"text/html": "<p>drawn</p>"}, {}))
    kept, _ = DisplayFormatter().format(picture)
    assert kept == {"text/html": "<p>drawn</p>", "text/plain": "[picture: Days]"}


def test_each_demo_has_its_notebook() -> None:
    named = {path.stem.removeprefix("demo_") for path in notebooks_folder().glob("demo_*.ipynb")}
    assert named == set(STORIES)


def test_a_story_that_was_not_made_says_what_to_do(installation: Installation) -> None:
    with pytest.raises(NotFoundError, match="not there yet"):
        Demo(price_cut.STORY, installation).chapter("cuts")
    with pytest.raises(NotFoundError, match="no demo"):
        demo("nowhere")


def test_a_story_is_not_told_over_a_run_that_failed(installation: Installation) -> None:
    with pytest.raises(ConflictError, match=r"ended as failed in status: .*no demand data"):
        kept_run(installation, "nothing-there", scenario="demo_minimal")
    assert newest_kept(installation, "nothing-there") is None


def test_a_story_that_cannot_be_read_can_be_made_anew(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_installation: Installation) -> None:
        raise ConflictError("The forecast is gone.", "Make the story again.", reason="gone")

    monkeypatch.setattr(pn.state, "onload", lambda _begin: None)
    view = DemoView(Demo(replace(price_cut.STORY, find=unreadable), installation))
    offer = view.act.button
    asyncio.run(view.load())
    shown = [pane.object for pane in view.root.select(pn.pane.HTML) if "The forecast is gone." in str(pane.object)]
    assert shown
    assert all("is-hidden" not in one.css_classes for one in view.root.select() if offer in getattr(one, "objects", []))


def test_the_price_cut_sells_more_and_earns_less_than_nothing(installation: Installation) -> None:
    chapters = told(price_cut.STORY, installation)
    effects = chapters["elasticities"].table.iloc[0]
    # no knowledge of the truth chose it: it is the weakest of the estimates, and near to -1
    assert effects["estimated"] == chapters["elasticities"].table["estimated"].max()
    assert effects["true"] > -1
    cuts = chapters["cuts"].table.set_index("cut_pct")
    assert (cuts["true_units"].drop(0) > 0).all()
    assert (cuts["true_revenue"].drop(0) < 0).all()
    assert cuts["revenue"][-20] >= 0
    shelf = chapters["shelf"].table.set_index("price")
    assert shelf["unmet_units"]["usual"] == 0 < shelf["unmet_units"]["20 % off"]


def test_stockouts_bias_a_model_that_believes_sales(installation: Installation) -> None:
    chapters = told(stockouts.STORY, installation)
    sums = chapters["lost"].table.set_index("units")["sum"]
    assert sums["lost"] / sums["wanted"] > 0.2
    series = chapters["series"].table
    assert (series["latent"] > series["units"]).all()
    scores = chapters["masking"].table.set_index("model")
    knows, believes = scores.loc["knows stockouts"], scores.loc["believes sales"]
    assert abs(knows["bias_demand"]) < 2 < 10 < believes["bias_demand"]
    assert knows["wape_demand"] < believes["wape_demand"]
    assert abs(believes["bias_sales"]) < abs(knows["bias_sales"])


def test_the_same_run_is_the_same_as_of_its_day_and_another_as_of_today(installation: Installation) -> None:
    chapters = told(month_later.STORY, installation)
    assert (chapters["forecasts"].table["difference"] == 0).all()
    verdict = chapters["verdict"].table.set_index("part")
    assert set(verdict["recorded_day"]) == {"identical"}
    assert verdict["today"]["data"] == verdict["today"]["overall"] == "different"
    assert verdict["today"]["model set"] == "identical"
