"""Axes end on round numbers and write days at one distance."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.bundles.scales import Days, round_scale, short_day


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([230.0], [0, 50, 100, 150, 200, 250]),
        ([9.0, -3.0], [-5, -2.5, 0, 2.5, 5, 7.5, 10]),
        ([0.0], [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ([5e-324], [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ([], [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_marks_are_round_and_hold_the_values(values: list[float], marks: list[float]) -> None:
    assert round_scale(values, 0.0, 1.0)[1] == pytest.approx(marks)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.floats(0, 500), st.floats(501, 1000))
def test_every_value_lies_between_the_ends(values: list[float], start: float, end: float) -> None:
    scale, _ = round_scale(values, start, end)
    assert all(start - 1e-6 <= scale.at(value) <= end + 1e-6 for value in values)


def test_days_are_written_at_one_distance_and_the_last_is_among_them() -> None:
    days = Days(date(2026, 1, 1), date(2026, 3, 1), 0.0, 590.0)
    assert days.at(date(2026, 1, 2)) == pytest.approx(10.0)
    marks = days.marks()
    assert marks[-1] == date(2026, 3, 1)
    assert {(later - earlier).days for earlier, later in itertools.pairwise(marks)} == {7}
    assert short_day(marks[0]) == "4 Jan"


def test_a_single_day_has_a_place() -> None:
    only = Days(date(2026, 1, 1), date(2026, 1, 1), 0.0, 10.0)
    assert only.at(date(2026, 1, 1)) == 0.0
    assert only.marks() == [date(2026, 1, 1)]
