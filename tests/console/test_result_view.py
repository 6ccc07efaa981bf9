"""Which pictures of a run are waited for, and which words say what is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from showcase.console.feed import RunFeed
from showcase.console.progress import RunProgress
from showcase.console.result_text import forecast_keys, horizon_keys
from showcase.console.stores.run import RunStore
from showcase.console.story import tell
from showcase.console.views.result import ResultView
from showcase.pipeline.launcher import Launcher
from tests.console.cases import RUN_ID, ended, event, under_way


@pytest.fixture
def progress() -> RunProgress:
    return RunProgress(RunFeed(cast("Launcher", None)), cast("RunStore", SimpleNamespace(now=None)))


def shown(view: ResultView) -> dict[str, bool]:
    pictures = {"forecast": view._forecast, "board": view._board}
    return {name: "is-hidden" not in picture.root.css_classes for name, picture in pictures.items()}


def tell_it(progress: RunProgress, events: list[dict[str, Any]]) -> None:
    progress.story = tell(RUN_ID, "demo_minimal", events)


def test_nothing_waits_for_a_step_that_a_run_did_not_reach(progress: RunProgress) -> None:
    view = ResultView(progress)
    tell_it(progress, under_way())
    assert shown(view) == {"forecast": True, "board": True}
    tell_it(progress, ended("failed"))
    assert shown(view) == {"forecast": False, "board": False}
    read = event(5, "step_complete", "status", status="pass", data={"store_id": 1})
    end = event(6, "pipeline_complete", "summary", data={"run_status": "cancelled"})
    tell_it(progress, [*under_way(), read, end])
    assert shown(view) == {"forecast": True, "board": False}
    tell_it(progress, under_way())
    assert shown(view) == {"forecast": True, "board": True}


def test_only_what_is_drawn_has_its_key() -> None:
    assert "sold" in forecast_keys("past", None, None)
    assert "backtest" not in forecast_keys("past", None, None)
    assert "intervals" in forecast_keys(None, "forecast", "tested")
    assert "wiped" in forecast_keys(None, "forecast", "tested")
    assert "control" in horizon_keys([{"is_chosen": True}, {"is_chosen": False}])
    assert "control" not in horizon_keys([{"is_chosen": True}])
