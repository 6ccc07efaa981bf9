"""Rows of batches and their items, and which series a scope names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from showcase.kernel.identity import BatchId, Digest, JobId
from showcase.store import tables as t
from showcase.store.demand import DataSet

SeriesIds = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """One piece of work over many series; how far it is follows from its items."""

    batch_id: BatchId
    operation: str
    scope: dict[str, Any]
    models: list[dict[str, Any]]
    plan: dict[str, Any]
    data_set_id: int | None
    data_fingerprint: Digest
    date_start: date
    date_end: date
    origin_run_id: str | None
    started_at: datetime
    running: int
    succeeded: int
    failed: int

    @property
    def items(self) -> int:
        return self.running + self.succeeded + self.failed

    @property
    def status(self) -> str:
        """running while an item is; then completed, failed where no item succeeded, or partial."""
        if self.running:
            return "running"
        if not self.failed:
            return "completed"
        return "partial" if self.succeeded else "failed"


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One series and model of a batch: what came of it, or why it failed."""

    job_id: JobId
    status: str
    store_id: int
    product_id: int
    model_type: str
    outcome: dict[str, Any] | None
    failure: str | None


def insert_batch(connection: Connection, batch_id: BatchId, **columns: object) -> None:
    connection.execute(insert(t.batch).values(batch_id=batch_id, **columns))


def insert_items(
    connection: Connection, batch_id: BatchId, origin_run_id: str | None, items: Mapping[JobId, Mapping[str, Any]]
) -> None:
    """Write the items as jobs that run; `items` has the parameters of each."""
    rows = [
        {
            "job_id": job_id,
            "kind": "batch_item",
            "status": "running",
            "origin_run_id": origin_run_id,
            "parameters": dict(parameters),
            "batch_id": batch_id,
        }
        for job_id, parameters in items.items()
    ]
    if rows:
        connection.execute(insert(t.job), rows)


def fail_items(connection: Connection, batch_id: BatchId, failure: str) -> int:
    """Settle the items of a batch that still run; returns how many."""
    return connection.execute(_failing(failure).where(t.job.c.batch_id == batch_id)).rowcount


def fail_all_items(connection: Connection, failure: str) -> int:
    """Settle every running item; for whoever holds the run lock, under which all batches are done."""
    return connection.execute(_failing(failure)).rowcount


def _failing(failure: str) -> Any:
    return (
        update(t.job)
        .where(t.job.c.batch_id.is_not(None), t.job.c.status == "running")
        .values(status="failed", failure=failure, ended_at=func.clock_timestamp())
    )


def _counted() -> Select[Any]:
    def count(status: str) -> Any:
        counted = select(func.count()).where(t.job.c.batch_id == t.batch.c.batch_id, t.job.c.status == status)
        return counted.scalar_subquery()

    return select(
        t.batch,
        count("running").label("running"),
        count("success").label("succeeded"),
        count("failed").label("failed"),
    )


def _batch(row: Any) -> Batch:
    values = dict(row._mapping)
    return Batch(
        **{**values, "batch_id": BatchId(row.batch_id), "data_fingerprint": Digest(row.data_fingerprint)},
    )


def find_batch(connection: Connection, batch_id: str) -> Batch | None:
    row = connection.execute(_counted().where(t.batch.c.batch_id == batch_id)).first()
    return _batch(row) if row else None


def list_batches(connection: Connection, limit: int) -> list[Batch]:
    """Batches, newest first."""
    newest = _counted().order_by(t.batch.c.started_at.desc(), t.batch.c.batch_id).limit(limit)
    return [_batch(row) for row in connection.execute(newest)]


def list_items(
    connection: Connection, batch_id: str, *, status: str | None, limit: int, offset: int
) -> list[BatchItem]:
    """The items of a batch in the order of their series and models."""
    store, product = t.job.c.parameters["store_id"].as_integer(), t.job.c.parameters["product_id"].as_integer()
    query = (
        select(t.job)
        .where(t.job.c.batch_id == batch_id)
        .order_by(store, product, t.job.c.parameters["model_type"].as_string())
        .limit(limit)
        .offset(offset)
    )
    if status is not None:
        query = query.where(t.job.c.status == status)
    return [
        BatchItem(
            JobId(row.job_id),
            row.status,
            row.parameters["store_id"],
            row.parameters["product_id"],
            row.parameters["model_type"],
            row.outcome,
            row.failure,
        )
        for row in connection.execute(query)
    ]


def stores_in_region(connection: Connection, data_set_id: int, region: str) -> list[int]:
    """The stores of a region, in the order of their ids."""
    query = select(t.store.c.id).where(t.store.c.data_set_id == data_set_id, t.store.c.region == region)
    return list(connection.execute(query.order_by(t.store.c.id)).scalars())


def products_of_category(connection: Connection, data_set_id: int, category: str) -> list[int]:
    """The products of a category, in the order of their ids."""
    query = select(t.product.c.id).where(t.product.c.data_set_id == data_set_id, t.product.c.category == category)
    return list(connection.execute(query.order_by(t.product.c.id)).scalars())


def known_names(connection: Connection, data_set_id: int, kind: str) -> list[str]:
    """What a scope of this kind (region, category) can name in the data set, sorted; nothing for other kinds."""
    columns = {"region": t.store.c.region, "category": t.product.c.category}
    if kind not in columns:
        return []
    column = columns[kind]
    query = select(column).where(column.table.c.data_set_id == data_set_id, column != "").distinct().order_by(column)
    return list(connection.execute(query).scalars())


def top_revenue_series(connection: Connection, data_set: DataSet, days: tuple[date, date], top: int) -> SeriesIds:
    """The `top` series with the highest revenue on these days; equal ones by their codes."""
    s = t.sales
    query = (
        select(s.c.store_id, s.c.product_id)
        .join(t.store, t.store.c.id == s.c.store_id)
        .join(t.product, t.product.c.id == s.c.product_id)
        .where(s.c.data_set_id == data_set.id, s.c.date.between(*days))
        .group_by(s.c.store_id, s.c.product_id, t.store.c.code, t.product.c.sku)
        .order_by(func.sum(s.c.revenue_cents).desc(), t.store.c.code, t.product.c.sku)
        .limit(top)
    )
    return [(row.store_id, row.product_id) for row in connection.execute(query)]
