"""Axes of pictures: where a number or a day lies, and which of them are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_STEPS = (1, 2, 2.5, 5, 10)
_SMALLEST = 1e-12
"""A range below this has no round numbers of its own: it is drawn as from 0 to 1."""
_DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` to `high` on the pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_scale(values: Sequence[float], start: float, end: float, ticks: int = 6) -> tuple[Scale, list[float]]:
    """A scale over finite values and 0 that ends on round numbers, and those numbers."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if high - low < _SMALLEST:
        low, high = 0.0, 1.0
    rough = (high - low) / (ticks - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in _STEPS if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    marks = [index * step for index in range(first, last + 1)]
    return Scale(marks[0], marks[-1], start, end), marks


@dataclass(frozen=True, slots=True)
class Days:
    """Days on the pixels from `start` to `end`, the first and the last at the ends."""

    first: date
    last: date
    start: float
    end: float

    def at(self, day: date, part: float = 0.0) -> float:
        """The pixel of a day, or of a part of a day later."""
        return self.start + ((day - self.first).days + part) * self.day_width

    @property
    def day_width(self) -> float:
        return (self.end - self.start) / max((self.last - self.first).days, 1)

    def marks(self, most: int = 9) -> list[date]:
        """Days to write, at one distance from each other, the last day among them."""
        count = (self.last - self.first).days + 1
        step = next((step for step in _DAY_STEPS if count / step <= most), math.ceil(count / most))
        return [self.last - timedelta(days=step * back) for back in range((count - 1) // step, -1, -1)]


def short_day(day: date) -> str:
    """A day as `5 Oct`, in no locale."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
