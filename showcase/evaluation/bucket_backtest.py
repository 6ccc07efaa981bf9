"""The backtest of one bucket as a pure function from file to file, and the scores of all buckets together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from showcase.errors import ShowcaseError
from showcase.evaluation.folds import BacktestPlan, Fold, long_enough, plan_folds
from showcase.evaluation.metrics import score_parts, seasonal_scale
from showcase.forecasting.buckets import FAILURE, read_bucket, write_answer
from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import Integers, SalesMatrix
from showcase.forecasting.intervals import IntervalTable, Residuals, calibrate
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.table import FOLD, FORECAST, LEVELS, MODEL, PRODUCT, STEP, STORE, bound_columns

FORECAST_SCHEMA: dict[str, pl.DataType] = {
    MODEL: pl.String(), FOLD: pl.Int64(), STORE: pl.Int64(), PRODUCT: pl.Int64(), STEP: pl.Int64(),
    FORECAST: pl.Float64(), FAILURE: pl.String(),
}  # fmt: skip
"""One row a model, fold, series and step; where a model could not be fitted, one row with its failure and nulls."""


def backtest_task(configs: Sequence[ModelConfig], plan: BacktestPlan) -> dict[str, Any]:
    """What `backtest_bucket` reads."""
    return {"configs": [config.model_dump(mode="json") for config in configs], "plan": asdict(plan)}


def backtest_bucket(source: Path, target: Path) -> None:
    """Forecast every fold of the task's plan with each of its models and write the forecasts, FORECAST_SCHEMA.

    A series too short for a fold is left out of it, as in `run_backtest`.
    """
    bucket = read_bucket(source)
    plan = BacktestPlan(**bucket.task["plan"])
    folds = plan_folds(bucket.matrix.n_days, plan)
    frames = [pl.DataFrame(schema=FORECAST_SCHEMA)]
    for raw in bucket.task["configs"]:
        config = ModelConfig.parse(raw)
        try:
            frames += [_forecast(bucket.matrix, fold, config, plan) for fold in folds]
        except ShowcaseError as error:
            frames.append(_failure(config, error))
    write_answer(pl.concat(frames), target)


def _failure(config: ModelConfig, error: ShowcaseError) -> pl.DataFrame:
    row = {MODEL: str(config.model_type), FAILURE: error.message}
    return pl.DataFrame([{name: row.get(name) for name in FORECAST_SCHEMA}], schema=FORECAST_SCHEMA)


def _forecast(matrix: SalesMatrix, fold: Fold, config: ModelConfig, plan: BacktestPlan) -> pl.DataFrame:
    rows = np.flatnonzero(long_enough(matrix.units, fold, plan.min_train_size))
    if not len(rows):
        return pl.DataFrame(schema=FORECAST_SCHEMA)
    history = matrix.history(fold.train_stop, fold.train_start).select(rows)
    model = fit_model(config, history, plan.gap + plan.horizon)
    said = model.predict(matrix.future(fold.test_start, plan.horizon).select(rows))
    n, h = said.shape
    columns = {
        STORE: np.repeat(matrix.store_ids[rows], h),
        PRODUCT: np.repeat(matrix.product_ids[rows], h),
        STEP: np.tile(np.arange(1, h + 1, dtype=np.int64), n),
        FORECAST: said.reshape(-1),
    }
    return (
        pl.DataFrame(columns)
        .with_columns(
            pl.col(FORECAST).fill_nan(None),
            pl.lit(str(config.model_type)).alias(MODEL),
            pl.lit(fold.number, dtype=pl.Int64).alias(FOLD),
            pl.lit(None, dtype=pl.String()).alias(FAILURE),
        )
        .select(*FORECAST_SCHEMA)
    )


def score_answers(
    matrix: SalesMatrix, plan: BacktestPlan, answers: pl.DataFrame
) -> tuple[pl.DataFrame, Mapping[str, IntervalTable]]:
    """The score parts of forecasts of some of the matrix's series, and one interval table a model from all of them.

    `answers` has the forecasts of FORECAST_SCHEMA. The parts are those of `run_backtest`, but for the coverage of
    intervals, which is not told: their width would depend on which series were asked for. A model without any error to
    measure has no intervals.
    """
    folds = {fold.number: fold for fold in plan_folds(matrix.n_days, plan)}
    said = answers.filter(pl.col(FAILURE).is_null()).sort(MODEL, FOLD, STORE, PRODUCT, STEP)
    parts: list[pl.DataFrame] = []
    residuals: dict[str, list[Residuals]] = {}
    for (name, number), group in said.group_by([MODEL, FOLD], maintain_order=True):
        scored, errors = _score(matrix, str(name), folds[int(str(number))], group)
        parts.append(scored)
        residuals.setdefault(str(name), []).append(errors)
    intervals = {
        name: calibrate(several)
        for name, several in residuals.items()
        if any(np.isfinite(one.errors).any() for one in several)
    }
    return (pl.concat(parts) if parts else _no_parts(matrix)), intervals


def _score(matrix: SalesMatrix, name: str, fold: Fold, group: pl.DataFrame) -> tuple[pl.DataFrame, Residuals]:
    forecast = group[FORECAST].cast(pl.Float64).fill_null(np.nan).to_numpy().reshape(-1, fold.horizon)
    rows = rows_of(matrix, group[STORE].to_numpy()[:: fold.horizon], group[PRODUCT].to_numpy()[:: fold.horizon])
    actual = matrix.units[rows, fold.test_start : fold.test_stop]
    history = matrix.history(fold.train_stop, fold.train_start).select(rows)
    return (
        _parts(name, fold, (matrix.store_ids[rows], matrix.product_ids[rows]), actual, forecast, history.units),
        Residuals(actual - forecast, history.scale),
    )


def _parts(name: str, fold: Fold, series: Any, actual: Any, forecast: Any, trained: Any) -> pl.DataFrame:
    unknown = np.full(actual.shape, np.nan)
    bounds = {column: unknown for level in LEVELS for column in bound_columns(level)}
    return score_parts(name, fold.number, series, actual, forecast, bounds, seasonal_scale(trained))


def _no_parts(matrix: SalesMatrix) -> pl.DataFrame:
    nothing = np.empty((0, 1))
    series = (matrix.store_ids[:0], matrix.product_ids[:0])
    return _parts("", Fold(1, 0, 1, 1, 2), series, nothing, nothing, np.empty((0, 8)))


def rows_of(matrix: SalesMatrix, store_ids: Integers, product_ids: Integers) -> Integers:
    """The position in the matrix of each pair; every pair has to be there."""
    stride = int(max(matrix.product_ids.max(initial=0), product_ids.max(initial=0))) + 1
    own, wanted = (matrix.store_ids * stride + matrix.product_ids), (store_ids * stride + product_ids)
    order = np.argsort(own)
    rows: Integers = order[np.searchsorted(own, wanted, sorter=order)]
    assert (own[rows] == wanted).all()
    return rows
