"""Spans of days: they fit, they keep their lengths, they never touch."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.spans import place_spans, split_evenly


def runs(row: list[bool]) -> list[int]:
    """The lengths of the runs of true values, by a slow loop."""
    lengths, current = [], 0
    for is_inside in [*row, False]:
        if is_inside:
            current += 1
        elif current:
            lengths.append(current)
            current = 0
    return lengths


def test_places_by_hand() -> None:
    # 10 days, spans of 2 and 3: 5 free days, 6 slots; draws 0.0 and 0.99 give slots 0 and 4 + 1
    placed = place_spans(np.array([10]), np.array([[2, 3]]), np.array([[0.0, 0.99]]), 10)
    assert placed[0].tolist() == [True] * 2 + [False] * 5 + [True] * 3


def test_inner_spans_leave_the_first_and_last_day_free() -> None:
    draws = np.array([[0.0, 0.999999], [0.999998, 0.999999], [0.0, 1e-9]])
    placed = place_spans(np.full(3, 12), np.full((3, 2), 3), draws, 12, inner=True)
    assert not placed[:, [0, -1]].any()
    assert placed.sum(axis=1).tolist() == [6, 6, 6]


@given(st.integers(0, 2**32), st.booleans())
def test_placed_spans_have_their_lengths_stay_inside_and_never_touch(seed: int, inner: bool) -> None:
    rng = np.random.default_rng(seed)
    row_days = rng.integers(60, 100, size=8)
    counts = rng.integers(0, 6, size=8)
    lengths = np.where(np.arange(6) < counts[:, None], rng.integers(1, 9, size=(8, 6)), 0)
    placed = place_spans(row_days, lengths, rng.random((8, 6)), 100, inner=inner)
    for row, days, wanted in zip(placed.tolist(), row_days, lengths, strict=True):
        assert runs(row) == [length for length in wanted.tolist() if length]
        assert not any(row[days:])
        assert not (inner and (row[0] or row[days - 1]))


def test_every_place_is_found() -> None:
    draws = (np.arange(500)[:, None] + 0.5) / 500
    placed = place_spans(np.full(500, 20), np.full((500, 1), 1), draws, 20)
    assert placed.sum(axis=0).tolist() == [25] * 20


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), min_size=1, max_size=10))
def test_a_split_keeps_the_total_and_is_even(rows: list[tuple[int, int]]) -> None:
    totals = np.array([total if parts else 0 for total, parts in rows])
    split = split_evenly(totals, np.array([parts for _, parts in rows]))
    assert split.sum(axis=1).tolist() == totals.tolist()
    for row, (_, parts) in zip(split, rows, strict=True):
        assert parts == 0 or row[:parts].max() - row[:parts].min() <= 1
