"""Rows of questions to a person and their answers; every moment is the database's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, literal, select, update
from sqlalchemy.engine import Row

from showcase.kernel.identity import ActionId, Digest
from showcase.store import tables as t

_c = t.decision.c
_NOW = func.clock_timestamp()
_ENDED = "the run ended before anybody decided"


@dataclass(frozen=True, slots=True)
class Decision:
    """One question of the agent to a person, and what became of it."""

    action_id: ActionId
    run_id: str | None
    session_id: str
    provider: str
    tool_name: str
    arguments: dict[str, Any]
    description: str
    evidence: dict[str, Any]
    evidence_digest: Digest
    transcript_summary: str
    tokens_used: int
    tool_calls_count: int
    state: str
    on_silence: str
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    auto_approved: bool
    execution_status: str
    execution_detail: str | None
    outcome: dict[str, Any] | None
    executed_at: datetime | None

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"


def _decision(row: Row[Any], *beside: str) -> Decision:
    """The row as a value, without the columns `beside` that are no part of it."""
    values = {name: value for name, value in row._mapping.items() if name not in beside}
    ids = {"action_id": ActionId(row.action_id), "evidence_digest": Digest(row.evidence_digest)}
    return Decision(**{**values, **ids})


def insert_question(
    connection: Connection, action_id: ActionId, window_s: float, columns: Mapping[str, object]
) -> Decision:
    """Write a question whose window of `window_s` seconds begins now."""
    # one reading of the clock for both moments, so that the window is exactly as long as it was asked for
    now = select(_NOW.label("now")).cte("moment")
    asked = select(now.c.now).scalar_subquery()
    row = connection.execute(
        insert(t.decision)
        .values(
            action_id=action_id,
            state="pending",
            execution_status="undecided",
            asked_at=asked,
            expires_at=asked + func.make_interval(0, 0, 0, 0, 0, 0, literal(window_s)),
            **columns,
        )
        .returning(*t.decision.c)
    ).one()
    return _decision(row)


def decide(connection: Connection, action_id: str, *, state: str, by: str, reason: str | None) -> Decision | None:
    """Answer a question that is pending and not expired; None where it is not: whoever was first has decided."""
    values = {
        "state": state,
        "decided_at": _NOW,
        "decided_by": by,
        "reason": reason,
        "execution_status": "due" if state == "approved" else "not_executed",
    }
    return _changed(connection, values, _c.action_id == action_id, _c.state == "pending", _c.expires_at > _NOW)


def expire(connection: Connection, action_id: str | None = None) -> int:
    """Give the questions whose window is over the end that their silence means: the named one, or every one.

    The end of the window is when they were decided, not when somebody noticed. Returns how many there were.
    """
    wanted = [_c.state == "pending", _c.expires_at <= _NOW]
    if action_id is not None:
        wanted.append(_c.action_id == action_id)
    means_yes = _c.on_silence == "approve"
    values = {
        "state": case((means_yes, "approved"), else_="timed_out"),
        "execution_status": case((means_yes, "due"), else_="not_executed"),
        "auto_approved": means_yes,
        "decided_at": _c.expires_at,
    }
    return connection.execute(update(t.decision).where(*wanted).values(**values)).rowcount


def withdraw(connection: Connection, reason: str, *, action_id: str | None = None, run_id: str | None = None) -> int:
    """Take pending questions back without an answer, one by its id or those of a run; returns how many there were."""
    whose = _c.action_id == action_id if action_id is not None else _c.run_id == run_id
    values = {
        "state": "timed_out",
        "decided_at": func.least(_NOW, _c.expires_at),
        "reason": reason,
        "execution_status": "not_executed",
    }
    return connection.execute(update(t.decision).where(whose, _c.state == "pending").values(**values)).rowcount


def claim_execution(connection: Connection, action_id: str) -> Decision | None:
    """The approved decision whose effect is due, its row locked until the transaction ends; None for any other."""
    row = connection.execute(
        select(t.decision)
        .where(_c.action_id == action_id, _c.state == "approved", _c.execution_status == "due")
        .with_for_update()
    ).first()
    return _decision(row) if row else None


def end_execution(
    connection: Connection,
    action_id: str,
    *,
    status: str,
    detail: str | None = None,
    outcome: Mapping[str, Any] | None = None,
) -> Decision | None:
    """Record how the effect of an approved decision ended; None where it was not due."""
    values: dict[str, Any] = {"execution_status": status, "execution_detail": detail, "executed_at": _NOW}
    if outcome is not None:
        values["outcome"] = dict(outcome)
    return _changed(connection, values, _c.action_id == action_id, _c.execution_status == "due")


def leave_unapplied(
    connection: Connection, detail: str, *, action_id: str | None = None, run_id: str | None = None
) -> int:
    """Mark approved actions whose effect did not come and will not, as decided, not applied; returns how many."""
    whose = _c.action_id == action_id if action_id is not None else _c.run_id == run_id
    values = {"execution_status": "not_applied", "execution_detail": f"decided, not applied: {detail}"}
    return connection.execute(update(t.decision).where(whose, _c.execution_status == "due").values(**values)).rowcount


def settle_run(connection: Connection, run_id: str) -> int:
    """Settle what a run leaves behind: open questions are taken back, approved effects that did not come are marked.

    Returns how many rows changed.
    """
    undecided = withdraw(connection, _ENDED, run_id=run_id)
    return undecided + leave_unapplied(connection, "the run ended before it was carried out", run_id=run_id)


def list_of_run(connection: Connection, run_id: str) -> list[Decision]:
    """Every question of a run, in the order in which they were asked."""
    rows = connection.execute(select(t.decision).where(_c.run_id == run_id).order_by(_c.asked_at, _c.action_id))
    return [_decision(row) for row in rows]


def is_over(connection: Connection, action_id: str) -> bool | None:
    """Whether the question is decided, or its window over; None where it is unknown."""
    over = (_c.state != "pending") | (_c.expires_at <= _NOW)
    return connection.execute(select(over).where(_c.action_id == action_id)).scalar_one_or_none()


def find_decision(connection: Connection, action_id: str) -> Decision | None:
    row = connection.execute(select(t.decision).where(_c.action_id == action_id)).first()
    return _decision(row) if row else None


def list_pending(connection: Connection, run_id: str | None = None) -> list[tuple[Decision, float]]:
    """Questions that can still be answered, each with the seconds that are left, the first to expire first."""
    left = func.extract("epoch", _c.expires_at - _NOW).label("seconds_left")
    query = select(t.decision, left).where(_c.state == "pending", _c.expires_at > _NOW)
    if run_id is not None:
        query = query.where(_c.run_id == run_id)
    rows = connection.execute(query.order_by(_c.expires_at, _c.action_id))
    return [(_decision(row, "seconds_left"), float(row.seconds_left)) for row in rows]


def list_decided(connection: Connection, limit: int) -> tuple[list[Decision], int]:
    """The newest decided questions and how many there are in all."""
    is_decided = _c.state != "pending"
    rows = connection.execute(
        select(t.decision).where(is_decided).order_by(_c.asked_at.desc(), _c.action_id.desc()).limit(limit)
    )
    total = connection.execute(select(func.count()).select_from(t.decision).where(is_decided)).scalar_one()
    return [_decision(row) for row in rows], int(total)


def _changed(connection: Connection, values: Mapping[str, Any], *wanted: ColumnElement[bool]) -> Decision | None:
    row = connection.execute(update(t.decision).where(*wanted).values(**values).returning(*t.decision.c)).first()
    return _decision(row) if row else None
