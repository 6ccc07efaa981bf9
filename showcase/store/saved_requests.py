"""Rows of named configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from showcase.store import tables as t


def list_saved_requests(connection: Connection) -> list[tuple[str, dict[str, Any]]]:
    """Name and request of each, by name."""
    rows = connection.execute(
        select(t.saved_request.c.name, t.saved_request.c.request).order_by(t.saved_request.c.name)
    )
    return [(row.name, row.request) for row in rows]


def put_saved_request(connection: Connection, name: str, request: Mapping[str, Any]) -> None:
    """Keep a request under a name, in place of an older one."""
    kept = {"request": dict(request)}
    statement = upsert(t.saved_request).values(name=name, **kept)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=kept))


def remove_saved_request(connection: Connection, name: str) -> bool:
    """Whether there was one to remove."""
    return connection.execute(delete(t.saved_request).where(t.saved_request.c.name == name)).rowcount == 1
