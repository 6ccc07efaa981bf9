"""Columns of what is known at the end of a day: of sales, prices, stock and signals up to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from showcase.forecasting.history import Booleans, Floats, History
from showcase.forecasting.rolling import rolling_mean, rolling_std
from showcase.forecasting.usual_price import relative_price, usual_price

LAUNCH_REACH = 60  # days after which a product is no longer new


@dataclass(frozen=True, slots=True)
class Past:
    """The history as the columns read it; `units` (n, d) may be changed from what was sold, for instance deflated."""

    units: Floats
    relative_price: Floats
    on_promotion: Booleans
    stockout: Booleans
    on_hand: Floats | None
    signals: Mapping[str, Floats]
    launch_day: Floats

    @classmethod
    def of(cls, history: History, units: Floats | None = None) -> Self:
        """The columns' view of a history, with other units in place of its own where they are given."""
        known = ~np.isnan(history.units)
        first = np.where(known.any(axis=1), known.argmax(axis=1), history.n_days).astype(np.float64)
        # a series that sells on the very first day of the history may be any age
        launch = np.where(first > 0, first, np.nan)
        if history.launch_day is not None:
            launch = np.where(np.isnan(history.launch_day), launch, history.launch_day)
        return cls(
            units=history.units if units is None else units,
            relative_price=relative_price(history.price, usual_price(history)),
            on_promotion=history.promo > 0,
            stockout=history.stockout,
            on_hand=history.on_hand,
            signals=history.signals,
            launch_day=launch,
        )


def units(past: Past) -> Floats:
    """The units of the day itself."""
    return past.units


def mean_of(days: int) -> Callable[[Past], Floats]:
    """The mean of the known units of the last `days` days."""
    return lambda past: rolling_mean(past.units, days)


def std_of(days: int) -> Callable[[Past], Floats]:
    """Their standard deviation."""
    return lambda past: rolling_std(past.units, days)


def zero_share(past: Past) -> Floats:
    """The share of the known days among the last 28 on which nothing was sold."""
    return rolling_mean(np.where(np.isnan(past.units), np.nan, past.units == 0), 28)


def relative_price_28(past: Past) -> Floats:
    """The mean of ln(price / usual price) of the last 28 days: what the units of those days were sold at."""
    return rolling_mean(past.relative_price, 28)


def promotion_share_28(past: Past) -> Floats:
    return rolling_mean(past.on_promotion.astype(np.float64), 28)


def stockout_share_28(past: Past) -> Floats:
    return rolling_mean(past.stockout.astype(np.float64), 28)


def days_since_launch(past: Past) -> Floats:
    """Days since the launch on the day after, at most LAUNCH_REACH; LAUNCH_REACH where the launch is unknown."""
    after = np.arange(1.0, past.units.shape[1] + 1) - past.launch_day[:, None]
    return np.where(np.isnan(after), LAUNCH_REACH, np.clip(after, 0, LAUNCH_REACH))


def stock_days(past: Past) -> Floats:
    """For how many days the stock would last at the mean units of the last 28, at most 60; NaN where it is unknown."""
    if past.on_hand is None:
        return np.full(past.units.shape, np.nan)
    pace = np.maximum(rolling_mean(past.units, 28), 0.1)
    return np.minimum(past.on_hand / pace, 60.0)


def signal_of(name: str, days: int) -> Callable[[Past], Floats]:
    """The mean of a signal over the last `days` days; NaN where the data set has none."""

    def values(past: Past) -> Floats:
        signal = past.signals.get(name)
        return np.full(past.units.shape, np.nan) if signal is None else rolling_mean(signal, days)

    return values
