"""Comparable is the same grain, windows that overlap and the same feature frame version."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from showcase.kernel.window import Window
from showcase.registry.comparable import obstacles
from tests.registry.cases import entry


def test_two_runs_of_one_grain_on_overlapping_days_with_one_frame_are_comparable() -> None:
    assert obstacles(entry("a"), entry("b", end=date(2026, 5, 1))) == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"grain": (1, 3)}, "grain_differs"),
        ({"window": Window(date(2026, 4, 1), date(2026, 6, 1))}, "windows_do_not_overlap"),
        ({"feature_frame_version": 2}, "feature_frame_version_differs"),
    ],
)
def test_each_difference_is_named(changes: dict[str, Any], reason: str) -> None:
    first, second = entry("a"), entry("b", **changes)
    assert [one.reason for one in obstacles(first, second)] == [reason]


def test_all_differences_are_told_at_once() -> None:
    other = entry("b", grain=(9, 9), end=date(2020, 1, 1), feature_frame_version=2)
    assert [one.reason for one in obstacles(entry("a"), other)] == [
        "grain_differs",
        "windows_do_not_overlap",
        "feature_frame_version_differs",
    ]


def test_windows_that_share_one_day_overlap() -> None:
    first = entry("a", window=Window(date(2026, 1, 1), date(2026, 1, 31)))
    assert not obstacles(first, entry("b", window=Window(date(2026, 1, 31), date(2026, 2, 28))))
    assert obstacles(first, entry("b", window=Window(date(2026, 2, 1), date(2026, 2, 28))))


def test_the_order_of_the_two_does_not_matter() -> None:
    first, second = entry("a"), entry("b", grain=(9, 9), feature_frame_version=2)
    assert [one.reason for one in obstacles(first, second)] == [one.reason for one in obstacles(second, first)]
