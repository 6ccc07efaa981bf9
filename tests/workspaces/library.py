"""Workspaces written straight into the table, for tests of what finds and changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from showcase.store import tables as t
from showcase.store.engine import Database
from tests.workspaces.queries import Item


def workspace_id(number: int) -> str:
    return f"{number:032x}"


def put_items(database: Database, items: Sequence[Item], **columns: Any) -> None:
    """One row an item."""
    rows = [
        {
            "workspace_id": item.workspace_id,
            "created_at": item.created_at,
            "name": item.name,
            "notes": item.notes,
            "tags": list(item.tags),
            "status": item.status,
            "scenario": item.scenario,
            "seed": item.seed,
            "pinned": item.pinned,
            "archived": item.archived,
            "replayed_from_workspace_id": item.replayed_from,
            "result_summary": item.result or None,
            "reset": False,
            "skip_seed": True,
            **columns,
        }
        for item in items
    ]
    with database.begin() as connection:
        connection.execute(insert(t.showcase_workspace), rows)
