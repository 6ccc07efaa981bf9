"""Writes one data set: its row, its dimensions with their new ids, and its large tables as partitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, insert

from showcase.demand.tables import DemandTables
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window
from showcase.store import tables as t
from showcase.store.bulk_load import PartitionLoad, copy_rows

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NewDataSet:
    """What is known of a data set before it has an id."""

    kind: str
    name: str
    recipe: Mapping[str, Any]
    fingerprint: Digest
    window: Window
    row_counts: Mapping[str, int]


def insert_data_set(connection: Connection, new: NewDataSet) -> int:
    """Write the data set's row, not current yet; returns its id."""
    return connection.execute(
        insert(t.data_set)
        .values(
            kind=new.kind,
            name=new.name,
            recipe=dict(new.recipe),
            row_counts=dict(new.row_counts),
            fingerprint=new.fingerprint,
            date_start=new.window.start,
            date_end=new.window.end,
        )
        .returning(t.data_set.c.id)
    ).scalar_one()


def _insert_dimension(connection: Connection, table: Table, rows: pl.DataFrame, data_set_id: int) -> Ids:
    """Insert the rows in their order; returns the ids they were given, which never repeat."""
    if rows.is_empty():
        return np.empty(0, dtype=np.int64)
    values = [{"data_set_id": data_set_id, **row} for row in rows.to_dicts()]
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return np.array(connection.execute(statement, values).scalars().all(), dtype=np.int64)


def _native(column: pl.Series) -> NDArray[Any]:
    return column.cast(pl.Int32).to_numpy() if column.dtype == pl.Date else column.to_numpy()


def with_ids(frame: pl.DataFrame, store_ids: Ids, product_ids: Ids) -> dict[str, NDArray[Any]]:
    """The frame's columns as arrays, positions of stores and products replaced by their ids."""
    columns: dict[str, NDArray[Any]] = {}
    for name in frame.columns:
        values = _native(frame[name])
        if name == "store":
            columns["store_id"] = store_ids[values]
        elif name == "product":
            columns["product_id"] = product_ids[values]
        else:
            columns[name] = values
    return columns


def load_tables(
    connection: Connection, data_set_id: int, tables: DemandTables, progress: Callable[[float, str], None]
) -> None:
    """Write every table of the data set inside the caller's transaction; `progress` is told the share done."""
    store_ids = _insert_dimension(connection, t.store, tables.stores, data_set_id)
    product_ids = _insert_dimension(connection, t.product, tables.products, data_set_id)
    days = tables.calendar.to_dicts()
    connection.execute(insert(t.calendar_day), [{"data_set_id": data_set_id, **day} for day in days])
    if not tables.promotions.is_empty():
        rows = tables.promotions.with_columns(pl.Series("product_id", product_ids[tables.promotions["product"]]))
        values = [{"data_set_id": data_set_id, **row} for row in rows.drop("product").to_dicts()]
        connection.execute(insert(t.promotion), values)
    own = np.full(tables.prices.height, data_set_id, dtype=np.int64)
    copy_rows(connection, t.price_span, {"data_set_id": own, **with_ids(tables.prices, store_ids, product_ids)})
    large: list[tuple[Table, pl.DataFrame]] = [(t.sales, tables.sales), (t.stock, tables.stock)]
    if tables.truth_demand is not None:
        large.append((t.truth_demand, tables.truth_demand))
    for position, (table, frame) in enumerate(large):
        progress(position / len(large), f"writing {frame.height} rows of {table.name}")
        partition = PartitionLoad(connection, table, data_set_id)
        if not frame.is_empty():
            partition.add(with_ids(frame, store_ids, product_ids))
        partition.finish()
    if tables.truth_effects is not None:
        rows = tables.truth_effects.with_columns(pl.Series("product_id", product_ids[tables.truth_effects["product"]]))
        values = [{"data_set_id": data_set_id, **row} for row in rows.drop("product").to_dicts()]
        connection.execute(insert(t.truth_effect), values)
    progress(1.0, "written")
