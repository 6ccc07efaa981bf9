"""Rows of the agent's sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from showcase.kernel.identity import SessionId
from showcase.store import tables as t


@dataclass(frozen=True, slots=True)
class AgentSession:
    """One conversation: what it is about, and what was said, the oldest first."""

    session_id: SessionId
    model_run_id: str | None
    messages: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime


def insert_session(connection: Connection, session_id: SessionId, model_run_id: str | None) -> None:
    connection.execute(insert(t.agent_session).values(session_id=session_id, model_run_id=model_run_id, messages=[]))


def find_session(connection: Connection, session_id: str, *, lock: bool = False) -> AgentSession | None:
    """One session, or None where there is none of this id; locked against other writers until the transaction ends."""
    query = select(t.agent_session).where(t.agent_session.c.session_id == session_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    return AgentSession(SessionId(row.session_id), row.model_run_id, row.messages, row.created_at, row.updated_at)


def write_messages(connection: Connection, session_id: SessionId, messages: Sequence[dict[str, Any]]) -> None:
    connection.execute(
        update(t.agent_session)
        .where(t.agent_session.c.session_id == session_id)
        .values(messages=list(messages), updated_at=func.clock_timestamp())
    )


def delete_session(connection: Connection, session_id: str) -> bool:
    """Remove a session; False where there is none of this id."""
    gone = connection.execute(delete(t.agent_session).where(t.agent_session.c.session_id == session_id))
    return gone.rowcount > 0
