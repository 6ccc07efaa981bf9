"""Pictures of cells: the same bytes for the same numbers, whole in themselves, and what comes from outside is text."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pandas as pd

from showcase.notebook.pictures import Picture, draw_bars, draw_folds, draw_forecast, draw_lineage
from showcase.pipeline.summary import RunResult
from showcase.workspaces.lineage import Lineage, LineageEdge, LineageNode, Relation

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


def node(name: str | None, relation: Relation, **more: str | bool) -> LineageNode:
    told = {"status": "completed", "scenario": "sparse", "verdict": None, "is_deleted": False, **more}
    return LineageNode(f"{name}".encode().hex().ljust(32, "0"), relation, name=name, **told)  # type: ignore[arg-type]


def test_a_lineage_names_its_workspaces_and_the_verdict_of_each_replay() -> None:
    source, again, other = node("source", "ancestor"), node(PROBE, "self"), node("today", "family", status="failed")
    edges = (
        LineageEdge(source.workspace_id, again.workspace_id, "within_tolerance"),
        LineageEdge(source.workspace_id, other.workspace_id, None),
    )
    picture = draw_lineage(Lineage(again.workspace_id, (source, again, other), edges, is_whole=True))
    texts = [one.text for one in elements(picture) if one.tag.endswith("text")]
    assert texts == ["within tolerance", "no verdict", "source", PROBE, "today"]
    classes = [one.get("class") for one in elements(picture) if one.tag.rpartition("}")[2] in {"circle", "path"}]
    assert classes == ["link within-tolerance", "link none", "node completed", "ring", "node completed", "node failed"]
    assert "script" not in names(picture)


def test_a_lineage_folds_long_chains_and_says_who_is_gone() -> None:
    gone = node("gone", "ancestor", is_deleted=True)
    chain = [gone, *(node(f"replay {place}", "descendant") for place in range(8)), node(None, "self")]
    edges = tuple(LineageEdge(one.workspace_id, two.workspace_id, "identical") for one, two in pairwise(chain))
    picture = draw_lineage(Lineage(chain[-1].workspace_id, tuple(chain), edges, is_whole=True))
    texts = [one.text for one in elements(picture) if one.tag.endswith("text")]
    assert "8 replays in a row" in texts
    assert {"deleted", "without a name"} <= set(texts)
