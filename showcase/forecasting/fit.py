"""Fitting a model on a history, and asking it for the days ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from showcase.errors import InvalidInputError
from showcase.forecasting.features import SIGNAL_COLUMNS
from showcase.forecasting.history import Floats, Future, History, Integers
from showcase.forecasting.intervals import IntervalTable
from showcase.forecasting.state import ModelState
from showcase.forecasting.threads import one_thread
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.table import CUTOFF, DATE, FORECAST, LEVELS, MODEL, PRODUCT, STEP, STORE, bound_columns


@dataclass(frozen=True, slots=True)
class FittedModel:
    """A model that has seen a history; everything needed to forecast, and nothing else.

    `reach` is how many days after the cutoff can be asked for; `scale` (n,) is each series' usual size of error, by
    which the intervals are widened.
    """

    config: ModelConfig
    store_ids: Integers
    product_ids: Integers
    cutoff: date
    reach: int
    scale: Floats
    state: ModelState

    @property
    def n_series(self) -> int:
        return len(self.store_ids)

    @property
    def reads_signals(self) -> bool:
        """Whether it was fitted on weather or macro signals, which a data set has once it is enriched."""
        return not SIGNAL_COLUMNS.isdisjoint(self.state.facts.get("columns", ()))

    def predict(self, future: Future) -> Floats:
        """Expected units on each forecast day, (n, h), never below 0; NaN for a series that was never seen to sell.

        Raises InvalidInputError where the future's days or series are not those the model was fitted for.
        """
        last = future.first_day + timedelta(days=future.horizon - 1)
        if future.first_day <= self.cutoff or (last - self.cutoff).days > self.reach:
            raise InvalidInputError(
                f"The forecast days {future.first_day} to {last} were asked for; this {self.config.model_type} knows "
                f"the days up to {self.cutoff} and reaches {self.reach} days ahead.",
                "Ask for days after the cutoff and inside the reach, or fit again with a longer horizon.",
            )
        if future.n_series != self.n_series:
            raise InvalidInputError(
                f"{self.n_series} series were expected in the future, found {future.n_series}.",
                "Give the future of the very series the model was fitted on.",
            )
        with one_thread():
            return np.maximum(self.config.row.predict(self.state, future), 0.0)


def fit_model(config: ModelConfig, history: History, reach: int) -> FittedModel:
    """Fit one model on every series of the history.

    `reach` is horizon + gap: how many days after the cutoff will be asked for at most. Runs on one thread, so that two
    fits give the same bytes and workers do not fight for cores.
    """
    with one_thread():
        state = config.row.fit(history, config.options, reach)
    return FittedModel(
        config=config,
        store_ids=history.store_ids,
        product_ids=history.product_ids,
        cutoff=history.cutoff,
        reach=reach,
        scale=history.scale,
        state=state,
    )


def forecast_frame(model: FittedModel, future: Future, intervals: IntervalTable | None) -> pl.DataFrame:
    """The forecast as a long frame, one row a series and day.

    Columns: store_id, product_id, cutoff, date, step (days after the cutoff, less the gap: 1 is the first day of the
    future), model, forecast, lo80, hi80, lo95, hi95; null where a series has no forecast, and bounds where no intervals
    are known.
    """
    forecast = model.predict(future)
    columns = {FORECAST: forecast, **bounds_by_column(intervals, forecast, model.scale)}
    return long_frame(model, future, columns)


def bounds_by_column(intervals: IntervalTable | None, forecast: Floats, scale: Floats) -> dict[str, Floats]:
    """The interval bounds (n, h) under the names of the long table; NaN where no intervals are known."""
    columns: dict[str, Floats] = {}
    unknown = np.full(forecast.shape, np.nan)
    for level in LEVELS:
        bounds = (unknown, unknown) if intervals is None else intervals.bounds(forecast, scale, level)
        columns.update(zip(bound_columns(level), bounds, strict=True))
    return columns


def long_frame(model: FittedModel, future: Future, values: dict[str, Floats]) -> pl.DataFrame:
    """Matrices (n, h) as columns of the long table, beside the keys of their rows; NaN becomes null."""
    n, h = model.n_series, future.horizon
    days = np.datetime64(future.first_day, "D") + np.arange(h)
    keys = {
        STORE: np.repeat(model.store_ids, h),
        PRODUCT: np.repeat(model.product_ids, h),
        DATE: np.tile(days, n),
        STEP: np.tile(np.arange(1, h + 1, dtype=np.int64), n),
    }
    numbers = {name: np.ascontiguousarray(matrix).reshape(-1) for name, matrix in values.items()}
    return (
        pl.DataFrame({**keys, **numbers})
        .with_columns(
            pl.lit(model.cutoff).alias(CUTOFF),
            pl.lit(model.config.model_type.value).alias(MODEL),
            pl.col(list(values)).fill_nan(None),
        )
        .select(STORE, PRODUCT, CUTOFF, DATE, STEP, MODEL, *values)
    )
