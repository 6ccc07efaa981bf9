"""Reads all that is recorded of one series, day by day, for people to look at."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from sqlalchemy import Connection, select

from showcase.kernel.table import DATE, UNITS
from showcase.store import tables as t
from showcase.store.demand import DataSet

SERIES_SCHEMA = {
    DATE: pl.Date,
    UNITS: pl.Int64,
    "price": pl.Float64,
    "promo": pl.Float64,
    "is_open": pl.Boolean,
    "on_hand": pl.Int64,
    "received": pl.Int64,
    "is_stockout": pl.Boolean,
    "event": pl.String,
}
"""The columns of a series table: one row a day of the window. `units` is null on days without a row, `price` in
currency units, `promo` the discount share (0..1), `on_hand` and `received` null where no stock is known."""


def read_series(connection: Connection, data_set: DataSet, store_id: int, product_id: int) -> pl.DataFrame | None:
    """One series of a data set as a table of SERIES_SCHEMA; None where the pair has no row there."""
    sold, kept = t.sales.c, t.stock.c
    query = (
        select(
            sold.date, sold.units, sold.unit_price_cents, sold.promo_percent, sold.is_open,
            kept.on_hand, kept.received, kept.is_stockout,
        )
        .outerjoin(
            t.stock,
            (kept.data_set_id == sold.data_set_id)
            & (kept.store_id == sold.store_id)
            & (kept.product_id == sold.product_id)
            & (kept.date == sold.date),
        )
        .where(sold.data_set_id == data_set.id, sold.store_id == store_id, sold.product_id == product_id)
    )  # fmt: skip
    by_day = {row.date: row for row in connection.execute(query)}
    if not by_day:
        return None
    events = _events(connection, data_set.id)
    first, count = data_set.window.start, data_set.window.days
    rows = []
    for index in range(count):
        day = first + timedelta(days=index)
        row = by_day.get(day)
        if row is None:
            rows.append((day, None, None, 0.0, None, None, None, False, events.get(day)))
            continue
        price, promo = row.unit_price_cents / 100, row.promo_percent / 100
        is_empty = bool(row.is_stockout)
        rows.append(
            (day, row.units, price, promo, row.is_open, row.on_hand, row.received, is_empty, events.get(day))
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SERIES_SCHEMA, orient="row")


def _events(connection: Connection, data_set_id: int) -> dict[date, str]:
    day = t.calendar_day.c
    query = select(day.date, day.event).where(day.data_set_id == data_set_id, day.event.is_not(None))
    return {row.date: row.event for row in connection.execute(query)}
