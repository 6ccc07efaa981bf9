"""Rows of enrichments: what they are made from, how they are written, and the signals that models read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select

from showcase.demand.enrichment import ENRICHMENT_VERSION, DemandFacts, Enrichment
from showcase.demand.recipe import recipe_from_json
from showcase.kernel.identity import Digest
from showcase.store import tables as t
from showcase.store.bulk_load import PartitionLoad
from showcase.store.copy_out import read_columns
from showcase.store.demand import DataSet
from showcase.store.demand_load import Ids, with_ids

_ROWS_AT_ONCE = 500_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class EnrichmentRow:
    """What is recorded of one enrichment; `skipped` has the parts that were left out, each with its reason."""

    data_set_id: int
    version: str
    digest: Digest
    row_counts: dict[str, int]
    skipped: dict[str, str]
    created_at: datetime


def find_enrichment(connection: Connection, data_set_id: int) -> EnrichmentRow | None:
    """The enrichment of a data set, or None where it has none yet."""
    row = connection.execute(select(t.enrichment).where(t.enrichment.c.data_set_id == data_set_id)).first()
    return EnrichmentRow(**{**row._mapping, "digest": Digest(row.digest)}) if row else None


def lock_data_set(connection: Connection, data_set_id: int) -> bool:
    """Keep every other writer from this data set until the transaction ends; False where it is gone."""
    query = select(t.data_set.c.id).where(t.data_set.c.id == data_set_id).with_for_update()
    return connection.execute(query).first() is not None


def read_facts(connection: Connection, data_set: DataSet) -> DemandFacts:
    """All that an enrichment is made from; the large tables are read in batches while it is made."""
    stores = _dimension(connection, t.store, "code", "region", data_set_id=data_set.id)
    products = _dimension(connection, t.product, "sku", "category", "launch_date", data_set_id=data_set.id)
    return DemandFacts(
        recipe=recipe_from_json(data_set.recipe) if data_set.kind == "synthetic" else None,
        window=data_set.window,
        stores=stores.drop("id"),
        products=products.drop("id"),
        has_stock=data_set.row_counts.get("stock", 0) > 0,
        series_days=lambda: _series_days(connection, data_set, _ids(stores), _ids(products)),
    )


def _dimension(connection: Connection, table: Any, *columns: str, data_set_id: int) -> pl.DataFrame:
    """The rows in the order of their ids, which is that of their numbers."""
    names = ("id", *columns)
    query = select(*(table.c[name] for name in names)).where(table.c.data_set_id == data_set_id).order_by(table.c.id)
    types = {name: pl.Date() if name == "launch_date" else pl.String() for name in columns}
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema={"id": pl.Int64(), **types}, orient="row")


def _ids(dimension: pl.DataFrame) -> Ids:
    return dimension["id"].to_numpy()


def _series_days(connection: Connection, data_set: DataSet, stores: Ids, products: Ids) -> Iterator[pl.DataFrame]:
    """Some stores at a time, ids replaced by positions; a store without rows adds none."""
    rows_a_store = max(1, data_set.row_counts["sales"] // max(len(stores), 1))
    step = max(1, _ROWS_AT_ONCE // rows_a_store)
    for first in range(0, len(stores), step):
        some = stores[first : first + step]
        columns = read_columns(
            connection,
            "SELECT s.store_id, s.product_id, s.date, s.units, s.unit_price_cents, coalesce(k.received, 0)"
            " FROM sales s LEFT JOIN stock k ON k.data_set_id = s.data_set_id AND k.store_id = s.store_id"
            " AND k.product_id = s.product_id AND k.date = s.date"
            " WHERE s.data_set_id = %s AND s.store_id BETWEEN %s AND %s",
            [data_set.id, int(some[0]), int(some[-1])],
            {
                "store_id": "int4",
                "product_id": "int4",
                "date": "date",
                "units": "int8",
                "unit_price_cents": "int8",
                "received": "int8",
            },
        )
        if not len(columns["store_id"]):
            continue
        yield pl.DataFrame(
            {
                "store": np.searchsorted(stores, columns["store_id"]).astype(np.int32),
                "product": np.searchsorted(products, columns["product_id"]).astype(np.int32),
                "date": pl.Series(columns["date"].astype(np.int32)).cast(pl.Date),
                **{name: columns[name] for name in ("units", "unit_price_cents", "received")},
            }
        )


def insert_enrichment(connection: Connection, data_set_id: int, enrichment: Enrichment) -> None:
    """Write every table of the enrichment and its row inside the caller's transaction."""
    stores = _ids(_dimension(connection, t.store, "code", data_set_id=data_set_id))
    products = _ids(_dimension(connection, t.product, "sku", data_set_id=data_set_id))
    stages = enrichment.tables["lifecycle_stages"]
    _insert(
        connection,
        t.lifecycle_stage,
        stages.with_columns(pl.Series("product_id", products[stages["product"].to_numpy()])).drop("product"),
        data_set_id,
    )
    _insert(connection, t.exogenous_signal, enrichment.tables["exogenous_signals"], data_set_id)
    for table, name in ((t.replenishment_event, "replenishment_events"), (t.sales_return, "sales_returns")):
        partition = PartitionLoad(connection, table, data_set_id)
        if enrichment.tables[name].height:
            partition.add(with_ids(enrichment.tables[name], stores, products))
        partition.finish()
    connection.execute(
        insert(t.enrichment).values(
            data_set_id=data_set_id,
            version=ENRICHMENT_VERSION,
            digest=enrichment.digest,
            row_counts=enrichment.row_counts,
            skipped=dict(enrichment.skipped),
        )
    )


def _insert(connection: Connection, table: Any, frame: pl.DataFrame, data_set_id: int) -> None:
    if frame.height:
        connection.execute(insert(table), [{"data_set_id": data_set_id, **row} for row in frame.to_dicts()])


def read_signals(
    connection: Connection, data_set: DataSet, store_ids: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Each signal of the data set as one row for each of `store_ids` and one column a day; NaN where it is not known.

    Values are in standard deviations. A signal of all regions is the same in every row.
    """
    regions = {
        row.id: row.region
        for row in connection.execute(
            select(t.store.c.id, t.store.c.region).where(t.store.c.data_set_id == data_set.id)
        )
    }
    by_region: dict[tuple[str, str], NDArray[np.float64]] = {}
    for row in connection.execute(select(t.exogenous_signal).where(t.exogenous_signal.c.data_set_id == data_set.id)):
        line = by_region.setdefault((row.signal, row.region), np.full(data_set.window.days, np.nan))
        line[data_set.window.index(row.date)] = row.value_thousandths / 1000
    unknown = np.full(data_set.window.days, np.nan)
    return {
        signal: np.vstack(
            [
                by_region.get((signal, regions.get(int(store_id), "")), by_region.get((signal, "all"), unknown))
                for store_id in store_ids
            ]
        )
        for signal in sorted({name for name, _ in by_region})
    }
