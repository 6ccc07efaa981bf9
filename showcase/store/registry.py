"""Rows of the model registry and of aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import Row

from showcase.kernel.identity import Digest, ModelRunId
from showcase.store import tables as t


@dataclass(frozen=True, slots=True)
class ModelRun:
    """One trained model and what is known of it."""

    run_id: ModelRunId
    status: str
    model_type: str
    config: dict[str, Any]
    feature_frame_version: int
    data_set_id: int | None
    data_fingerprint: Digest
    store_id: int | None
    product_id: int | None
    date_start: date
    date_end: date
    metrics: dict[str, Any] | None
    artifact_digest: Digest | None
    artifact_bytes: int | None
    origin_run_id: str | None
    synthetic: bool
    failure: str | None
    created_at: datetime
    updated_at: datetime


def _model_run(row: Row[Any]) -> ModelRun:
    values = dict(row._mapping)
    digest = values["artifact_digest"]
    return ModelRun(
        **{
            **values,
            "run_id": ModelRunId(row.run_id),
            "data_fingerprint": Digest(row.data_fingerprint),
            "artifact_digest": Digest(digest) if digest else None,
        }
    )


def insert_model_run(connection: Connection, run_id: ModelRunId, **columns: object) -> None:
    connection.execute(insert(t.model_run).values(run_id=run_id, **columns))


def find_model_run(connection: Connection, run_id: str, *, lock: bool = False) -> ModelRun | None:
    query = select(t.model_run).where(t.model_run.c.run_id == run_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _model_run(row) if row else None


_SOME = select(t.model_run).where(t.model_run.c.run_id == bindparam("wanted", type_=ARRAY(String)).any_())


def find_model_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, ModelRun]:
    """Those of these model runs that are there, by their ids."""
    rows = connection.execute(_SOME, {"wanted": list(run_ids)}) if run_ids else ()
    return {row.run_id: _model_run(row) for row in rows}


@dataclass(frozen=True, slots=True)
class ModelRunFilter:
    """Which model runs are wanted; a field that is None asks for nothing. Demonstrations are left out unless named."""

    status: str | None = None
    model_type: str | None = None
    store_id: int | None = None
    product_id: int | None = None
    data_fingerprint: str | None = None
    origin_run_id: str | None = None
    artifact_digest: str | None = None
    with_synthetic: bool = False


def _matching(wanted: ModelRunFilter) -> list[ColumnElement[bool]]:
    columns = t.model_run.c
    named = (
        "status", "model_type", "store_id", "product_id", "data_fingerprint", "origin_run_id", "artifact_digest",
    )  # fmt: skip
    terms = [columns[name] == getattr(wanted, name) for name in named if getattr(wanted, name) is not None]
    return terms if wanted.with_synthetic else [*terms, ~columns.synthetic]


def list_model_runs(
    connection: Connection, wanted: ModelRunFilter, *, limit: int | None = None, offset: int = 0
) -> list[ModelRun]:
    """The model runs that are wanted, newest first."""
    newest = (t.model_run.c.created_at.desc(), t.model_run.c.run_id)
    query = select(t.model_run).where(*_matching(wanted)).order_by(*newest).limit(limit).offset(offset)
    return [_model_run(row) for row in connection.execute(query)]


def count_model_runs(connection: Connection, wanted: ModelRunFilter) -> int:
    """How many model runs are wanted."""
    query = select(func.count()).select_from(t.model_run).where(*_matching(wanted))
    return int(connection.execute(query).scalar_one())


def update_model_run(connection: Connection, run_id: ModelRunId, columns: Mapping[str, object]) -> None:
    connection.execute(
        update(t.model_run).where(t.model_run.c.run_id == run_id).values(**columns, updated_at=func.clock_timestamp())
    )


def find_alias(connection: Connection, name: str) -> ModelRunId | None:
    """The model run that the alias points at."""
    run_id = connection.execute(select(t.model_alias.c.run_id).where(t.model_alias.c.name == name)).scalar()
    return ModelRunId(run_id) if run_id else None


@dataclass(frozen=True, slots=True)
class Alias:
    """A name and the model run that it points at."""

    name: str
    run_id: ModelRunId
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AliasChange:
    """One move of an alias; `previous_run_id` is None where it pointed at nothing."""

    name: str
    run_id: ModelRunId
    previous_run_id: ModelRunId | None
    changed_at: datetime


def list_aliases(connection: Connection) -> list[Alias]:
    """Every alias, by name."""
    rows = connection.execute(select(t.model_alias).order_by(t.model_alias.c.name))
    return [Alias(row.name, ModelRunId(row.run_id), row.updated_at) for row in rows]


def list_alias_changes(connection: Connection, name: str) -> list[AliasChange]:
    """How an alias moved, newest first; also of one that is gone."""
    history = t.alias_history
    rows = connection.execute(select(history).where(history.c.name == name).order_by(history.c.id.desc()))
    return [
        AliasChange(
            row.name,
            ModelRunId(row.run_id),
            ModelRunId(row.previous_run_id) if row.previous_run_id else None,
            row.changed_at,
        )
        for row in rows
    ]


def remove_alias(connection: Connection, name: str) -> bool:
    """Take an alias away; its history stays. False where there is none."""
    return connection.execute(delete(t.model_alias).where(t.model_alias.c.name == name)).rowcount == 1


def move_alone(connection: Connection) -> None:
    """Until the transaction ends nobody else moves an alias: each move has to see where the one before it led.

    Before any model run is locked, in every transaction that does both, so that no two wait for each other.

    The whole table, since the row of a new name is none that could be locked; aliases move rarely.
    """
    connection.execute(text("LOCK TABLE model_alias IN SHARE ROW EXCLUSIVE MODE"))


def point_alias(connection: Connection, name: str, run_id: ModelRunId) -> ModelRunId | None:
    """Point the alias at a model run and write its history; returns what it pointed at before."""
    move_alone(connection)
    previous = find_alias(connection, name)
    connection.execute(
        upsert(t.model_alias)
        .values(name=name, run_id=run_id)
        .on_conflict_do_update(index_elements=["name"], set_={"run_id": run_id, "updated_at": func.clock_timestamp()})
    )
    if previous != run_id:
        connection.execute(insert(t.alias_history).values(name=name, run_id=run_id, previous_run_id=previous))
    return previous


def fail_running_model_runs(connection: Connection, origin_run_id: str, failure: str) -> int:
    """Settle the model runs that a run left behind; returns how many."""
    return connection.execute(
        update(t.model_run)
        .where(t.model_run.c.origin_run_id == origin_run_id, t.model_run.c.status.in_(("pending", "running")))
        .values(status="failed", failure=failure, updated_at=func.clock_timestamp())
    ).rowcount


def restore_aliases(connection: Connection, origin_run_id: str) -> list[str]:
    """Put back each alias that points at a model run of this pipeline run; returns their names.

    It goes back to what it pointed at before the run touched it, and away where that was nothing, or is no success any
    more.
    """
    move_alone(connection)
    moved = (
        connection.execute(
            select(t.model_alias.c.name)
            .join(t.model_run, t.model_run.c.run_id == t.model_alias.c.run_id)
            .where(t.model_run.c.origin_run_id == origin_run_id)
        )
        .scalars()
        .all()
    )
    for name in moved:
        before = connection.execute(
            select(t.alias_history.c.previous_run_id)
            .join(t.model_run, t.model_run.c.run_id == t.alias_history.c.run_id)
            .where(t.alias_history.c.name == name, t.model_run.c.origin_run_id == origin_run_id)
            .order_by(t.alias_history.c.id)
            .limit(1)
        ).scalar()
        found = find_model_run(connection, before, lock=True) if before else None
        if found is None or found.status != "success":
            remove_alias(connection, name)
        else:
            point_alias(connection, name, found.run_id)
    return list(moved)
