"""Reads data sets and their rows, chooses the current one, and wipes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, delete, func, select, text, update
from sqlalchemy.engine import Row

from showcase.forecasting.grid import ProductFacts, SalesRows
from showcase.forecasting.history import PROMOTION_KINDS
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window
from showcase.store import tables as t
from showcase.store.bulk_load import partition_name
from showcase.store.copy_out import read_columns

PARTITIONED = (t.sales, t.stock, t.truth_demand, t.replenishment_event, t.sales_return)
SMALL = (
    t.enrichment,
    t.lifecycle_stage,
    t.exogenous_signal,
    t.price_span,
    t.promotion,
    t.calendar_day,
    t.truth_effect,
    t.product,
    t.store,
)


@dataclass(frozen=True, slots=True)
class DataSet:
    """One seeding or one import."""

    id: int
    kind: str
    name: str
    recipe: dict[str, Any]
    row_counts: dict[str, int]
    fingerprint: Digest
    window: Window
    is_current: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """A store and a product, by id and by code: the codes find it again in another data set."""

    store_id: int
    product_id: int
    store_code: str
    sku: str


def _data_set(row: Row[Any]) -> DataSet:
    return DataSet(
        id=row.id,
        kind=row.kind,
        name=row.name,
        recipe=row.recipe,
        row_counts=row.row_counts,
        fingerprint=Digest(row.fingerprint),
        window=Window(row.date_start, row.date_end),
        is_current=row.is_current,
        created_at=row.created_at,
    )


def _first(connection: Connection, query: Select[Any], **bound: object) -> DataSet | None:
    row = connection.execute(query, bound).first()
    return _data_set(row) if row else None


def list_data_sets(connection: Connection) -> list[DataSet]:
    """All data sets, newest first."""
    return [_data_set(row) for row in connection.execute(select(t.data_set).order_by(t.data_set.c.id.desc()))]


def find_data_set(connection: Connection, data_set_id: int) -> DataSet | None:
    return _first(connection, select(t.data_set).where(t.data_set.c.id == data_set_id))


_OF_FINGERPRINT = select(t.data_set).where(t.data_set.c.fingerprint == bindparam("wanted"))


def find_by_fingerprint(connection: Connection, fingerprint: str) -> DataSet | None:
    return _first(connection, _OF_FINGERPRINT, wanted=fingerprint)


def current_data_set(connection: Connection) -> DataSet | None:
    return _first(connection, select(t.data_set).where(t.data_set.c.is_current))


def make_current(connection: Connection, data_set_id: int) -> None:
    """Make this data set the one that /seeder/status, the dimensions and runs speak of."""
    connection.execute(update(t.data_set).where(t.data_set.c.is_current).values(is_current=False))
    connection.execute(update(t.data_set).where(t.data_set.c.id == data_set_id).values(is_current=True))


def count_wipe(connection: Connection) -> list[tuple[str, str, int]]:
    """What a reset would wipe, as (data set name, table, rows), data sets in their order; empty tables are left out."""
    query = (
        select(t.data_set.c.name, t.data_set.c.row_counts, t.enrichment.c.row_counts.label("enriched"))
        .outerjoin(t.enrichment, t.enrichment.c.data_set_id == t.data_set.c.id)
        .order_by(t.data_set.c.id)
    )
    return [
        (row.name, table, rows)
        for row in connection.execute(query)
        for table, rows in (row.row_counts | (row.enriched or {})).items()
        if rows
    ]


def wipe(connection: Connection) -> None:
    """Remove every data set with all its rows inside the caller's transaction; ids are not used again."""
    ids = connection.execute(select(t.data_set.c.id)).scalars().all()
    for data_set_id in ids:
        for table in PARTITIONED:
            connection.execute(text(f"DROP TABLE IF EXISTS {partition_name(table, data_set_id)}"))
    for table in (*SMALL, t.data_set):
        connection.execute(delete(table))


def read_sales(connection: Connection, data_set: DataSet) -> SalesRows:
    """Every sales row of the data set with what was counted on the shelf, for the grid that models read."""
    columns = read_columns(
        connection,
        "SELECT s.store_id, s.product_id, s.date, s.units, s.unit_price_cents, s.promo_percent, s.is_open,"
        " coalesce(k.is_stockout, false), coalesce(k.on_hand, -1) FROM sales s LEFT JOIN stock k"
        " ON k.data_set_id = s.data_set_id AND k.store_id = s.store_id"
        " AND k.product_id = s.product_id AND k.date = s.date"
        " WHERE s.data_set_id = %s",
        [data_set.id],
        {
            "store_id": "int4",
            "product_id": "int4",
            "date": "date",
            "units": "int8",
            "unit_price_cents": "int8",
            "promo_percent": "int4",
            "is_open": "bool",
            "is_stockout": "bool",
            "on_hand": "int8",
        },
    )
    first = (data_set.window.start - date(1970, 1, 1)).days
    return SalesRows(
        store_ids=columns["store_id"],
        product_ids=columns["product_id"],
        days=columns["date"] - first,
        units=columns["units"],
        price_cents=columns["unit_price_cents"],
        promo_percent=columns["promo_percent"],
        is_open=columns["is_open"],
        is_stockout=columns["is_stockout"],
        on_hand=columns["on_hand"],
    )


def read_product_facts(connection: Connection, data_set: DataSet) -> ProductFacts:
    """The promotions of a known kind and the launches of the data set's products, their days counted from its first."""
    first = data_set.window.start
    promotions = connection.execute(
        select(t.promotion.c.product_id, t.promotion.c.start_date, t.promotion.c.end_date, t.promotion.c.kind)
        .where(t.promotion.c.data_set_id == data_set.id, t.promotion.c.kind.in_(PROMOTION_KINDS))
        .order_by(t.promotion.c.id)
    ).all()
    launches = connection.execute(
        select(t.product.c.id, t.product.c.launch_date).where(
            t.product.c.data_set_id == data_set.id, t.product.c.launch_date.is_not(None)
        )
    )
    return ProductFacts(
        promoted_ids=np.array([row.product_id for row in promotions], dtype=np.int64),
        starts=np.array([(row.start_date - first).days for row in promotions], dtype=np.int64),
        ends=np.array([(row.end_date - first).days for row in promotions], dtype=np.int64),
        kinds=np.array([PROMOTION_KINDS.index(row.kind) for row in promotions], dtype=np.int64),
        launches={row.id: (row.launch_date - first).days for row in launches},
    )


def read_holidays(connection: Connection, data_set: DataSet) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """One flag a day of the data set's window."""
    holiday = np.zeros(data_set.window.days, dtype=np.bool_)
    days = connection.execute(
        select(t.calendar_day.c.date).where(t.calendar_day.c.data_set_id == data_set.id, t.calendar_day.c.is_holiday)
    ).scalars()
    for day in days:
        holiday[data_set.window.index(day)] = True
    return holiday


_PAIR = select(
    t.store.c.id.label("store_id"),
    t.product.c.id.label("product_id"),
    t.store.c.code.label("store_code"),
    t.product.c.sku,
).where(t.store.c.data_set_id == t.product.c.data_set_id)


def _has_sales(data_set_id: int) -> Any:
    return (
        select(t.sales.c.date)
        .where(
            t.sales.c.data_set_id == data_set_id,
            t.sales.c.store_id == t.store.c.id,
            t.sales.c.product_id == t.product.c.id,
        )
        .exists()
    )


def _pair(row: Any) -> Pair | None:
    return Pair(row.store_id, row.product_id, row.store_code, row.sku) if row else None


def find_pair_by_id(connection: Connection, store_id: int, product_id: int) -> Pair | None:
    """The pair with these ids, in whichever data set they are of; None where either is gone or they are of two."""
    return _pair(connection.execute(_PAIR.where(t.store.c.id == store_id, t.product.c.id == product_id)).first())


def find_pair_by_code(connection: Connection, data_set_id: int, store_code: str, sku: str) -> Pair | None:
    """The pair with these codes in this data set, where it has sales there."""
    query = _PAIR.where(
        t.store.c.data_set_id == data_set_id,
        t.store.c.code == store_code,
        t.product.c.sku == sku,
        _has_sales(data_set_id),
    )
    return _pair(connection.execute(query).first())


def most_sold_pair(connection: Connection, data_set_id: int) -> Pair | None:
    """The pair with the most days that sold something; ties go to more units, then to the lower codes."""
    days = func.count().filter(t.sales.c.units > 0)
    top = (
        select(t.sales.c.store_id, t.sales.c.product_id)
        .join(t.store, t.store.c.id == t.sales.c.store_id)
        .join(t.product, t.product.c.id == t.sales.c.product_id)
        .where(t.sales.c.data_set_id == data_set_id)
        .group_by(t.sales.c.store_id, t.sales.c.product_id, t.store.c.code, t.product.c.sku)
        .order_by(days.desc(), func.sum(t.sales.c.units).desc(), t.store.c.code, t.product.c.sku)
        .limit(1)
    )
    row = connection.execute(top).first()
    return find_pair_by_id(connection, row.store_id, row.product_id) if row else None


def list_pairs(connection: Connection, data_set_id: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The stores as (id, code) and the products as (id, sku) of the data set, sorted by code."""
    stores = connection.execute(
        select(t.store.c.id, t.store.c.code).where(t.store.c.data_set_id == data_set_id).order_by(t.store.c.code)
    )
    products = connection.execute(
        select(t.product.c.id, t.product.c.sku).where(t.product.c.data_set_id == data_set_id).order_by(t.product.c.sku)
    )
    return [(row.id, row.code) for row in stores], [(row.id, row.sku) for row in products]
