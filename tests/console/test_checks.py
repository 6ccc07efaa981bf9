"""What is refused about a draft is known before anything runs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from showcase.console.checks import Ground, check_draft
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window
from showcase.store.demand import DataSet

TODAY = date(2026, 11, 22)
EMPTY = Ground(None, TODAY)


def ground(days: int) -> Ground:
    """A current data set of so many days."""
    data_set = DataSet(
        id=1,
        kind="synthetic",
        name="demo_minimal",
        recipe={},
        row_counts={"sales": 1},
        fingerprint=Digest("0" * 64),
        window=Window.ending(TODAY, days),
        is_current=True,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return Ground(data_set, TODAY)


def test_the_smallest_draft_may_run_where_there_is_data() -> None:
    found = check_draft({}, ground(92))
    assert found.may_run
    assert found.window == ground(92).data_set.window  # type: ignore[union-attr]
    assert found.recipe is None


def test_without_data_a_draft_that_does_not_seed_is_refused() -> None:
    found = check_draft({}, EMPTY)
    assert not found.may_run
    assert "a preset to seed" in found.at("skip_seed")


def test_a_reset_without_a_reseed_leaves_nothing_to_run_on() -> None:
    assert not check_draft({"reset": True}, ground(92)).may_run


def test_a_draft_that_seeds_knows_its_days_and_its_rows() -> None:
    found = check_draft({"skip_seed": False}, EMPTY)
    assert found.may_run
    assert found.window == Window(date(2026, 8, 23), TODAY)
    assert found.recipe is not None
    assert found.recipe.estimated_rows()["sales"] == 3 * 10 * 92


def test_folds_that_fit_are_drawn_over_the_real_days() -> None:
    found = check_draft({"backtest": {"gap": 2}}, ground(92))
    assert found.folds is not None
    assert found.folds["part"].to_list() == ["train", "gap", "test"] * 3
    assert found.folds["end"][-1] == TODAY


def test_folds_that_do_not_fit_are_refused_with_what_would() -> None:
    found = check_draft({"backtest": {"horizon": 30}}, ground(92))
    assert not found.may_run
    assert found.folds is None
    # 30 + 3 x 30 = 120 days needed; (92 - 30) // 3 = 20 days of horizon fit
    assert "120 days needed" in found.at("backtest")
    assert "horizon to at most 20" in found.at("backtest")


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"backtest": {"horizon": 3, "gap": 3}}, "backtest.gap"),
        ({"preservation": "keep", "workspace_name": "Has Capitals"}, "workspace_name"),
        ({"train_model_types": []}, "train_model_types"),
        ({"seed_overrides": {"stores": 4}}, "seed_overrides"),
        ({"skip_seed": False, "seed_overrides": {"stores": 100, "products": 500, "window_days": 365}}, "size"),
        ({"train_model_types": ["lightgbm"]}, "train_model_types"),
    ],
)
def test_a_refusal_stands_at_its_field(frame: dict[str, Any], field: str) -> None:
    found = check_draft(frame, ground(92))
    assert not found.may_run
    assert found.at(field)
    assert not found.at("seed")


def test_a_model_that_is_switched_on_may_run() -> None:
    on = Ground(ground(92).data_set, TODAY, frozenset({"SHOWCASE_ENABLE_LIGHTGBM"}))
    assert check_draft({"train_model_types": ["lightgbm"]}, on).may_run


def test_a_refusal_is_asked_for_by_the_name_of_its_field_and_of_what_holds_it() -> None:
    found = check_draft({"backtest": {"horizon": 3, "gap": 3}}, ground(92))
    assert found.at("backtest") == found.at("backtest.gap") != ""
    assert found.at("back") == ""


@pytest.mark.parametrize(
    ("frame", "field", "words"),
    [
        (
            {"backtest": {"horizon": 1410}},
            "backtest.horizon",
            "Found 1410; allowed is 1 to 90. Set Horizon to 1 to 90.",
        ),
        (
            {"backtest": {"min_train_size": None}},
            "backtest.min_train_size",
            "Found nothing; allowed is 7 or more. Set Train at least to 7 or more.",
        ),
        (
            {"backtest": {"horizon": 3, "gap": 3}},
            "backtest.gap",
            "Found 3; allowed is a gap below the horizon, which is 3. Set Gap to a gap below the horizon, which is 3.",
        ),
        (
            {"train_model_types": []},
            "train_model_types",
            "Found none; allowed is at least one model. Set Models to at least one model.",
        ),
    ],
)
def test_what_the_request_refuses_is_told_with_a_remedy(frame: dict[str, Any], field: str, words: str) -> None:
    found = check_draft(frame, ground(92))
    assert found.at(field) == words
    assert found.refused.briefly(field) == f"Allowed: {words.partition('allowed is ')[2].partition('. Set')[0]}."
    assert found.refused.briefly("seed") == ""
