"""Promotions: which product is on offer in all stores, from when to when, how and how deep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showcase.demand.draws import Floats, Integers, Stream, stream_keys, uniforms, whole_between

BLOCK_DAYS = 30
SHORTEST, LONGEST = 3, 14

KINDS: dict[str, tuple[float, tuple[int, ...]]] = {
    "pct_off": (0.45, (10, 15, 20, 25, 30)),
    "markdown": (0.25, (20, 25, 30, 40)),
    "bundle": (0.20, (15, 20, 25)),
    "bogo": (0.10, (50,)),
}
"""Kinds of promotion: the chance of each, and the percents that its discount is drawn from (bogo: two for one)."""


@dataclass(frozen=True, slots=True)
class Promotions:
    """n promotions: product, first day (an index into the window), length in days, kind and discount, each (n,).

    A promotion may run on after the window; those of one product never overlap.
    """

    product: Integers
    start: Integers
    length: Integers
    kind: tuple[str, ...]
    percent: Integers


def draw_promotions(seed: int, chance: float, first_day: Integers, n_days: int) -> Promotions:
    """In every 30 days from the window's first, one starts with this chance for each product.

    A shorter last block has its share of the chance. first_day (p,) is the day from which a product is sold.
    """
    n_products = len(first_day)
    keys = stream_keys(seed, Stream.PROMOTION, np.arange(n_products))
    free_from = first_day.copy()
    parts: list[tuple[Integers, Integers, Integers, Floats, Floats]] = []
    for block, opening in enumerate(range(0, n_days, BLOCK_DAYS)):
        block_days = min(BLOCK_DAYS, n_days - opening)
        happens, where, how_long, kind, depth = uniforms(keys, 5 * block + np.arange(5)).T
        # a running promotion ends before the next one starts; 14 days at most reach into a block of 30
        earliest = np.maximum(free_from, opening)
        room = opening + block_days - earliest
        start = earliest + np.floor(where * np.maximum(room, 0)).astype(np.int64)
        length = whole_between(how_long, SHORTEST, LONGEST)
        starts = (happens < chance * block_days / BLOCK_DAYS) & (room > 0)
        free_from = np.where(starts, start + length, free_from)
        chosen = np.flatnonzero(starts)
        parts.append((chosen, start[chosen], length[chosen], kind[chosen], depth[chosen]))
    product, start, length, kind, depth = (np.concatenate(column) for column in zip(*parts, strict=True))
    kinds = _kinds(kind)
    return Promotions(product, start, length, kinds, _percents(kinds, depth))


def _kinds(uniform: Floats) -> tuple[str, ...]:
    limits = np.cumsum([chance for chance, _ in KINDS.values()])[:-1]
    names = tuple(KINDS)
    return tuple(names[i] for i in np.searchsorted(np.round(limits, 9), uniform, side="right"))


def _percents(kinds: tuple[str, ...], uniform: Floats) -> Integers:
    depths = [KINDS[kind][1] for kind in kinds]
    return np.array([row[int(u * len(row))] for row, u in zip(depths, uniform, strict=True)], dtype=np.int64)


def percent_by_day(promotions: Promotions, n_products: int, n_days: int) -> Integers:
    """The discount of each product on each day in percent, (products, days); 0 without a promotion."""
    edges = np.zeros((n_products, n_days + 1), dtype=np.int64)
    np.add.at(edges, (promotions.product, promotions.start), promotions.percent)
    ends = np.minimum(promotions.start + promotions.length, n_days)
    np.add.at(edges, (promotions.product, ends), -promotions.percent)
    return np.cumsum(edges[:, :-1], axis=1)
