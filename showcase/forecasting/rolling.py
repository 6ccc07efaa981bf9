"""Means over the last days of every row, ending at each day."""

from __future__ import annotations

import numpy as np

from showcase.forecasting.history import Floats


def rolling_mean(values: Floats, days: int) -> Floats:
    """For each day (n, d) the mean of the known values among the last `days` days, itself included; NaN without any."""
    known = ~np.isnan(values)
    total = _trailing_sum(np.where(known, values, 0.0), days)
    count = _trailing_sum(known.astype(np.float64), days)
    mean: Floats = np.divide(total, count, out=np.full(values.shape, np.nan), where=count > 0)
    return mean


def rolling_std(values: Floats, days: int) -> Floats:
    """The standard deviation (of the population) of the same values; 0 for a single one."""
    # around a value of the row the squares stay small; its first known one, so that no later day has a say
    known = ~np.isnan(values)
    first = values[np.arange(len(values)), known.argmax(axis=1)]
    moved = values - first[:, None]
    variance = rolling_mean(moved**2, days) - rolling_mean(moved, days) ** 2
    return np.sqrt(np.maximum(variance, 0.0))


def shifted(values: Floats, days: int) -> Floats:
    """Each row `days` days later, NaN before its first day; (n, d)."""
    moved = np.full(values.shape, np.nan)
    if days < values.shape[1]:
        moved[:, days:] = values[:, : values.shape[1] - days]
    return moved


def _trailing_sum(values: Floats, days: int) -> Floats:
    running = np.cumsum(values, axis=1)
    trailing = running.copy()
    trailing[:, days:] -= running[:, :-days]
    return trailing
