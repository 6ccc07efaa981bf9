"""One model tried on one data set: scored and asked for the days ahead, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan, Fold, fold_picture
from showcase.evaluation.metrics import pool
from showcase.forecasting.buckets import select_series
from showcase.forecasting.fit import fit_model, forecast_frame
from showcase.forecasting.history import SalesMatrix, carried_future
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.table import DATE, FOLD, MODEL, PRODUCT, STORE, UNITS
from showcase.kernel.window import Window
from showcase.services.models import scores_of

MOST_SERIES = 100
"""So many series are tried together; of a larger data set the first ones and the one in question."""

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: scores of the model and the controls over all series tried and over the one in question, the
    folds as bars, and of that series its past, its tested forecasts and the days ahead."""

    scores: Sequence[Mapping[str, Any]]
    own_scores: Sequence[Mapping[str, Any]]
    folds: pl.DataFrame
    past: pl.DataFrame
    tested: pl.DataFrame
    ahead: pl.DataFrame
    n_series: int


def try_model(matrix: SalesMatrix, key: Key, config: ModelConfig, plan: BacktestPlan) -> Trial:
    """Score the model beside the two controls, then fit it on every day and forecast `horizon` days.

    InvalidInputError where the folds do not fit, or the data set has no such series.
    """
    few = _few(matrix, key)
    found = run_backtest(few, plan, [config])
    history = few.history()
    model = fit_model(config, history, plan.gap + plan.horizon)
    intervals = found.intervals[config.model_type]
    ahead = forecast_frame(model, carried_future(history, plan.horizon, plan.gap), intervals)
    of_series = (pl.col(STORE) == key[0]) & (pl.col(PRODUCT) == key[1])
    own = found.parts.filter(of_series)
    name = str(config.model_type)
    return Trial(
        scores=_told(pool(found.parts)),
        own_scores=_told(pool(own)),
        folds=_bars(few, found.folds),
        past=_past(few, key),
        tested=found.forecasts.filter(of_series & (pl.col(MODEL) == name)).sort(FOLD, DATE),
        ahead=ahead.filter(of_series).sort(DATE),
        n_series=few.n_series,
    )


def _few(matrix: SalesMatrix, key: Key) -> SalesMatrix:
    """The matrix itself, or the first series of a large one and the one in question."""
    row = matrix.row_of(*key)
    if matrix.n_series <= MOST_SERIES:
        return matrix
    return select_series(matrix, np.unique(np.append(np.arange(MOST_SERIES - 1), row)))


def _told(pooled: pl.DataFrame) -> list[Mapping[str, Any]]:
    """Rows of model and published scores, the best wape first, those without one last."""
    rows = [{MODEL: row[MODEL], **scores_of(row)} for row in pooled.to_dicts()]
    return sorted(rows, key=lambda row: (row["wape"] is None, row["wape"] or 0.0))


def _bars(matrix: SalesMatrix, folds: Sequence[Fold]) -> pl.DataFrame:
    return fold_picture(Window(matrix.first_day, matrix.day(matrix.n_days - 1)), folds)


def _past(matrix: SalesMatrix, key: Key) -> pl.DataFrame:
    units = matrix.units[matrix.row_of(*key)]
    days = [matrix.day(index) for index in range(matrix.n_days)]
    return pl.DataFrame({DATE: days, UNITS: units}).with_columns(pl.col(UNITS).fill_nan(None))
