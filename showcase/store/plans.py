"""Rows of saved what-if plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Row

from showcase.kernel.identity import Digest, PlanId
from showcase.store import tables as t


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """One saved plan; `outcome` is the whole of it, as `Plan.as_json` tells it."""

    plan_id: PlanId
    name: str
    tags: list[str]
    assumptions: dict[str, Any]
    horizon: int
    store_id: int
    product_id: int
    store_code: str
    sku: str
    data_fingerprint: Digest
    model_run_id: str
    model_type: str
    method: str
    units_delta: float
    revenue_delta: float
    outcome: dict[str, Any]
    cloned_from: str | None
    origin_run_id: str | None
    created_at: datetime
    updated_at: datetime


def _saved_plan(row: Row[Any]) -> SavedPlan:
    values = dict(row._mapping)
    return SavedPlan(
        **{**values, "plan_id": PlanId(row.plan_id), "data_fingerprint": Digest(row.data_fingerprint)},
    )


def insert_plan(connection: Connection, plan_id: PlanId, columns: Mapping[str, object]) -> SavedPlan:
    """Write a plan and return it as it is stored."""
    statement = insert(t.plan).values(plan_id=plan_id, **columns).returning(t.plan)
    return _saved_plan(connection.execute(statement).one())


def find_plan(connection: Connection, plan_id: str) -> SavedPlan | None:
    """One plan, or None where it is gone."""
    row = connection.execute(select(t.plan).where(t.plan.c.plan_id == plan_id)).first()
    return _saved_plan(row) if row else None


def update_plan(connection: Connection, plan_id: str, columns: Mapping[str, object]) -> SavedPlan | None:
    """Change columns of a plan; None where it is gone."""
    statement = (
        update(t.plan)
        .where(t.plan.c.plan_id == plan_id)
        .values(**columns, updated_at=func.clock_timestamp())
        .returning(t.plan)
    )
    row = connection.execute(statement).first()
    return _saved_plan(row) if row else None


def delete_plan(connection: Connection, plan_id: str) -> bool:
    """Remove a plan; False where it was gone already."""
    return connection.execute(delete(t.plan).where(t.plan.c.plan_id == plan_id)).rowcount == 1


def list_plans(connection: Connection, tags: Sequence[str], limit: int) -> tuple[list[SavedPlan], int]:
    """The newest plans that have all of these tags, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = [t.plan.c.tags.contains(literal([tag], JSONB)) for tag in tags]
    rows = connection.execute(
        select(t.plan).where(*wanted).order_by(t.plan.c.created_at.desc(), t.plan.c.plan_id.desc()).limit(limit)
    )
    total = connection.execute(select(func.count()).select_from(t.plan).where(*wanted)).scalar_one()
    return [_saved_plan(row) for row in rows], total


def read_categories(connection: Connection, data_set_id: int) -> dict[int, str]:
    """The category of each product of a data set, by the product's id."""
    rows = connection.execute(
        select(t.product.c.id, t.product.c.category).where(t.product.c.data_set_id == data_set_id)
    )
    return {row.id: row.category for row in rows}
