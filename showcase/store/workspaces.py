"""Rows of kept runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import Row

from showcase.kernel.identity import WorkspaceId
from showcase.store import tables as t


@dataclass(frozen=True, slots=True)
class Workspace:
    """One kept run as it stands."""

    workspace_id: WorkspaceId
    name: str | None
    status: str
    seed: int
    scenario: str
    reset: bool
    skip_seed: bool
    run_config: dict[str, Any] | None
    as_of: date | None
    store_id: int | None
    product_id: int | None
    date_start: date | None
    date_end: date | None
    created_objects: dict[str, Any]
    result_summary: dict[str, Any] | None
    created_at: datetime


def _workspace(row: Row[Any]) -> Workspace:
    values = dict(row._mapping)
    values.pop("id")
    return Workspace(**{**values, "workspace_id": WorkspaceId(row.workspace_id)})


def insert_workspace(connection: Connection, workspace_id: WorkspaceId, **columns: object) -> None:
    """Write a workspace with status running."""
    connection.execute(insert(t.showcase_workspace).values(workspace_id=workspace_id, status="running", **columns))


def update_workspace(connection: Connection, workspace_id: WorkspaceId, columns: Mapping[str, object]) -> bool:
    """Change columns of a workspace that is running; False where it is gone or final."""
    changed = connection.execute(
        update(t.showcase_workspace)
        .where(t.showcase_workspace.c.workspace_id == workspace_id, t.showcase_workspace.c.status == "running")
        .values(**columns)
    )
    return changed.rowcount == 1


def find_workspace(connection: Connection, workspace_id: str) -> Workspace | None:
    row = connection.execute(
        select(t.showcase_workspace).where(t.showcase_workspace.c.workspace_id == workspace_id)
    ).first()
    return _workspace(row) if row else None


def list_workspaces(connection: Connection, limit: int) -> tuple[list[Workspace], int]:
    """The newest workspaces and how many there are in all."""
    rows = connection.execute(
        select(t.showcase_workspace)
        .order_by(t.showcase_workspace.c.created_at.desc(), t.showcase_workspace.c.id.desc())
        .limit(limit)
    )
    total = connection.execute(select(func.count()).select_from(t.showcase_workspace)).scalar_one()
    return [_workspace(row) for row in rows], total
