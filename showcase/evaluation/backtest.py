"""The backtest: every model on every fold, its forecasts, its intervals and its score parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from showcase.errors import FieldError, InvalidInputError
from showcase.evaluation.folds import BacktestPlan, Fold, long_enough, plan_folds
from showcase.evaluation.metrics import score_parts, seasonal_scale
from showcase.forecasting.fit import FittedModel, bounds_by_column, fit_model, long_frame
from showcase.forecasting.history import Booleans, Floats, Future, History, SalesMatrix
from showcase.forecasting.intervals import IntervalTable, Residuals, calibrate
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.table import ACTUAL, FOLD, FORECAST, PRODUCT, STORE

Progress = Callable[[float, str], None]
"""Told the share done (0..1) and what is being done; may raise to stop the work."""

CONTROLS = (ModelType.NAIVE, ModelType.SEASONAL_NAIVE)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a backtest found.

    `forecasts`: store_id, product_id, cutoff, date, step, model, actual, forecast, lo80, hi80, lo95, hi95, fold;
    one row a model, fold, series and test day, actual null where the day is missing. `parts`: the score parts.
    `left_out`: fold, store_id, product_id, known_days of the series too short for a fold. `intervals`: one table a
    model that had an error to learn from, of all folds, for the forecasts to come. `chosen` are the models asked for;
    the controls are scored beside them.
    """

    plan: BacktestPlan
    folds: tuple[Fold, ...]
    chosen: tuple[ModelType, ...]
    forecasts: pl.DataFrame
    parts: pl.DataFrame
    left_out: pl.DataFrame
    intervals: dict[ModelType, IntervalTable]


@dataclass(frozen=True, slots=True)
class _Question:
    """One fold as every model is asked it: cut once, for all of them."""

    fold: Fold
    history: History
    future: Future
    actual: Floats
    seasonal: Floats


@dataclass(frozen=True, slots=True)
class _Answer:
    """One model's forecast on one fold, before its intervals are known."""

    fold: Fold
    model: FittedModel
    future: Future
    actual: Floats
    forecast: Floats
    seasonal: Floats

    @property
    def residuals(self) -> Residuals:
        return Residuals(self.actual - self.forecast, self.model.scale)


def run_backtest(
    matrix: SalesMatrix, plan: BacktestPlan, configs: Sequence[ModelConfig], progress: Progress | None = None
) -> Backtest:
    """Fit and score every chosen model and the two controls on every fold of the plan.

    The intervals that are scored on a fold come from the errors of the other folds, so that their coverage is honest;
    the tables that are kept come from all. Raises InvalidInputError where the sweep does not fit, where a type is named
    twice, or where every series is too short.
    """
    _refuse_repeated(configs)
    folds = plan_folds(matrix.n_days, plan)
    kept = [long_enough(matrix.units, fold, plan.min_train_size) for fold in folds]
    if not any(rows.any() for rows in kept):
        raise InvalidInputError(
            f"A series with {plan.min_train_size} days before a cutoff was expected, found none of {matrix.n_series}.",
            "Lower min_train_size, n_splits or horizon, or use a longer window.",
        )
    tell = progress or _silence
    everyone = with_controls(configs)
    answers: dict[ModelType, list[_Answer]] = {config.model_type: [] for config in everyone}
    total, done = len(everyone) * len(folds), 0
    for fold, rows in zip(folds, kept, strict=True):
        question = _pose(matrix, fold, rows, plan) if rows.any() else None
        for config in everyone:
            tell(done / total, f"{config.model_type}, fold {fold.number} of {len(folds)}")
            if question is not None:
                answers[config.model_type].append(_ask(question, config, plan))
            done += 1
    tell(1.0, "scores")
    scored = [_score(several, answer) for several in answers.values() for answer in several]
    return Backtest(
        plan=plan,
        folds=folds,
        chosen=tuple(config.model_type for config in configs),
        forecasts=pl.concat([frame for frame, _ in scored]),
        parts=pl.concat([parts for _, parts in scored]),
        left_out=_left_out(matrix, folds, kept),
        intervals={
            model_type: table
            for model_type, several in answers.items()
            if (table := _calibrated([answer.residuals for answer in several])) is not None
        },
    )


def _silence(_share: float, _what: str) -> None:
    """Nobody watches."""


def with_controls(configs: Sequence[ModelConfig]) -> tuple[ModelConfig, ...]:
    """The configurations, and after them each control that is not among them."""
    chosen = {config.model_type for config in configs}
    return (*configs, *(ModelConfig.of(control) for control in CONTROLS if control not in chosen))


def _pose(matrix: SalesMatrix, fold: Fold, rows: Booleans, plan: BacktestPlan) -> _Question:
    history = matrix.history(fold.train_stop, fold.train_start).select(rows)
    return _Question(
        fold=fold,
        history=history,
        future=matrix.future(fold.test_start, plan.horizon).select(rows),
        actual=matrix.units[rows, fold.test_start : fold.test_stop],
        seasonal=seasonal_scale(history.units),
    )


def _ask(question: _Question, config: ModelConfig, plan: BacktestPlan) -> _Answer:
    model = fit_model(config, question.history, plan.gap + plan.horizon)
    return _Answer(
        fold=question.fold,
        model=model,
        future=question.future,
        actual=question.actual,
        forecast=model.predict(question.future),
        seasonal=question.seasonal,
    )


def _score(several: Sequence[_Answer], answer: _Answer) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The long frame and the score parts of one answer, its intervals calibrated on the model's other folds."""
    intervals = _calibrated([other.residuals for other in several if other is not answer])
    bounds = bounds_by_column(intervals, answer.forecast, answer.model.scale)
    values = {ACTUAL: answer.actual, FORECAST: answer.forecast, **bounds}
    frame = long_frame(answer.model, answer.future, values).with_columns(
        pl.lit(answer.fold.number, dtype=pl.Int64).alias(FOLD)
    )
    series = (answer.model.store_ids, answer.model.product_ids)
    model_type = answer.model.config.model_type.value
    parts = score_parts(model_type, answer.fold.number, series, answer.actual, answer.forecast, bounds, answer.seasonal)
    return frame, parts


def _calibrated(residuals: Sequence[Residuals]) -> IntervalTable | None:
    """The table of these errors; None where there is not one, as for the only fold that is long enough for a series."""
    return calibrate(residuals) if any(np.isfinite(each.errors).any() for each in residuals) else None


def _left_out(matrix: SalesMatrix, folds: Sequence[Fold], kept: Sequence[Booleans]) -> pl.DataFrame:
    frames = [
        pl.DataFrame(
            {
                STORE: matrix.store_ids[~rows],
                PRODUCT: matrix.product_ids[~rows],
                "known_days": (~np.isnan(matrix.units[~rows, fold.train_start : fold.train_stop])).sum(axis=1),
            }
        ).select(pl.lit(fold.number, dtype=pl.Int64).alias(FOLD), pl.all())
        for fold, rows in zip(folds, kept, strict=True)
    ]
    return pl.concat(frames)


def _refuse_repeated(configs: Sequence[ModelConfig]) -> None:
    names = [config.model_type.value for config in configs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or not names:
        found = f"{', '.join(repeated)} twice" if repeated else "none"
        raise InvalidInputError(
            f"Different model types were expected, found {found}.",
            "Name at least one type, and each one once.",
            [FieldError("train_model_types", found, "1 to 11 different types")],
        )
