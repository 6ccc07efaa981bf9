"""Shelves: deliveries, what is sold from them, and the disruptions in which they run empty.

Outside a disruption a store never runs out: when the shelf falls below what the day may need, it is filled for three
days of expected demand. In the days before a disruption deliveries come short, so that the shelf runs out on its first
day; during it nothing is delivered. So the days in disruptions are those out of stock; their share is set beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from showcase.demand.draws import Floats, Integers, Stream, quantise, stream_keys, uniforms, whole_between
from showcase.demand.spans import Booleans, place_spans, split_evenly

COVER_DAYS = 3
SHORT_DAYS = 4
"""Days of short deliveries before a disruption: more than a filled shelf lasts."""

SHORTEST_SPELL, LONGEST_SPELL = 2, 6
LARGEST_RESERVE_PERCENT = 50


@dataclass(frozen=True, slots=True)
class Shelves:
    """Stock at the day's end, deliveries, sales and days out of stock of n series on d days, each (n, d)."""

    on_hand: Integers
    received: Integers
    sold: Integers
    is_stockout: Booleans


def stockout_quotas(seed: int, share: float, live_days: Integers) -> Integers:
    """How many days each series is out of stock; all together they differ from the share by less than one day.

    live_days has the days of each series, in any shape. Fractions are carried on from series to series (systematic
    sampling), so that a small share of a few short series is met as well as a large one of many.
    """
    offset = uniforms(stream_keys(seed, Stream.STOCKOUT_QUOTA), [0])[0]
    due = np.floor(quantise(np.cumsum(share * live_days.ravel()) + offset)).astype(np.int64)
    return np.diff(due, prepend=0).reshape(live_days.shape)


def draw_disruptions(keys: NDArray[np.uint64], quotas: Integers, live_days: Integers, columns: int) -> Booleans:
    """Which of a series' days lie in a disruption, (n, columns), counted in the days that it has.

    Each series has a usual length of its disruptions, 2..6 days; its quota is split into such, as evenly as goes.
    """
    usual = whole_between(uniforms(keys, [0])[:, 0], SHORTEST_SPELL, LONGEST_SPELL)
    lengths = split_evenly(quotas, np.maximum((quotas + usual // 2) // usual, np.minimum(quotas, 1)))
    return place_spans(live_days, lengths, uniforms(keys, 1 + np.arange(lengths.shape[1])), columns)


def run_shelves(latent: Integers, expected: Integers, disrupted: Booleans, reserve: Floats) -> Shelves:
    """Stock day by day, all series at once.

    latent and expected (n, d) are units that shoppers want, and that the store expects; disrupted (n, d) the days
    without deliveries; reserve (n, d) uniform draws of what a short delivery leaves on the shelf for the next day.
    Every day: stock of the evening before + received - sold = stock.
    """
    below, fill_to, opening = (np.ascontiguousarray(part.T) for part in _orders(latent, expected, disrupted, reserve))
    wanted = np.ascontiguousarray(latent.T)
    on_hand, received, sold = (np.empty_like(wanted) for _ in range(3))
    shelf = opening
    for day in range(len(wanted)):
        received[day] = np.where(shelf < below[day], fill_to[day] - shelf, 0)
        shelf = shelf + received[day]
        sold[day] = np.minimum(wanted[day], shelf)
        shelf = shelf - sold[day]
        on_hand[day] = shelf
    available = on_hand + sold
    is_stockout = disrupted & ((wanted > available) | (available == 0)).T
    return Shelves(on_hand.T, received.T, sold.T, is_stockout)


def _orders(
    latent: Integers, expected: Integers, disrupted: Booleans, reserve: Floats
) -> tuple[Integers, Integers, Integers]:
    """The shelf below which a delivery comes, what it is filled to, each (n, d), and the first opening shelf (n,)."""
    ahead = np.pad(expected, ((0, 0), (0, COVER_DAYS)), mode="edge")
    columns = latent.shape[1]
    cover = sum((ahead[:, lead : lead + columns] for lead in range(COVER_DAYS)), np.zeros_like(latent))
    safety = np.maximum(expected // 2, 1)
    percent = whole_between(reserve, 0, LARGEST_RESERVE_PERCENT)
    left_for = percent * ahead[:, 1 : columns + 1] // 100
    below = np.maximum(expected + safety, latent + 1)
    fill_to = np.maximum(cover, latent) + safety
    is_short = _within(disrupted, SHORT_DAYS)
    below, fill_to = (np.where(is_short, latent + left_for, part) for part in (below, fill_to))
    below = np.where(disrupted, -1, below)
    opening = np.where(disrupted[:, 0], percent[:, 0] * expected[:, 0] // 100, 0)
    return below, fill_to, opening


def _within(disrupted: Booleans, days: int) -> Booleans:
    """The days on which a disruption lies at most this many days ahead."""
    ahead = np.pad(disrupted, ((0, 0), (0, days)))
    columns = disrupted.shape[1]
    near = np.zeros_like(disrupted)
    for lead in range(1, days + 1):
        near |= ahead[:, lead : lead + columns]
    return near
