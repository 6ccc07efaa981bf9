"""Rows of whole series brought in order: one a day, doubles refused, returns netted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from showcase.demand.intake_judge import Rows, day_of
from showcase.demand.intake_report import MAX_LISTED, RowError, shown

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ReportNames:
    """What a report calls things: the file, store codes and SKUs by rank, the key columns, and "line" or "row"."""

    file_name: str
    store_codes: Sequence[str]
    skus: Sequence[str]
    columns: str
    unit: str = "line"


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Rows of whole series, one a day, in order of series and day; `store` and `product` are ranks of the codes.

    `starts` (s,) are the first rows of the series; `price` is UNKNOWN where blank; `percent` FLAGGED where the discount
    is not known.
    """

    starts: Integers
    store: Integers
    product: Integers
    day: Integers
    units: Integers
    price: Integers
    on_hand: Integers
    percent: Integers
    is_open: Booleans

    def of_row(self, per_series: Integers) -> Integers:
        """A value of each series, for each of its rows."""
        return np.repeat(per_series, np.diff(self.starts, append=self.day.size))


def _order(rows: Rows, stores: Integers, products: Integers, percents: Integers) -> NDArray[np.intp]:
    """By series and day; within a day sales stand before returns, and file order decides nothing that is kept."""
    days = rows["day"].astype(np.int64)
    is_return = rows["units"] < 0
    if is_return.any():
        return np.lexsort(
            (rows["is_open"], percents, rows["on_hand"], rows["price"], is_return, days, stores << 32 | products)
        )
    return np.lexsort((days, stores << 32 | products))


def sort_rows(
    rows: Rows,
    percents: Integers,
    store_ranks: Integers,
    product_ranks: Integers,
    names: ReportNames,
) -> tuple[SortedRows, list[RowError], tuple[int, int]]:
    """Sort rows of whole series and net their returns.

    `percents` (n,) are the rows' promotions. Returns the sorted rows, the first refused doubles by line, and of the
    returns (units taken back, days that came out below zero and count as 0).
    """
    stores, products = store_ranks[rows["store"]], product_ranks[rows["product"]]
    order = _order(rows, stores, products, percents)
    stores, products, rows, percents = stores[order], products[order], rows[order], percents[order]
    days, units = rows["day"].astype(np.int64), rows["units"].astype(np.int64)
    new_series = np.ones(rows.size, dtype=np.bool_)
    new_series[1:] = (stores[1:] != stores[:-1]) | (products[1:] != products[:-1])
    new_day = new_series.copy()
    new_day[1:] |= days[1:] != days[:-1]
    has_doubles = bool((~new_day & (units >= 0)).any())
    errors = _doubles(rows, new_day, (stores, products), names) if has_doubles else []
    firsts = np.flatnonzero(new_day)
    net = np.add.reduceat(units, firsts)
    returns = (int(-units[units < 0].sum()), int((net < 0).sum()))
    kept = rows[firsts]
    starts = np.flatnonzero(new_series[firsts])
    merged = SortedRows(
        starts, stores[firsts], products[firsts], days[firsts], np.maximum(net, 0), kept["price"].astype(np.int64),
        kept["on_hand"].astype(np.int64), percents[firsts].astype(np.int64), kept["is_open"].copy(),
    )  # fmt: skip
    return merged, errors, returns


def _doubles(
    rows: Rows,
    new_day: Booleans,
    ranks: tuple[Integers, Integers],
    names: ReportNames,
) -> list[RowError]:
    group = np.cumsum(new_day) - 1
    lines = rows["line"]
    first_line = np.full(int(group[-1]) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first_line, group, np.where(rows["units"] >= 0, lines, np.iinfo(np.int64).max))
    # within a day the row with the smallest line is the one that stands; the others are its doubles
    sold = np.flatnonzero(rows["units"] >= 0)
    later = sold[lines[sold] != first_line[group[sold]]]
    places = later[np.argsort(lines[later], kind="stable")][: MAX_LISTED + 1]
    return [
        RowError(
            int(lines[at]),
            names.columns,
            shown(f"{names.store_codes[ranks[0][at]]}, {names.skus[ranks[1][at]]}, {day_of(int(rows['day'][at]))}"),
            "key_twice",
            f"first on {names.unit} {int(first_line[group[at]])}",
        )
        for at in places.tolist()
    ]
