"""Pictures of cells: the same bytes for the same numbers, whole in themselves, and what comes from outside is text."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pandas as pd

from showcase.notebook.pictures import Picture, draw_bars, draw_folds, draw_forecast
from showcase.pipeline.summary import RunResult

PROBE = "<script>alert(1)</script>"
FIRST = date(2026, 1, 1)


def elements(picture: Picture) -> list[ET.Element]:
    return list(ET.fromstring(picture._repr_svg_()).iter())


def names(picture: Picture) -> list[str]:
    return [one.tag.rpartition("}")[2] for one in elements(picture)]


def table() -> pd.DataFrame:
    return pd.DataFrame({"model": ["naive", PROBE], "wape": [31.25, None]})


def test_bars_have_a_row_each_and_say_what_is_undefined() -> None:
    picture = draw_bars(table(), "model", "wape", "WAPE", unit=" %", best="naive")
    texts = [one.text for one in elements(picture) if one.tag.endswith("text")]
    assert texts == ["naive", "31.25 %", PROBE, "undefined"]
    assert [one.get("class") for one in elements(picture) if one.tag.endswith("rect")] == ["bar best"]
    assert "script" not in names(picture)
    assert repr(picture) == "[picture: WAPE]"


def test_the_same_numbers_give_the_same_bytes_and_the_colours_come_along() -> None:
    first, second = (draw_bars(table(), "model", "wape", "WAPE")._repr_svg_() for _ in range(2))
    assert first == second
    assert ET.fromstring(first).get("class") == "drawn"
    assert "prefers-color-scheme: dark" in first
    assert first.count("<style>") == 1


def test_a_forecast_is_drawn_with_and_without_what_was_tested() -> None:
    days = [pd.Timestamp(FIRST + timedelta(days=day)) for day in range(6)]
    bounds = {f"{side}{level}": [1.0, 2.0] for side in ("lo", "hi") for level in (80, 95)}
    ahead = pd.DataFrame({"date": days[4:], "forecast": [5.0, 6.0], **bounds})
    tested = pd.DataFrame({"date": days[:4], "fold": [1, 1, 2, 2], "actual": [3.0, None, 4, 5], "forecast": [3.0] * 4})
    alone, both = draw_forecast(ahead, title="x"), draw_forecast(ahead, tested, title=PROBE)
    assert names(both).count("circle") == names(alone).count("circle") + 3
    assert "script" not in names(both)


def test_folds_are_those_that_the_run_told() -> None:
    fold = {"fold": 1, "cutoff": "2026-02-19", "train_days": 50, "test_start": "2026-02-20", "test_end": "2026-03-05"}
    told = (
        {"step_name": "status", "data": {"date_start": FIRST.isoformat()}},
        {"step_name": "backtest", "data": {"folds": [fold]}},
    )
    picture = draw_folds(RunResult("0" * 32, "completed", "pass", told, {}))
    said = [one.text for one in elements(picture) if one.tag.endswith("title")]
    assert "trains on 50 days to 2026-02-19" in said
    assert "tests 2026-02-20 to 2026-03-05" in said
