"""Rows of exports, appended and never changed, and of what an import brings back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import String

from showcase.kernel.identity import Digest, WorkspaceId
from showcase.store import tables as t

FROM_A_BUNDLE = "imported from a bundle"
"""Who held the run lock, of a run that an import brought."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One export: whose, when, and the digest of its checksums.sha256."""

    workspace_id: WorkspaceId
    exported_at: datetime
    checksums_digest: Digest
    bundle_format_version: int


def append_export(connection: Connection, row: ExportRow) -> None:
    """Record an export for good."""
    connection.execute(insert(t.bundle_export), asdict(row))


def list_exports(connection: Connection, workspace_id: str) -> list[ExportRow]:
    """The exports of a workspace, newest first; also of one that was deleted."""
    c = t.bundle_export.c
    columns = (c.workspace_id, c.exported_at, c.checksums_digest, c.bundle_format_version)
    rows = connection.execute(select(*columns).where(c.workspace_id == workspace_id).order_by(c.id.desc()))
    return [
        ExportRow(WorkspaceId(row.workspace_id), row.exported_at, Digest(row.checksums_digest), row[3]) for row in rows
    ]


def is_from_elsewhere(connection: Connection, workspace_id: str) -> bool:
    """Whether the workspace's run was brought by an import, so that others may have exported it too."""
    c = t.demo_run.c
    query = select(1).where(c.workspace_id == workspace_id, c.holder == FROM_A_BUNDLE)
    return connection.execute(query.limit(1)).first() is not None


def count_exported(connection: Connection, ids: Sequence[str]) -> int:
    """How many of these workspaces were exported at least once."""
    named = t.bundle_export.c.workspace_id == t.showcase_workspace.c.workspace_id
    wanted = literal(list(ids), ARRAY(String))
    query = select(t.showcase_workspace.c.workspace_id).where(
        t.showcase_workspace.c.workspace_id == wanted.any_(), select(1).where(named).exists()
    )
    return len(connection.execute(query).all())


def insert_imported(connection: Connection, columns: Mapping[str, object]) -> bool:
    """Write a workspace that came from a bundle, with the status that its run ended with; False where its id is there.

    Whoever writes the same id at this moment is waited for.
    """
    return _restore(connection, t.showcase_workspace, t.showcase_workspace.c.workspace_id, columns)


def restore_run(connection: Connection, columns: Mapping[str, object], events: Sequence[Mapping[str, Any]]) -> bool:
    """Write an ended run with its events; False where the run is there already, and nothing is changed."""
    made = connection.execute(
        upsert(t.demo_run).values(dict(columns)).on_conflict_do_nothing().returning(t.demo_run.c.run_id)
    ).first()
    if made is None:
        return False
    lines = [{"run_id": made.run_id, "seq": event["seq"], "event": dict(event)} for event in events]
    if lines:
        connection.execute(insert(t.demo_event), lines)
    return True


def restore_model_run(connection: Connection, columns: Mapping[str, object]) -> bool:
    """Write a registered model; False where its id is there already, and nothing is changed."""
    return _restore(connection, t.model_run, t.model_run.c.run_id, columns)


def restore_plan(connection: Connection, columns: Mapping[str, object]) -> bool:
    """Write a saved plan; False where its id is there already, and nothing is changed."""
    return _restore(connection, t.plan, t.plan.c.plan_id, columns)


def _restore(connection: Connection, table: Table, key: Column[Any], columns: Mapping[str, object]) -> bool:
    statement = upsert(table).values(dict(columns)).on_conflict_do_nothing().returning(key)
    return connection.execute(statement).first() is not None
