"""Rows of events, and the feed that wakes whoever waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, select

from showcase.kernel.identity import RunId
from showcase.store import tables as t

CHANNEL = "showcase_events"


def append_events(connection: Connection, run_id: RunId, events: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Write events as (seq, event) and wake the watchers once when the transaction commits."""
    rows = [{"run_id": run_id, "seq": seq, "event": dict(event)} for seq, event in events]
    connection.execute(insert(t.demo_event), rows)
    connection.execute(select(func.pg_notify(CHANNEL, f"{run_id}:{rows[-1]['seq']}")))


_BEHIND = (
    select(t.demo_event.c.event)
    .where(t.demo_event.c.run_id == bindparam("run"), t.demo_event.c.seq > bindparam("after"))
    .order_by(t.demo_event.c.seq)
    .limit(bindparam("most", type_=Integer))
)


def read_events(connection: Connection, run_id: RunId, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """The run's events with seq above `after`, in their order, at most `limit`."""
    rows = connection.execute(_BEHIND, {"run": run_id, "after": after, "most": limit})
    return list(rows.scalars())


def list_events_of_type(connection: Connection, run_id: RunId, event_type: str) -> list[dict[str, Any]]:
    """The run's events of one type in their order, however many others lie between them."""
    rows = connection.execute(
        select(t.demo_event.c.event)
        .where(t.demo_event.c.run_id == run_id, t.demo_event.c.event["event_type"].as_string() == event_type)
        .order_by(t.demo_event.c.seq)
    )
    return list(rows.scalars())


def last_event(connection: Connection, run_id: RunId) -> dict[str, Any] | None:
    """The newest event of the run."""
    return connection.execute(
        select(t.demo_event.c.event).where(t.demo_event.c.run_id == run_id).order_by(t.demo_event.c.seq.desc()).limit(1)
    ).scalar_one_or_none()
