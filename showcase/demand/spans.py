"""Runs of days placed at random into rows of days, without touching one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from showcase.demand.draws import Floats, Integers

Booleans = NDArray[np.bool_]


def place_spans(
    row_days: Integers, lengths: Integers, uniform: Floats, columns: int, *, inner: bool = False
) -> Booleans:
    """Which days lie in a span, (n, columns).

    Row i has row_days[i] days, the first columns; lengths (n, m) are the spans' days, 0 for none, those of a row first;
    uniform (n, m) are the draws of their places. At least one day stands between two spans, and with `inner` one before
    the first and after the last. The caller sees to it that they fit.
    """
    is_span = lengths > 0
    count = is_span.sum(axis=1)
    margin = int(inner)
    slots = row_days - lengths.sum(axis=1) + 1 - 2 * margin
    order = np.sort(np.where(is_span, uniform, 2.0), axis=1)
    rank = np.arange(lengths.shape[1])
    # a span's slot is the number of free days before it: distinct and rising, so that no two spans touch
    slot = margin + np.floor(order * (slots - count + 1)[:, None]).astype(np.int64) + rank
    starts = slot + np.cumsum(lengths, axis=1) - lengths
    edges = np.zeros((len(row_days), columns + 1), dtype=np.int64)
    rows, _ = np.nonzero(is_span)
    np.add.at(edges, (rows, starts[is_span]), 1)
    np.add.at(edges, (rows, (starts + lengths)[is_span]), -1)
    return np.cumsum(edges[:, :-1], axis=1) > 0


def split_evenly(total: Integers, parts: Integers) -> Integers:
    """Each row's total in its number of parts, as even as whole numbers allow, padded with 0: (n, most parts)."""
    rank = np.arange(max(int(parts.max(initial=0)), 1))
    divisor = np.maximum(parts, 1)
    share, rest = np.divmod(total, divisor)
    return np.where(rank < parts[:, None], share[:, None] + (rank < rest[:, None]), 0)
