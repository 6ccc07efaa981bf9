"""The tables of whole series: blank prices filled, spans of prices and promotions drawn, facts counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from showcase.demand.intake_judge import UNKNOWN
from showcase.demand.intake_sort import Booleans, Integers, SortedRows
from showcase.demand.intake_values import FLAGGED
from showcase.demand.quality import SERIES_FACTS
from showcase.demand.tables import SCHEMAS


@dataclass(frozen=True, slots=True)
class SeriesTables:
    """What whole series become: frames of SCHEMAS, spans of promotions (k, 4), and SERIES_FACTS for each series."""

    sales: pl.DataFrame
    prices: pl.DataFrame
    stock: pl.DataFrame
    promotion_spans: NDArray[np.int32]
    facts: pl.DataFrame


def _last_known(values: Integers, is_known: Booleans, starts: Integers, rows: SortedRows) -> tuple[Integers, Booleans]:
    """The last known value up to each row within its series, and where there is one."""
    last = np.maximum.accumulate(np.where(is_known, np.arange(values.size), -1))
    has_one = last >= rows.of_row(starts)
    return np.where(has_one, values[np.maximum(last, 0)], UNKNOWN), has_one


def fill_prices(rows: SortedRows) -> tuple[Integers, Integers, Integers]:
    """Prices paid in cents, with blanks filled: the last known price of the series, before the first one the first one.

    Returns prices (0 where the series has none), the rows that took the last one, and those that took the first one.
    """
    is_known = rows.price > UNKNOWN
    carried, has_one = _last_known(rows.price, is_known, rows.starts, rows)
    following = np.minimum.accumulate(np.where(is_known, np.arange(rows.price.size), rows.price.size)[::-1])[::-1]
    ends = rows.of_row(np.append(rows.starts[1:], rows.price.size))
    has_later = ~has_one & (following < ends)
    first = rows.price[np.minimum(following, rows.price.size - 1)]
    filled = np.where(has_one, carried, np.where(has_later, first, 0))
    return filled, np.flatnonzero(has_one & ~is_known), np.flatnonzero(has_later)


def regular_prices(rows: SortedRows, paid: Integers) -> Integers:
    """The price without promotion: on a day with one, the last price paid without, where there is one; else as paid."""
    carried, has_one = _last_known(paid, rows.percent == 0, rows.starts, rows)
    return np.where(has_one, carried, paid)


def settle_percents(rows: SortedRows, paid: Integers, regular: Integers) -> Integers:
    """Whole percentages; a flagged promotion takes the fall of the paid price below the regular one, at least 1."""
    fall = (200 * (regular - paid) + regular) // np.maximum(2 * regular, 1)
    return np.where(rows.percent == FLAGGED, np.clip(fall, 1, 99), rows.percent)


def _frame(table: str, columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(name, values) for name, values in columns.items()}).cast(
        pl.Schema(SCHEMAS[table])
    )


def _dates(days: Integers) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)


def _price_spans(rows: SortedRows, regular: Integers, last_day: int) -> pl.DataFrame:
    """Each price of a series from its first day to the day before the next one; the last holds to `last_day`."""
    starts_series = np.zeros(rows.day.size, dtype=np.bool_)
    starts_series[rows.starts] = True
    changes = starts_series.copy()
    changes[1:] |= regular[1:] != regular[:-1]
    # a series without any price has a regular price of 0 throughout, and no span
    at = np.flatnonzero(changes & (regular > 0))
    until = np.full(at.size, last_day, dtype=np.int64)
    if at.size > 1:
        until[:-1] = np.where(starts_series[at[1:]], last_day, rows.day[at[1:]] - 1)
    return _frame(
        "prices",
        {"store": rows.store[at], "product": rows.product[at], "valid_from": _dates(rows.day[at]),
         "valid_to": _dates(until), "price_cents": regular[at]},
    )  # fmt: skip


def _promotion_spans(rows: SortedRows, percents: Integers) -> NDArray[np.int32]:
    """Days next to each other with the same discount in one series: (k, 4) of product, first day, last day, percent."""
    breaks = np.ones(rows.day.size, dtype=np.bool_)
    breaks[1:] = (percents[1:] != percents[:-1]) | (rows.day[1:] != rows.day[:-1] + 1)
    breaks[rows.starts] = True
    at = np.flatnonzero(breaks)
    last = np.append(at[1:], rows.day.size) - 1
    promoted = percents[at] > 0
    at, last = at[promoted], last[promoted]
    return np.column_stack((rows.product[at], rows.day[at], rows.day[last], percents[at])).astype(np.int32)


def _stock(rows: SortedRows) -> pl.DataFrame:
    """Stock at the end of each day that tells it; what came in is what the day before and the sales do not explain."""
    known = rows.on_hand > UNKNOWN
    follows = np.zeros(rows.day.size, dtype=np.bool_)
    follows[1:] = (rows.day[1:] == rows.day[:-1] + 1) & known[1:] & known[:-1]
    follows[rows.starts] = False
    received = np.zeros(rows.day.size, dtype=np.int64)
    received[1:] = np.maximum(0, rows.on_hand[1:] - rows.on_hand[:-1] + rows.units[1:])
    received[~follows] = 0
    at = np.flatnonzero(known)
    return _frame(
        "stock",
        {"store": rows.store[at], "product": rows.product[at], "date": _dates(rows.day[at]),
         "on_hand": rows.on_hand[at], "received": received[at],
         "is_stockout": (rows.on_hand[at] == 0) & rows.is_open[at]},
    )  # fmt: skip


def _median_prices(rows: SortedRows) -> Integers:
    """The lower median of each series' own prices in cents, 0 where it has none."""
    series = rows.of_row(np.arange(rows.starts.size))
    known = np.flatnonzero(rows.price > UNKNOWN)
    ordered = known[np.lexsort((rows.price[known], series[known]))]
    counts = np.bincount(series[known], minlength=rows.starts.size)
    before = np.cumsum(counts) - counts
    middle = np.minimum(before + np.maximum(counts - 1, 0) // 2, max(ordered.size - 1, 0))
    if not ordered.size:
        return np.zeros(rows.starts.size, dtype=np.int64)
    return np.where(counts > 0, rows.price[ordered[middle]], 0)


def _facts(rows: SortedRows, carried: Integers, carried_back: Integers, percents: Integers) -> pl.DataFrame:
    def count(mask: Booleans) -> Integers:
        return np.add.reduceat(mask.astype(np.int64), rows.starts)

    def mark(places: Integers) -> Booleans:
        mask = np.zeros(rows.day.size, dtype=np.bool_)
        mask[places] = True
        return mask

    last = np.append(rows.starts[1:], rows.day.size) - 1
    is_known = rows.on_hand > UNKNOWN
    return pl.DataFrame(
        {
            "store": rows.store[rows.starts],
            "product": rows.product[rows.starts],
            "first_day": rows.day[rows.starts],
            "last_day": rows.day[last],
            "rows": np.diff(rows.starts, append=rows.day.size),
            "closed": count(~rows.is_open),
            "sold_closed": count(~rows.is_open & (rows.units > 0)),
            "zeros": count(rows.is_open & (rows.units == 0)),
            "units": np.add.reduceat(rows.units, rows.starts),
            "own_prices": count(rows.price > UNKNOWN),
            "carried_prices": count(mark(carried)),
            "carried_back_prices": count(mark(carried_back)),
            "median_price": _median_prices(rows),
            "promoted": count(percents > 0),
            "stocked": count(is_known),
            "stockouts": count(is_known & (rows.on_hand == 0) & rows.is_open),
        },
        schema=SERIES_FACTS,
    )


def build_series(rows: SortedRows, last_day: int) -> SeriesTables:
    """The tables of some whole series; `last_day` is the last day of the data set, in days since 1970-01-01."""
    paid, carried, carried_back = fill_prices(rows)
    regular = regular_prices(rows, paid)
    percents = settle_percents(rows, paid, regular)
    sales = _frame(
        "sales",
        {"store": rows.store, "product": rows.product, "date": _dates(rows.day), "units": rows.units,
         "unit_price_cents": paid, "revenue_cents": rows.units * paid, "promo_percent": percents,
         "is_open": rows.is_open},
    )  # fmt: skip
    return SeriesTables(
        sales,
        _price_spans(rows, regular, last_day),
        _stock(rows),
        _promotion_spans(rows, percents),
        _facts(rows, carried, carried_back, percents),
    )
