"""Rows of jobs: one background unit each, with what it wrote or why it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, Update, bindparam, cast, func, insert, select, update

from showcase.kernel.identity import JobId
from showcase.store import tables as t

UNDER_THE_LOCK = ("train", "predict", "backtest", "batch_item", "import")
"""Kinds of work that is done by whoever holds the run lock, and by nobody else."""


@dataclass(frozen=True, slots=True)
class Job:
    """One background unit; `outcome` is what it wrote, `failure` why it failed, both None while it runs."""

    job_id: JobId
    kind: str
    status: str
    origin_run_id: str | None
    batch_id: str | None
    parameters: dict[str, Any]
    outcome: dict[str, Any] | None
    failure: str | None
    started_at: datetime
    ended_at: datetime | None


def _job(row: Any) -> Job:
    values = {name: getattr(row, name) for name in Job.__dataclass_fields__}
    return Job(**{**values, "job_id": JobId(row.job_id)})


def find_job(connection: Connection, job_id: str) -> Job | None:
    """One job, or None where there is none of this id."""
    row = connection.execute(select(t.job).where(t.job.c.job_id == job_id)).first()
    return _job(row) if row else None


def list_jobs(
    connection: Connection, *, kind: str | None = None, status: str | None = None, limit: int = 20
) -> list[Job]:
    """Jobs, newest first, all of them or those of one kind and one status."""
    wanted: list[ColumnElement[bool]] = []
    if kind is not None:
        wanted.append(t.job.c.kind == kind)
    if status is not None:
        wanted.append(t.job.c.status == status)
    query = select(t.job).where(*wanted).order_by(t.job.c.started_at.desc(), t.job.c.job_id).limit(limit)
    return [_job(row) for row in connection.execute(query)]


def start_job(
    connection: Connection, job_id: JobId, kind: str, origin_run_id: str | None, parameters: Mapping[str, Any]
) -> None:
    """Write a job that runs."""
    row = {"job_id": job_id, "kind": kind, "status": "running", "origin_run_id": origin_run_id}
    connection.execute(insert(t.job), row | {"parameters": dict(parameters)})


_END = (
    update(t.job)
    .where(t.job.c.job_id == bindparam("of_job"), t.job.c.status == "running")
    .values(
        status=bindparam("to_status"),
        outcome=bindparam("to_outcome", type_=t.job.c.outcome.type),
        failure=bindparam("to_failure"),
        ended_at=func.clock_timestamp(),
    )
)


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended: what it wrote, or why it failed."""

    job_id: JobId
    outcome: Mapping[str, Any] | None = None
    failure: str | None = None


def end_jobs(connection: Connection, ends: Sequence[JobEnd]) -> None:
    """Write how jobs ended; one that has ended already stays as it is."""
    rows = [
        {
            "of_job": end.job_id,
            "to_status": "failed" if end.failure else "success",
            "to_outcome": None if end.outcome is None else dict(end.outcome),
            "to_failure": end.failure,
        }
        for end in ends
    ]
    if rows:
        connection.execute(_END, rows)


def fail_running_jobs(connection: Connection, origin_run_id: str, failure: str) -> int:
    """Settle the jobs that a run left behind; returns how many."""
    return connection.execute(_failing(failure).where(t.job.c.origin_run_id == origin_run_id)).rowcount


def has_work_under_the_lock(connection: Connection) -> bool:
    """Whether any such job stands as running, whether its process lives or not."""
    running = select(t.job.c.job_id).where(t.job.c.status == "running", t.job.c.kind.in_(UNDER_THE_LOCK))
    return bool(connection.execute(select(running.exists())).scalar_one())


def fail_work_under_the_lock(connection: Connection, failure: str) -> int:
    """Settle every such job that runs; for whoever has just taken the run lock, so that nobody does them."""
    return connection.execute(_failing(failure).where(t.job.c.kind.in_(UNDER_THE_LOCK))).rowcount


def fail_exports(connection: Connection, workspace_ids: Sequence[str], failure: str) -> int:
    """Settle the exports of these workspaces; for whoever holds their locks, so that nobody does them."""
    named = t.job.c.parameters["workspace_id"].as_string()
    return connection.execute(_failing(failure).where(t.job.c.kind == "export", named.in_(workspace_ids))).rowcount


def jobs_of_artifact(connection: Connection, digest: str) -> list[tuple[JobId, str, str | None]]:
    """The jobs whose outcome names these bytes, oldest first, as (job, kind, pipeline run)."""
    outcome = cast(t.job.c.outcome, Text)
    query = (
        select(t.job.c.job_id, t.job.c.kind, t.job.c.origin_run_id)
        .where(outcome.contains(digest, autoescape=True))
        .order_by(t.job.c.started_at, t.job.c.job_id)
    )
    return [(JobId(row.job_id), row.kind, row.origin_run_id) for row in connection.execute(query)]


def _failing(failure: str) -> Update:
    return (
        update(t.job)
        .where(t.job.c.status == "running")
        .values(status="failed", failure=failure, ended_at=func.clock_timestamp())
    )
