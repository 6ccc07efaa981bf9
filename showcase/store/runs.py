"""Rows of pipeline runs and of who holds the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, select, tuple_, update
from sqlalchemy.engine import Row

from showcase.kernel.identity import RunId, WorkspaceId
from showcase.store import tables as t


@dataclass(frozen=True, slots=True)
class RunRow:
    """One pipeline run as it stands."""

    run_id: RunId
    status: str
    scenario: str
    request: dict[str, Any]
    token: int
    holder: str
    total_steps: int
    step_name: str | None
    step_index: int | None
    workspace_id: WorkspaceId | None
    reason: str | None
    summary: dict[str, Any] | None
    started_at: datetime
    stop_requested_at: datetime | None
    ended_at: datetime | None

    def demand(self, data_sets: Mapping[str, str]) -> str | None:
        """What it was about: its preset where it seeded, else the data set that it used, which may be wiped since.

        `data_sets` are the names of those that are there, by fingerprint. None where it used none, or has not ended.
        """
        if self.request.get("skip_seed") is False:
            return self.scenario
        used = (self.summary or {}).get("data_fingerprint")
        return data_sets.get(used, f"{used[:8]} (wiped)") if used else None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the run lock, since when, with which run; None for work that is no run."""

    holder: str
    run_id: RunId | None
    since: datetime


def _run(row: Row[Any]) -> RunRow:
    return RunRow(
        run_id=RunId(row.run_id),
        status=row.status,
        scenario=row.scenario,
        request=row.request,
        token=row.token,
        holder=row.holder,
        total_steps=row.total_steps,
        step_name=row.step_name,
        step_index=row.step_index,
        workspace_id=WorkspaceId(row.workspace_id) if row.workspace_id else None,
        reason=row.reason,
        summary=row.summary,
        started_at=row.started_at,
        stop_requested_at=row.stop_requested_at,
        ended_at=row.ended_at,
    )


def take_token(connection: Connection, holder: str, run_id: RunId | None) -> int:
    """Record the new holder of the lock; returns a fencing token higher than every one before it."""
    token: int = connection.execute(
        update(t.run_lock)
        .where(t.run_lock.c.id == 1)
        .values(token=t.run_lock.c.token + 1, holder=holder, run_id=run_id, since=func.clock_timestamp())
        .returning(t.run_lock.c.token)
    ).scalar_one()
    return token


def read_holder(connection: Connection) -> Holder | None:
    """Who took the lock last; None where nobody ever did."""
    row = connection.execute(select(t.run_lock)).first()
    if row is None or row.holder is None:
        return None
    return Holder(row.holder, RunId(row.run_id) if row.run_id else None, row.since)


def insert_run(
    connection: Connection,
    run_id: RunId,
    *,
    scenario: str,
    request: Mapping[str, Any],
    token: int,
    holder: str,
    total_steps: int,
    workspace_id: WorkspaceId | None,
) -> None:
    """Write a run with status running."""
    connection.execute(
        insert(t.demo_run).values(
            run_id=run_id,
            status="running",
            scenario=scenario,
            request=dict(request),
            token=token,
            holder=holder,
            total_steps=total_steps,
            workspace_id=workspace_id,
        )
    )


def enter_step(connection: Connection, run_id: RunId, step_name: str, step_index: int) -> None:
    """Record which step the run is in."""
    connection.execute(
        update(t.demo_run)
        .where(t.demo_run.c.run_id == run_id)
        .values(step_name=step_name, step_index=step_index, heartbeat_at=func.clock_timestamp())
    )


def beat(connection: Connection, run_id: RunId, token: int) -> bool | None:
    """Record that the run lives; True where a stop was asked for, None where the run is no longer this process's."""
    row = connection.execute(
        update(t.demo_run)
        .where(t.demo_run.c.run_id == run_id, t.demo_run.c.token == token, t.demo_run.c.status == "running")
        .values(heartbeat_at=func.clock_timestamp())
        .returning(t.demo_run.c.stop_requested_at)
    ).first()
    return None if row is None else row.stop_requested_at is not None


def ask_to_stop(connection: Connection, run_id: RunId) -> bool:
    """Record the wish to stop; False where the run has ended or is unknown."""
    changed = connection.execute(
        update(t.demo_run)
        .where(t.demo_run.c.run_id == run_id, t.demo_run.c.status == "running")
        .values(stop_requested_at=func.coalesce(t.demo_run.c.stop_requested_at, func.clock_timestamp()))
    )
    return changed.rowcount == 1


def end_run(
    connection: Connection, run_id: RunId, *, status: str, reason: str | None, summary: Mapping[str, Any]
) -> None:
    """Give the run its final status; final statuses are final."""
    connection.execute(
        update(t.demo_run)
        .where(t.demo_run.c.run_id == run_id, t.demo_run.c.status == "running")
        .values(status=status, reason=reason, summary=dict(summary), ended_at=func.clock_timestamp())
    )


_ONE = select(t.demo_run).where(t.demo_run.c.run_id == bindparam("wanted"))


def find_run(connection: Connection, run_id: str, *, lock: bool = False) -> RunRow | None:
    """The run; with `lock` its row is kept from every other writer until the transaction ends."""
    row = connection.execute(_ONE.with_for_update() if lock else _ONE, {"wanted": run_id}).first()
    return _run(row) if row else None


def list_runs(connection: Connection, *, status: str | None, limit: int, behind: RunRow | None = None) -> list[RunRow]:
    """Runs, newest first; with `behind` those that follow it in that order."""
    place = (t.demo_run.c.started_at, t.demo_run.c.run_id)
    query = select(t.demo_run).order_by(*(column.desc() for column in place)).limit(limit)
    if behind is not None:
        query = query.where(tuple_(*place) < tuple_(literal(behind.started_at), literal(behind.run_id)))
    if status is not None:
        query = query.where(t.demo_run.c.status == status)
    return [_run(row) for row in connection.execute(query)]


def running_ids(connection: Connection) -> list[RunId]:
    """Runs that stand as running, whether their process lives or not."""
    rows = connection.execute(select(t.demo_run.c.run_id).where(t.demo_run.c.status == "running"))
    return [RunId(row.run_id) for row in rows]
