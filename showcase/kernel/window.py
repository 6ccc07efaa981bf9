"""Spans of days: inclusive at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from showcase.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidInputError(
                f"A window cannot end ({self.end}) before it starts ({self.start}).", "Swap the two days."
            )

    @classmethod
    def ending(cls, end: date, days: int) -> Window:
        """The `days` days whose last one is `end`; InvalidInputError where there are not so many before it."""
        try:
            return cls(end - timedelta(days=days - 1), end)
        except OverflowError as error:
            raise InvalidInputError(
                f"{days:,} days that end on {end} begin before there are any.", "Ask for fewer days, or for later ones."
            ) from error

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def day(self, index: int) -> date:
        """The day `index` days after the start (0 is the start; -1 is the last day)."""
        return self.start + timedelta(days=index if index >= 0 else self.days + index)

    def index(self, day: date) -> int:
        """How many days `day` lies after the start; negative or past the end where it lies outside."""
        return (day - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=i) for i in range(self.days))

    def __str__(self) -> str:
        return f"{self.start} .. {self.end}"
