"""Forecasts against the libraries that make the same: baselines, ridge, and trees beside bare LightGBM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measure import Figure, compare, cpu_seconds
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan, plan_folds
from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.forecasting.learners import LIGHTGBM, Learner, Lesson
from showcase.forecasting.options import LightGbmOptions, ModelType
from showcase.forecasting.threads import one_thread
from showcase.forecasting.trees import tree_fitter, tree_predictor
from showcase.forecasting.zoo import ModelConfig

LAST_DAY = date(2026, 11, 22)
DAYS = 180
PLAN = BacktestPlan()
_TRIO = (ModelType.NAIVE, ModelType.SEASONAL_NAIVE, ModelType.MOVING_AVERAGE)
_TINY = 1e-8
_EQUAL = 1e-9
_CHECKED = 1_000  # series up to which each comparison of ridge is checked: more take the library half a minute


def random_sales(n_series: int, n_days: int = DAYS) -> SalesMatrix:
    """Series with a level, a weekly shape and noise of their own that end on LAST_DAY; nothing is missing."""
    random = np.random.default_rng(1)
    shape = (n_series, n_days)
    level = random.uniform(25, 60, (n_series, 1)) * (1 + 0.2 * np.sin(2 * np.pi * np.arange(n_days) / 7))
    return SalesMatrix(
        store_ids=np.arange(n_series), product_ids=np.ones(n_series, dtype=np.int64),
        first_day=LAST_DAY - timedelta(days=n_days - 1), units=random.poisson(level).astype(float),
        price=np.ones(shape), promo=np.zeros(shape), stockout=np.zeros(shape, dtype=bool),
        holiday=np.zeros(n_days, dtype=bool),
    )  # fmt: skip


def forecasts(matrix: SalesMatrix, configs: Sequence[ModelConfig]) -> dict[str, Floats]:
    """Each model's forecasts of the three folds, (folds, n, h)."""
    said: dict[str, list[Floats]] = {str(config.model_type): [] for config in configs}
    for fold in plan_folds(matrix.n_days, PLAN):
        history, future = matrix.history(fold.train_stop), matrix.future(fold.test_start, PLAN.horizon)
        for config in configs:
            said[str(config.model_type)].append(fit_model(config, history, PLAN.horizon).predict(future))
    return {name: np.stack(folds) for name, folds in said.items()}


def long_table(matrix: SalesMatrix, more: Mapping[str, Floats]) -> Any:
    """The matrix as statsforecast reads it; `more` are columns that are the same for every series."""
    columns = {
        "unique_id": np.repeat(matrix.store_ids, DAYS),
        "ds": np.tile(np.datetime64(matrix.first_day) + np.arange(DAYS), matrix.n_series),
        "y": matrix.units.reshape(-1),
        **{name: np.tile(values, matrix.n_series) for name, values in more.items()},
    }
    return pl.DataFrame(columns).to_pandas()


def statsforecast_of(models: list[Any], table: Any) -> Callable[[], Any]:
    """Its cross-validation of the same three folds."""
    from statsforecast import StatsForecast

    library = StatsForecast(models, freq="D")
    return lambda: library.cross_validation(df=table, h=PLAN.horizon, n_windows=PLAN.n_splits, step_size=PLAN.horizon)


def check_equal(ours: Floats, theirs: Any, column: str) -> None:
    """Refuse a comparison of two that do not say the same, to nine digits."""
    ordered = theirs.sort_values(["cutoff", "unique_id", "ds"])[column].to_numpy().reshape(ours.shape)
    furthest = float(np.max(np.abs(ordered - ours) / np.maximum(np.abs(ours), 1.0)))
    if furthest > _EQUAL:
        raise AssertionError(f"{column} differs from ours by {furthest:.1e}")


def baselines() -> list[Figure]:
    """Three baselines: forecasts against forecasts, and with intervals and all scores against forecasts alone."""
    from statsforecast.models import Naive, SeasonalNaive, WindowAverage

    figures = []
    configs = [ModelConfig.of(name) for name in _TRIO]
    for n_series in (100, 1_000, 10_000):
        matrix = random_sales(n_series)
        theirs = statsforecast_of([Naive(), SeasonalNaive(7), WindowAverage(28)], long_table(matrix, {}))
        ours, said = forecasts(matrix, configs), theirs()
        for name, column in zip(_TRIO, ("Naive", "SeasonalNaive", "WindowAverage"), strict=True):
            check_equal(ours[name], said, column)
        size = f"{n_series:,} series x {DAYS} days, 3 folds"
        for name, work in (
            ("three baselines, CPU", lambda m=matrix: forecasts(m, configs)),
            ("the same with intervals and scores, CPU", lambda m=matrix: run_backtest(m, PLAN, configs)),
        ):
            figures.append(
                compare(name, size, work, "statsforecast, forecasts alone", theirs, runs=3, clock=cpu_seconds)
            )
    return figures


def ridge() -> list[Figure]:
    """The line with a weekly shape, against one ridge of the same columns for each series through statsforecast."""
    from sklearn.linear_model import Ridge
    from statsforecast.models import SklearnModel

    figures = []
    config = ModelConfig.of(ModelType.TREND_REGRESSION_BASELINE, window_size=DAYS)
    for n_series in (100, 1_000, 10_000):
        matrix = random_sales(n_series)
        weekday = (matrix.first_day.toordinal() - 1 + np.arange(DAYS)) % 7
        columns = {"level": np.ones(DAYS), "time": np.arange(DAYS) - DAYS + 1.0}
        columns |= {f"day{day}": (weekday == day).astype(float) for day in range(1, 7)}
        ridge_of_each = SklearnModel(Ridge(alpha=_TINY, fit_intercept=False, solver="cholesky"))
        theirs = statsforecast_of([ridge_of_each], long_table(matrix, columns))
        ours = forecasts(matrix, [config])[ModelType.TREND_REGRESSION_BASELINE]
        if n_series <= _CHECKED:
            said = theirs()
            check_equal(ours, said.assign(Ridge=said["Ridge"].clip(lower=0.0)), "Ridge")
        size = f"{n_series:,} series x {DAYS} days, 3 folds"
        few = 1 if n_series > _CHECKED else 3
        figures.append(
            compare(
                "ridge, CPU", size, lambda m=matrix: forecasts(m, [config]), "statsforecast, a Ridge for each series",
                theirs, runs=few, clock=cpu_seconds, warm_up=False,
            )
        )  # fmt: skip
    return figures


def trees() -> list[Figure]:
    """Fit and forecast of lightgbm, with its rows and its additive part, against bare LightGBM on the same matrix."""
    import lightgbm

    figures = []
    options, horizon = LightGbmOptions(), PLAN.horizon
    for n_series in (100, 200, 400):
        matrix = random_sales(n_series)
        history = matrix.history(DAYS - horizon)
        future = matrix.future(DAYS - horizon, horizon)
        lessons: list[Lesson] = []
        asked: list[Floats] = []
        heard = Learner(
            lambda lesson, chosen, kept=lessons: (kept.append(lesson), LIGHTGBM.learn(lesson, chosen))[1],
            lambda state, inputs, kept=asked: (kept.append(inputs), LIGHTGBM.answer(state, inputs))[1],
            texts=LIGHTGBM.texts,
        )

        def ours(learner: Learner = heard, history: Any = history, future: Any = future) -> Floats:
            with one_thread():  # as every fit of the product
                return tree_predictor(learner)(tree_fitter(learner)(history, options, horizon), future)

        ours()
        lesson, inputs = lessons[0], asked[0]

        def theirs(lesson: Lesson = lesson, inputs: Floats = inputs) -> Floats:
            settings = {
                "objective": "regression", "num_leaves": options.max_leaves, "learning_rate": options.learning_rate,
                "min_data_in_leaf": options.min_leaf_rows, "monotone_constraints": list(lesson.signs),
                "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1,
            }  # fmt: skip
            rows = lightgbm.Dataset(lesson.inputs, lesson.targets, weight=lesson.weights, params={"verbosity": -1})
            booster = lightgbm.train(settings, rows, num_boost_round=options.n_trees)
            return np.asarray(booster.predict(inputs, num_threads=1))

        size = f"{n_series:,} series, {lesson.inputs.shape[0]:,} rows x {lesson.inputs.shape[1]} columns"
        figures.append(
            compare(
                "lightgbm, fit and forecast, CPU", size, lambda work=ours: work(LIGHTGBM), "bare LightGBM, same matrix",
                theirs, clock=cpu_seconds, warm_up=False,
            )
        )  # fmt: skip
    return figures


FORECASTS: tuple[Callable[[], list[Figure]], ...] = (baselines, ridge, trees)
