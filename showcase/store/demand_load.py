"""Writes one data set: its row, its dimensions with their new ids, and its large tables as partitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, insert

from showcase.demand.tables import DemandSource
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
    data_set_id: int = connection.execute(
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
    return data_set_id


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


@dataclass(frozen=True, slots=True)
class Truth:
    """What sales alone do not show; only generated data has it."""

    demand: pl.DataFrame
    effects: pl.DataFrame


def load_tables(
    connection: Connection,
    data_set_id: int,
    source: DemandSource,
    truth: Truth | None,
    progress: Callable[[float, str], None],
) -> None:
    """Write every table of the data set inside the caller's transaction; `progress` is told the share done."""
    store_ids = _insert_dimension(connection, t.store, source.stores, data_set_id)
    product_ids = _insert_dimension(connection, t.product, source.products, data_set_id)
    days = [{"data_set_id": data_set_id, **day} for day in source.calendar.to_dicts()]
    connection.execute(insert(t.calendar_day), days)
    _insert_by_product(connection, t.promotion, source.promotions, data_set_id, product_ids)
    for frame in source.batches("prices"):
        own = np.full(frame.height, data_set_id, dtype=np.int64)
        copy_rows(connection, t.price_span, {"data_set_id": own, **with_ids(frame, store_ids, product_ids)})
    counts = source.row_counts()
    large: list[tuple[Table, Iterator[pl.DataFrame], int]] = [
        (t.sales, source.batches("sales"), counts["sales"]),
        (t.stock, source.batches("stock"), counts["stock"]),
    ]
    if truth is not None:
        large.append((t.truth_demand, iter([truth.demand]), truth.demand.height))
        _insert_by_product(connection, t.truth_effect, truth.effects, data_set_id, product_ids)
    total, written = max(sum(height for _, _, height in large), 1), 0
    for table, batches, height in large:
        partition = PartitionLoad(connection, table, data_set_id)
        for frame in batches:
            progress(written / total, f"writing {height:,} rows of {table.name}")
            written += partition.add(with_ids(frame, store_ids, product_ids)) if frame.height else 0
        partition.finish()
    progress(1.0, f"{written:,} rows written")


def _insert_by_product(
    connection: Connection, table: Table, frame: pl.DataFrame, data_set_id: int, product_ids: Ids
) -> None:
    if frame.is_empty():
        return
    rows = frame.with_columns(pl.Series("product_id", product_ids[frame["product"].to_numpy()])).drop("product")
    connection.execute(insert(table), [{"data_set_id": data_set_id, **row} for row in rows.to_dicts()])
