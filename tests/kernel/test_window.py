"""Spans of days are inclusive at both ends."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.kernel.window import Window

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def test_a_window_that_ends_on_a_day_has_that_many_days() -> None:
    window = Window.ending(date(2026, 11, 22), 92)
    assert (window.start, window.days) == (date(2026, 8, 23), 92)
    assert (window.day(0), window.day(-1)) == (window.start, window.end)


@given(DAYS, st.integers(1, 3000))
def test_days_and_positions_are_each_others_inverse(end: date, days: int) -> None:
    window = Window.ending(end, days)
    assert [window.index(day) for day in (window.start, window.end)] == [0, days - 1]
    assert all(window.day(window.index(day)) == day for day in (window.start, window.end))
    assert window.start in window
    assert window.end in window
    assert sum(1 for _ in window) == days


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        Window(date(2026, 1, 2), date(2026, 1, 1))
