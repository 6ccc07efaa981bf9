"""The days of a window: weekdays, months, and the holidays that move demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from showcase.demand.draws import Floats, Integers
from showcase.demand.presets import SpecialDay
from showcase.kernel.window import Window

_EPOCH = date(1970, 1, 1)


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (Meeus 1991, chapter 8)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def thanksgiving(year: int) -> date:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _after(anchor: Callable[[int], date], days: int) -> Callable[[int], date]:
    return lambda year: anchor(year) + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of every year that multiplies demand by `factor`."""

    name: str
    factor: float
    in_year: Callable[[int], date]


HOLIDAYS = (
    Holiday("New Year's Day", 0.6, _on(1, 1)),
    Holiday("Good Friday", 1.2, _after(easter_sunday, -2)),
    Holiday("Easter Monday", 0.7, _after(easter_sunday, 1)),
    Holiday("Labour Day", 0.8, _on(5, 1)),
    Holiday("Thanksgiving", 1.2, thanksgiving),
    Holiday("Black Friday", 1.5, _after(thanksgiving, 1)),
    Holiday("Christmas Eve", 1.3, _on(12, 24)),
    Holiday("Christmas Day", 0.4, _on(12, 25)),
    Holiday("New Year's Eve", 1.2, _on(12, 31)),
)
"""The holidays of every preset without special days of its own."""


@dataclass(frozen=True, slots=True)
class Days:
    """The d days of a window: number since 1970-01-01, weekday (0 is Monday), month, and what is special, each (d,)."""

    window: Window
    numbers: Integers
    weekday: Integers
    month: Integers
    holiday_factor: Floats
    events: tuple[str | None, ...]


def days_of(window: Window, special_days: tuple[SpecialDay, ...] = ()) -> Days:
    """The days of the window; special days, where a preset has them, stand in place of the public holidays."""
    holidays = tuple(Holiday(s.name, s.factor, _on(s.month, s.day)) for s in special_days) or HOLIDAYS
    factor = np.ones(window.days)
    events: list[str | None] = [None] * window.days
    for year in range(window.start.year, window.end.year + 1):
        for holiday in holidays:
            day = holiday.in_year(year)
            if day in window:
                factor[window.index(day)] = holiday.factor
                events[window.index(day)] = holiday.name
    numbers = (window.start - _EPOCH).days + np.arange(window.days)
    months = np.array([day.month for day in window])
    # 1970-01-01 was a Thursday
    return Days(window, numbers, (numbers + 3) % 7, months, factor, tuple(events))
