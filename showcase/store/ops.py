"""Counts over all tables, for the people who look after an installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, cast, func, select, union

from showcase.store import tables as t

_DIGEST = "[0-9a-f]{64}"


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that failed since some moment."""

    job_id: str
    kind: str
    failure: str | None
    ended_at: datetime


def _counts(connection: Connection, column: ColumnElement[Any], *terms: ColumnElement[bool]) -> dict[str, int]:
    query = select(column, func.count()).where(*terms).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def count_runs(connection: Connection) -> dict[str, int]:
    """Pipeline runs by status; a status that none has is left out."""
    return _counts(connection, t.demo_run.c.status)


def count_jobs(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """Jobs by status and by kind."""
    return _counts(connection, t.job.c.status), _counts(connection, t.job.c.kind)


def count_model_runs(connection: Connection) -> dict[str, int]:
    """Model runs by status, demonstrations left out."""
    return _counts(connection, t.model_run.c.status, ~t.model_run.c.synthetic)


def count_workspaces(connection: Connection) -> dict[str, int]:
    """Workspaces by status."""
    return _counts(connection, t.showcase_workspace.c.status)


def count_decisions(connection: Connection) -> dict[str, int]:
    """Questions to a person by what became of them, over all workspaces."""
    return _counts(connection, t.decision.c.state)


def failed_jobs_since(connection: Connection, moment: datetime, limit: int) -> list[FailedJob]:
    """The jobs that failed since then, newest first."""
    query = (
        select(t.job.c.job_id, t.job.c.kind, t.job.c.failure, t.job.c.ended_at)
        .where(t.job.c.status == "failed", t.job.c.ended_at >= moment)
        .order_by(t.job.c.ended_at.desc(), t.job.c.job_id)
        .limit(limit)
    )
    return [FailedJob(*row) for row in connection.execute(query)]


def database_bytes(connection: Connection) -> int:
    """What the database takes on its server's disk."""
    return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())


def named_digests(connection: Connection) -> set[str]:
    """Every digest that a model run, the outcome of a job or a workspace names."""
    workspace = t.showcase_workspace.c
    texts = (t.job.c.outcome, workspace.created_objects, workspace.result_summary)
    found = [
        select(func.regexp_matches(cast(column, Text), _DIGEST, "g", type_=ARRAY(Text))[1].label("digest"))
        for column in texts
    ]
    named = select(t.model_run.c.artifact_digest.label("digest")).where(t.model_run.c.artifact_digest.is_not(None))
    return set(connection.execute(union(named, *found)).scalars())
