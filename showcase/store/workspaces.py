"""Rows of kept runs: written, read, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError

from showcase.kernel.identity import RunId, WorkspaceId
from showcase.store import tables as t


@dataclass(frozen=True, slots=True)
class Workspace:
    """One kept run as it stands. Slots of its story are null until they are written."""

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
    archived: bool
    pinned: bool
    notes: str | None
    tags: list[str]
    config_schema_version: int
    replayed_from_workspace_id: WorkspaceId | None
    run_id: RunId | None
    data_fingerprint: str | None
    environment: dict[str, Any] | None
    seed_overrides: dict[str, Any] | None
    user_scope: dict[str, Any] | None
    approval_events: list[dict[str, Any]] | None
    rag_events: list[dict[str, Any]] | None
    job_ids: list[str] | None
    phase_summaries: list[dict[str, Any]] | None
    revision: int
    updated_at: datetime
    imported_from: dict[str, Any] | None = None

    @property
    def demand(self) -> str:
        """What its demand is called: the data set that the run was about, or the preset where none was recorded."""
        name = self.created_objects.get("data_set_name")
        return name if isinstance(name, str) and name else self.scenario


COLUMNS = [t.showcase_workspace.c[name] for name in Workspace.__dataclass_fields__]
"""The columns of a Workspace, in its order."""


def as_workspace(row: Row[Any, *tuple[Any, ...]]) -> Workspace:
    """The row of a query for COLUMNS (and perhaps more) as a value."""
    values = {name: row._mapping[name] for name in Workspace.__dataclass_fields__}
    source, run = values["replayed_from_workspace_id"], values["run_id"]
    return Workspace(
        **{
            **values,
            "workspace_id": WorkspaceId(row.workspace_id),
            "replayed_from_workspace_id": WorkspaceId(source) if source else None,
            "run_id": RunId(run) if run else None,
        }
    )


def insert_workspace(connection: Connection, workspace_id: WorkspaceId, **columns: object) -> None:
    """Write a workspace with status running."""
    connection.execute(insert(t.showcase_workspace).values(workspace_id=workspace_id, status="running", **columns))


def try_insert_workspace(connection: Connection, workspace_id: WorkspaceId, **columns: object) -> str | None:
    """Write a workspace inside a savepoint; returns why it could not be written, or None."""
    try:
        with connection.begin_nested():
            insert_workspace(connection, workspace_id, **columns)
    except SQLAlchemyError as error:
        return type(error).__name__
    return None


def update_workspace(connection: Connection, workspace_id: WorkspaceId, columns: Mapping[str, object]) -> bool:
    """Change columns of a workspace that is running; False where it is gone or final."""
    changed = connection.execute(
        update(t.showcase_workspace)
        .where(t.showcase_workspace.c.workspace_id == workspace_id, t.showcase_workspace.c.status == "running")
        .values(**columns, updated_at=func.clock_timestamp())
    )
    return changed.rowcount == 1


_ONE = select(*COLUMNS).where(t.showcase_workspace.c.workspace_id == bindparam("wanted"))
"""Made once: so many columns take longer to write down as a query than to read."""


def find_workspace(connection: Connection, workspace_id: str, *, lock: bool = False) -> Workspace | None:
    """The workspace; with `lock` its row is kept from every other writer until the transaction ends."""
    row = connection.execute(_ONE.with_for_update() if lock else _ONE, {"wanted": workspace_id}).first()
    return as_workspace(row) if row else None


def edit_workspace(connection: Connection, workspace_id: WorkspaceId, columns: Mapping[str, object]) -> Workspace:
    """Change what a person changed; the revision grows by one. The caller holds the row's lock."""
    row = connection.execute(
        update(t.showcase_workspace)
        .where(t.showcase_workspace.c.workspace_id == workspace_id)
        .values(**columns, revision=t.showcase_workspace.c.revision + 1, updated_at=func.clock_timestamp())
        .returning(*COLUMNS)
    ).one()
    return as_workspace(row)


def made_by_run(connection: Connection, run_id: str) -> dict[str, list[str]]:
    """The ids of a run's model runs (those made for show apart), plans, jobs and batches, oldest first."""
    is_shown = t.model_run.c.synthetic
    kinds: Sequence[tuple[str, Table, str, str, ColumnElement[bool]]] = (
        ("model_run_ids", t.model_run, "run_id", "created_at", ~is_shown),
        ("synthetic_model_run_ids", t.model_run, "run_id", "created_at", is_shown),
        ("plan_ids", t.plan, "plan_id", "created_at", true()),
        ("job_ids", t.job, "job_id", "started_at", true()),
        ("batch_ids", t.batch, "batch_id", "started_at", true()),
    )
    return {
        name: [
            str(found)
            for found in connection.execute(
                select(table.c[key])
                .where(table.c.origin_run_id == run_id, wanted)
                .order_by(table.c[moment], table.c[key])
            ).scalars()
        ]
        for name, table, key, moment, wanted in kinds
    }


def list_saved_searches(connection: Connection) -> list[tuple[str, dict[str, Any]]]:
    """The saved filters as (name, filters), by name."""
    rows = connection.execute(select(t.saved_search).order_by(t.saved_search.c.name))
    return [(row.name, row.filters) for row in rows]


def put_saved_search(connection: Connection, name: str, filters: Mapping[str, Any]) -> None:
    """Save filters under a name, in place of what it meant before."""
    kept = {"filters": dict(filters)}
    statement = upsert(t.saved_search).values(name=name, **kept)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=kept))


def remove_saved_search(connection: Connection, name: str) -> bool:
    """Forget a name; False where there is none."""
    return connection.execute(delete(t.saved_search).where(t.saved_search.c.name == name)).rowcount == 1
