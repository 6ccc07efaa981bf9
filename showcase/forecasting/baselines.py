"""The five baselines, each over all series at once.

Every one of them ends in a table of levels: one level a series, or one for each day of the season. A missing day is
skipped, never read as zero. A series without a single observation has no forecast: NaN, so that none is invented.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from showcase.forecasting.history import Floats, Future, History, Integers
from showcase.forecasting.options import (
    ModelOptions,
    MovingAverageOptions,
    SeasonalAverageOptions,
    SeasonalNaiveOptions,
    WeightedMovingAverageOptions,
)
from showcase.forecasting.state import ArraySpec, ModelState

LEVEL = "level"
SEASON = "season"
LEVEL_ARRAYS = (ArraySpec(LEVEL, dimensions=1, by_series=True),)
SEASON_ARRAYS = (ArraySpec(SEASON, dimensions=2, by_series=True),)


def last_known(units: Floats) -> Floats:
    """The last value of each row (n, d) that is no NaN; (n,), NaN for a row without any."""
    latest = units[:, -1].copy()
    for row in np.flatnonzero(np.isnan(latest)):
        known = np.flatnonzero(~np.isnan(units[row]))
        if known.size:
            latest[row] = units[row, known[-1]]
    return latest


def mean_known(units: Floats, weights: Floats | None = None) -> Floats:
    """The mean of each row's values that are no NaN, weighted by day where `weights` (d,) is given; NaN without any."""
    by_day = np.ones(units.shape[1]) if weights is None else weights
    mean: Floats = np.asarray((units if weights is None else units * by_day).sum(axis=1) / by_day.sum())
    if not np.isnan(mean).any():
        return mean
    missing = np.isnan(units)
    total = np.where(missing, 0.0, units * by_day).sum(axis=1)
    weight = np.where(missing, 0.0, by_day).sum(axis=1)
    return np.asarray(np.divide(total, weight, out=np.full(len(units), np.nan), where=weight > 0))


def fit_naive(history: History, _options: ModelOptions, _reach: int) -> ModelState:
    """The last known value."""
    return _level_state(last_known(history.units))


def fit_moving_average(history: History, options: MovingAverageOptions, _reach: int) -> ModelState:
    """The mean of the last days; the last known value where all of them are missing."""
    window = options.window_size
    return _level_state(_else(mean_known(history.units[:, -window:]), history))


def fit_weighted_moving_average(history: History, options: WeightedMovingAverageOptions, _reach: int) -> ModelState:
    """The mean of the last days with weights 1, 2, 3 ... up to the newest day."""
    recent = history.units[:, -options.window_size :]
    weights = np.arange(1.0, recent.shape[1] + 1)
    return _level_state(_else(mean_known(recent, weights), history))


def fit_seasonal_naive(history: History, options: SeasonalNaiveOptions, _reach: int) -> ModelState:
    """The last known value of the same day of the season; the last known value where that day was never seen."""
    length = options.season_length
    return _season_state(history, [last_known(days) if days.size else None for days in _by_phase(history, length)])


def fit_seasonal_average(history: History, options: SeasonalAverageOptions, _reach: int) -> ModelState:
    """The mean of the same day of the last seasons; then the last known value of that day, then of any day."""
    columns: list[Floats | None] = []
    for days in _by_phase(history, options.season_length):
        if not days.size:
            columns.append(None)
            continue
        mean = mean_known(days[:, -options.seasons :])
        columns.append(np.where(np.isnan(mean), last_known(days), mean) if np.isnan(mean).any() else mean)
    return _season_state(history, columns)


def predict_level(state: ModelState, future: Future) -> Floats:
    """The level on each of the forecast days, (n, h)."""
    level = np.asarray(state.arrays[LEVEL], dtype=np.float64)
    return np.repeat(level[:, None], future.horizon, axis=1)


def predict_season(state: ModelState, future: Future) -> Floats:
    """The level of each forecast day's place in the season, (n, h)."""
    season = np.asarray(state.arrays[SEASON], dtype=np.float64)
    return season[:, _phases(future.first_day, future.horizon, season.shape[1])]


def _level_state(level: Floats) -> ModelState:
    return ModelState(arrays={LEVEL: level})


def _season_state(history: History, columns: list[Floats | None]) -> ModelState:
    unseen = np.full(history.n_series, np.nan)
    season = np.column_stack([unseen if column is None else column for column in columns])
    if np.isnan(season).any():
        season = np.where(np.isnan(season), last_known(history.units)[:, None], season)
    return ModelState(arrays={SEASON: season})


def _phases(first_day: date, days: int, length: int) -> Integers:
    """Each day's place in the season, counted from a fixed origin so that any first day gives the same places."""
    return (first_day.toordinal() + np.arange(days, dtype=np.int64)) % length


def _by_phase(history: History, length: int) -> list[Floats]:
    """For each place in the season the columns of its days, oldest first; empty where no day has that place."""
    first = history.first_day.toordinal() % length
    return [history.units[:, (phase - first) % length :: length] for phase in range(length)]


def _else(level: Floats, history: History) -> Floats:
    return np.where(np.isnan(level), last_known(history.units), level) if np.isnan(level).any() else level
