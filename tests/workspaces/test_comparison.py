"""Comparisons are refused, cut and ranked by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest

from showcase.errors import InvalidInputError
from showcase.evaluation.folds import BacktestPlan
from showcase.workspaces.comparison import Row, check_compared
from showcase.workspaces.comparison_tables import (
    compare_configuration,
    compare_made,
    compare_scores,
    remarks_on,
    score_row,
)

IDS = ("a" * 32, "b" * 32, "c" * 32)


def story(at: int, **columns: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "workspace_id": IDS[at], "name": f"n{at}", "status": "completed", "seed": 42, "reset": False,
        "skip_seed": False, "scenario": "sparse", "run_config": None, "seed_overrides": None, "user_scope": None,
        "as_of": date(2026, 11, 22), "data_fingerprint": "f" * 64, "date_start": None, "date_end": None,
        "store_id": 1, "product_id": 2, "created_objects": {}, "approval_events": None, "result_summary": None,
        "created_at": datetime(2026, 11, 22, tzinfo=UTC), "replayed_from_workspace_id": None,
    }  # fmt: skip
    return usual | columns


def scored(at: int, winner: str, **wape_of: float | None) -> dict[str, Any]:
    board = [{"model": model, "wape": wape, "bias": -3.0 if at else 1.0} for model, wape in wape_of.items()]
    return story(at, result_summary={"winner_model_type": winner, "leaderboard": board, "wall_clock_s": 2.0})


@pytest.mark.parametrize(
    ("ids", "base", "field"),
    [(IDS[:1], None, "ids"), ((*IDS, *IDS), None, "ids"), ((IDS[0], IDS[0]), None, "ids"), (IDS[:2], IDS[2], "base")],
)
def test_what_cannot_be_compared_is_refused(ids: tuple[str, ...], base: str | None, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_compared(ids, base)
    assert refused.value.errors[0].field == field


def test_the_base_is_the_first_unless_another_is_named() -> None:
    assert (check_compared(IDS, None), check_compared(IDS, IDS[2])) == (IDS[0], IDS[2])


def test_the_configuration_is_flat_and_can_be_cut_to_its_differences() -> None:
    scope = {"store_code": "S1", "sku": "P1"}
    stories = [
        story(0, seed_overrides={"stores": 3}, user_scope={**scope, "store_id": 1, "product_id": 2}),
        story(1, seed_overrides={"stores": 4}, user_scope={**scope, "store_id": 8, "product_id": 9}),
    ]
    cut = compare_configuration(stories, differences_only=True)
    assert cut == (Row("seed_overrides.stores", (3, 4)),)
    rows = {row.field: row.values for row in compare_configuration(stories, differences_only=False)}
    assert rows["user_scope"] == ("S1 / P1", "S1 / P1"), "a re-seed gives other ids to the same pair"
    assert (rows["seed"], rows["as_of"]) == ((42, 42), ("2026-11-22", "2026-11-22"))


@pytest.mark.parametrize(
    ("direction", "values", "best", "worst"),
    [
        ("lower", [2.0, 1.0, 3.0], "b", "c"),
        ("lower", [1.0, None, 1.0], "", ""),
        ("lower", [1.0, None, None], "", ""),
        ("lower", [1.0, 1.0, 2.0], "ab", "c"),
        ("zero", [-3.0, 1.0, 2.0], "b", "a"),
        ("80", [79.0, 95.0, 60.0], "a", "c"),
    ],
)
def test_best_and_worst_go_by_the_direction(direction: str, values: list[float | None], best: str, worst: str) -> None:
    row = score_row(IDS, 0, ("x", None, "X", "", direction), values)
    assert ("".join(one[0] for one in row.best), "".join(one[0] for one in row.worst)) == (best, worst)


def test_deltas_are_from_the_base_and_null_where_either_is_missing() -> None:
    row = score_row(IDS, 1, ("x", None, "X", "", "lower"), [5.0, 2.0, None])
    assert row.deltas == (3.0, 0.0, None)
    assert score_row(IDS, 2, ("x", None, "X", "", "lower"), [5.0, 2.0, None]).deltas == (None, None, None)


def test_winners_are_compared_and_beside_them_every_model_that_was_scored() -> None:
    rows = compare_scores(
        [scored(0, "naive", naive=20.0, croston=None), scored(1, "croston", naive=21.0, croston=9.0)], 0
    )
    told = {(row.field, row.model): row for row in rows}
    assert told["wape", None].values == (20.0, 9.0)
    assert told["wape", None].best == (IDS[1],)
    assert told["wape", "naive"].best == (IDS[0],)
    assert told["wape", "croston"].values == (None, 9.0)
    assert told["bias", None].direction == "zero"
    assert told["wall_clock_s", None].best == (), "equal ones have no best"
    assert ("mae", None) not in told, "what no run has is left out"


def test_runs_without_a_result_are_compared_too() -> None:
    assert compare_scores([story(0), story(1)], 0) == ()
    assert compare_made([story(0, created_objects={"plan_ids": ["x"]}), story(1)]) == (
        Row("plans", (1, 0)), Row("alias", (None, None)),
    )  # fmt: skip


def test_remarks_tell_what_makes_the_scores_no_fair_comparison() -> None:
    assert remarks_on([story(0), story(1)]) == ()
    spelt = {"train_model_types": ["naive", "seasonal_naive", "moving_average"], "backtest": asdict(BacktestPlan())}
    written_out = [story(0), story(1, run_config=spelt)]
    assert remarks_on(written_out) == (), "the usual backtest, written out, is the usual one"
    assert compare_configuration(written_out, differences_only=True) == ()
    shorter = {**spelt, "backtest": asdict(BacktestPlan(horizon=7))}
    other = story(1, data_fingerprint="e" * 64, status="failed", run_config=shorter)
    said = remarks_on([story(0), other])
    assert [one.split()[0:3] for one in said] == [
        ["The", "runs", "were"], ["The", "backtests", "are"], ["Not", "completed:", "bbbbbbbb."],
    ]  # fmt: skip
