"""A series scores in its bucket what it scores in the whole backtest, however the buckets are cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.bucket_backtest import (
    FORECAST_SCHEMA,
    backtest_bucket,
    backtest_task,
    rows_of,
    score_answers,
)
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import BUCKET
from showcase.forecasting.buckets import FAILURE, Bucket, select_series, write_bucket
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.table import FOLD, MODEL, PRODUCT, STORE
from tests.forecasting.matrices import gapped, lively

PLAN = BacktestPlan(horizon=7, n_splits=3, min_train_size=20, gap=1)
BASELINES = ("naive", "seasonal_naive", "moving_average", "weighted_moving_average", "seasonal_average")
KEYS = [MODEL, FOLD, STORE, PRODUCT, BUCKET]


def _matrix() -> SalesMatrix:
    """Nine series, one of them too young for the first fold, one too young for any."""
    matrix = gapped(lively(9, 80))
    matrix.units[3, :45] = np.nan
    matrix.units[5, :75] = np.nan
    return matrix


def _answers(matrix: SalesMatrix, cuts: Sequence[Sequence[int]], names: Sequence[str], folder: Path) -> pl.DataFrame:
    frames = []
    for number, rows in enumerate(cuts):
        source, target = folder / f"{number}.parquet", folder / f"{number}.answer.parquet"
        task = backtest_task([ModelConfig.of(name) for name in names], PLAN)
        write_bucket(Bucket(select_series(matrix, np.array(rows)), task), source)
        backtest_bucket(source, target)
        frames.append(pl.read_parquet(target))
    return pl.concat(frames)


def _comparable(parts: pl.DataFrame) -> pl.DataFrame:
    """The parts without the coverage of intervals, which buckets do not tell."""
    return parts.drop("bounded", "covered80", "covered95").sort(KEYS)


@pytest.mark.parametrize(
    "cuts", [[list(range(9))], [[0, 1, 2, 3], [4, 5, 6, 7, 8]], [[row] for row in range(9)]], ids=["one", "two", "nine"]
)
def test_the_parts_are_those_of_the_whole_backtest(cuts: list[list[int]], tmp_path: Path) -> None:
    matrix = _matrix()
    answers = _answers(matrix, cuts, [*BASELINES, "trend_regression_baseline"], tmp_path)
    assert dict(answers.schema) == FORECAST_SCHEMA
    parts, _ = score_answers(matrix, PLAN, answers)
    whole = run_backtest(matrix, PLAN, [ModelConfig.of(name) for name in (*BASELINES, "trend_regression_baseline")])
    expected, found = _comparable(whole.parts), _comparable(parts)
    assert found.select(KEYS).equals(expected.select(KEYS))
    for name in found.columns[len(KEYS) :]:
        np.testing.assert_allclose(found[name].to_numpy(), expected[name].to_numpy(), rtol=1e-9, atol=1e-9)


def test_a_pooled_model_in_one_bucket_scores_as_in_the_whole_backtest(tmp_path: Path) -> None:
    matrix = _matrix()
    parts, intervals = score_answers(matrix, PLAN, _answers(matrix, [range(9)], ["prophet_like"], tmp_path))
    whole = run_backtest(matrix, PLAN, [ModelConfig.of("prophet_like")])
    expected = whole.parts.filter(pl.col(MODEL) == "prophet_like")
    assert _comparable(parts).equals(_comparable(expected))
    own = whole.intervals[whole.chosen[0]]
    np.testing.assert_array_equal(intervals["prophet_like"].quantiles, own.quantiles)


def test_a_series_too_short_for_a_fold_is_left_out_of_it(tmp_path: Path) -> None:
    matrix = _matrix()
    parts, _ = score_answers(matrix, PLAN, _answers(matrix, [range(9)], ["naive"], tmp_path))
    folds = {
        (row[0], row[1]): row[2] for row in parts.group_by(STORE, PRODUCT).agg(pl.col(FOLD).unique().sort()).iter_rows()
    }
    assert folds[int(matrix.store_ids[0]), int(matrix.product_ids[0])] == [1, 2, 3]
    # known from day 45 on; the folds train up to the days 58, 65 and 72, and 20 days have to be known before
    assert folds[int(matrix.store_ids[3]), int(matrix.product_ids[3])] == [2, 3]
    assert (int(matrix.store_ids[5]), int(matrix.product_ids[5])) not in folds


def test_a_model_that_cannot_be_fitted_leaves_its_reason_and_the_others_their_forecasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from showcase.errors import InvalidInputError
    from showcase.evaluation import bucket_backtest
    from showcase.forecasting.fit import fit_model

    def fit(config: ModelConfig, *rest: object) -> object:
        if config.model_type == "naive":
            raise InvalidInputError("Expected more, found less.", "Give more.")
        return fit_model(config, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(bucket_backtest, "fit_model", fit)
    answers = _answers(_matrix(), [range(9)], ["naive", "moving_average"], tmp_path)
    assert answers.filter(pl.col(FAILURE).is_not_null()).select(MODEL, FAILURE).rows() == [
        ("naive", "Expected more, found less.")
    ]
    parts, _ = score_answers(_matrix(), PLAN, answers)
    assert parts[MODEL].unique().to_list() == ["moving_average"]


def test_no_answer_gives_no_parts_and_no_intervals() -> None:
    parts, intervals = score_answers(_matrix(), PLAN, pl.DataFrame(schema=FORECAST_SCHEMA))
    assert parts.height == 0
    assert set(KEYS) <= set(parts.columns)
    assert intervals == {}


def test_rows_are_found_by_their_pairs() -> None:
    matrix = lively(6, 10)
    wanted = np.array([5, 0, 3])
    assert rows_of(matrix, matrix.store_ids[wanted], matrix.product_ids[wanted]).tolist() == [5, 0, 3]
