"""Reads a stored data set back as the tables that it was made from."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection, Table, select

from showcase.demand.tables import SCHEMAS, DemandTables
from showcase.store import tables as t
from showcase.store.copy_out import read_columns
from showcase.store.demand import DataSet
from showcase.store.demand_load import Ids

_LONG = {
    "prices": (t.price_span, {"valid_from": "date", "valid_to": "date", "price_cents": "int8"}),
    "sales": (
        t.sales,
        {
            "date": "date", "units": "int8", "unit_price_cents": "int8", "revenue_cents": "int8",
            "promo_percent": "int4", "is_open": "bool",
        },
    ),
    "stock": (t.stock, {"date": "date", "on_hand": "int8", "received": "int8", "is_stockout": "bool"}),
}  # fmt: skip


def read_tables(connection: Connection, data_set: DataSet) -> DemandTables:
    """Every table of the data set but its truth, whole in memory: about 60 bytes a row of sales.

    Stores and products stand in the order of their ids, rows of a series in that of their days.
    """
    store_ids, stores = _dimension(connection, t.store, "stores", data_set.id)
    product_ids, products = _dimension(connection, t.product, "products", data_set.id)
    calendar = select(*(t.calendar_day.c[name] for name in SCHEMAS["calendar"]))
    promotions = select(*(t.promotion.c[name] for name in ("product_id", *list(SCHEMAS["promotions"])[1:])))
    return DemandTables(
        window=data_set.window,
        stores=stores,
        products=products,
        calendar=_frame("calendar", connection.execute(calendar.where(t.calendar_day.c.data_set_id == data_set.id))),
        promotions=_frame(
            "promotions",
            (
                (int(np.searchsorted(product_ids, row[0])), *row[1:])
                for row in connection.execute(promotions.where(t.promotion.c.data_set_id == data_set.id))
            ),
        ),
        **{name: _long(connection, name, data_set.id, store_ids, product_ids) for name in _LONG},
    )


def _dimension(connection: Connection, table: Table, name: str, data_set_id: int) -> tuple[Ids, pl.DataFrame]:
    query = select(table.c.id, *(table.c[column] for column in SCHEMAS[name]))
    found = connection.execute(query.where(table.c.data_set_id == data_set_id).order_by(table.c.id)).all()
    return np.array([row[0] for row in found], dtype=np.int64), _frame(name, (row[1:] for row in found))


def _frame(name: str, found: Any) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in found], schema=SCHEMAS[name], orient="row")


def _long(connection: Connection, name: str, data_set_id: int, stores: Ids, products: Ids) -> pl.DataFrame:
    table, kinds = _LONG[name]
    columns = read_columns(
        connection,
        f"SELECT store_id, product_id, {', '.join(kinds)} FROM {table.name} WHERE data_set_id = %s",  # noqa: S608
        [data_set_id],
        {"store_id": "int4", "product_id": "int4", **kinds},
    )
    values = {
        "store": np.searchsorted(stores, columns["store_id"]),
        "product": np.searchsorted(products, columns["product_id"]),
        **{column: columns[column] for column in kinds},
    }
    return pl.DataFrame(
        [
            (
                pl.Series(column, values[column]).cast(pl.Int32)
                if kind == pl.Date()
                else pl.Series(column, values[column])
            ).cast(kind)
            for column, kind in SCHEMAS[name].items()
        ]
    ).sort("store", "product", next(iter(kinds)))
