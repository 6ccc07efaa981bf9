"""Columns that are known in advance of a day: calendar, price, promotion, holidays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np

from showcase.forecasting.history import PROMOTION_KINDS, Booleans, Floats, Future, History, Integers
from showcase.forecasting.usual_price import relative_price as price_distance
from showcase.forecasting.usual_price import usual_price

HOLIDAY_REACH = 7  # days around a holiday in which it is felt; further away is all the same


@dataclass(frozen=True, slots=True)
class Days:
    """Days and what is known of them in advance: price, promo and promo_kind (n, d), holiday (d,), usual price (n,).

    `holidays` are all known holidays as day numbers (date.toordinal), those shortly before the first day too.
    """

    first_day: date
    price: Floats
    promo: Floats
    promo_kind: Integers | None
    holiday: Booleans
    usual: Floats
    holidays: Integers

    @classmethod
    def of(cls, history: History) -> Self:
        """The days of a history."""
        return cls(
            history.first_day,
            history.price,
            history.promo,
            history.promo_kind,
            history.holiday,
            usual_price(history),
            _numbers(history.first_day, history.holiday),
        )

    @classmethod
    def ahead(cls, future: Future, usual: Floats, earlier_holidays: Sequence[int]) -> Self:
        """The days of a future, with the usual prices of the history and its last holidays."""
        own = _numbers(future.first_day, future.holiday)
        holidays = np.concatenate([np.asarray(earlier_holidays, dtype=np.int64), own])
        return cls(future.first_day, future.price, future.promo, future.promo_kind, future.holiday, usual, holidays)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.usual), len(self.holiday)

    @property
    def numbers(self) -> Integers:
        """Each day's number (date.toordinal), (d,)."""
        return self.first_day.toordinal() + np.arange(len(self.holiday), dtype=np.int64)


def last_holidays(history: History) -> list[int]:
    """The day numbers of the holidays whose after-effect can reach past the cutoff."""
    recent = history.holiday[-HOLIDAY_REACH:]
    return [int(number) for number in _numbers(history.cutoff - timedelta(days=len(recent) - 1), recent)]


def weekday(days: Days) -> Floats:
    """Monday is 0."""
    return _for_all(days, (days.numbers - 1) % 7)


def day_of_month(days: Days) -> Floats:
    dates = np.datetime64(days.first_day, "D") + np.arange(len(days.holiday))
    return _for_all(days, (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1)


def month(days: Days) -> Floats:
    dates = np.datetime64(days.first_day, "D") + np.arange(len(days.holiday))
    return _for_all(days, dates.astype("datetime64[M]").astype(np.int64) % 12 + 1)


def is_holiday(days: Days) -> Floats:
    return _for_all(days, days.holiday)


def days_to_holiday(days: Days) -> Floats:
    """Days to the next known holiday, itself 0; HOLIDAY_REACH where it is further away."""
    distances = days.holidays[None, :] - days.numbers[:, None]
    return _for_all(days, _nearest(distances))


def days_since_holiday(days: Days) -> Floats:
    """Days since the last known holiday, itself 0; HOLIDAY_REACH where it is longer ago."""
    distances = days.numbers[:, None] - days.holidays[None, :]
    return _for_all(days, _nearest(distances))


def relative_price(days: Days) -> Floats:
    """ln(price / usual price)."""
    return price_distance(days.price, days.usual)


def on_promotion(days: Days) -> Floats:
    return (days.promo > 0).astype(np.float64)


def discount(days: Days) -> Floats:
    """The discount share, 0..1."""
    return days.promo


def on_kind(kind: str) -> Callable[[Days], Floats]:
    """1 on days with a promotion of this kind, else 0; NaN where the data set does not say."""
    code = PROMOTION_KINDS.index(kind)

    def values(days: Days) -> Floats:
        kinds = days.promo_kind
        return np.full(days.shape, np.nan) if kinds is None else (kinds == code).astype(np.float64)

    return values


def year_wave(name: str, order: int) -> Callable[[Days], Floats]:
    """Sine or cosine with `order` waves a year."""
    wave = np.sin if name == "sin" else np.cos

    def values(days: Days) -> Floats:
        return _for_all(days, wave(2 * np.pi * order * days.numbers / 365.25))

    return values


def _numbers(first_day: date, holiday: Booleans) -> Integers:
    return (first_day.toordinal() + np.flatnonzero(holiday)).astype(np.int64)


def _nearest(distances: Integers) -> Integers:
    ahead = np.where(distances >= 0, distances, HOLIDAY_REACH)
    nearest: Integers = np.minimum(ahead.min(axis=1, initial=HOLIDAY_REACH), HOLIDAY_REACH)
    return nearest


def _for_all(days: Days, values: Integers | Booleans | Floats) -> Floats:
    return np.repeat(values.astype(np.float64)[None, :], days.shape[0], axis=0)
