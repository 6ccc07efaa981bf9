"""What the library says about itself: how many there are, which tags, how often each was replayed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import String

from showcase.store import tables as t

_C = t.showcase_workspace.c


def count_kept(connection: Connection) -> int:
    """How many workspaces there are, the archived ones too; exact whatever the number."""
    return int(connection.execute(select(func.count()).select_from(t.showcase_workspace)).scalar_one())


def list_tags(connection: Connection, most: int) -> list[tuple[str, int]]:
    """The tags that most workspaces have, and how many have each; by number, then by name."""
    some = select(_C.tags).where(_C.tags != literal([], JSONB)).subquery()
    each = select(func.jsonb_array_elements_text(some.c.tags).label("tag")).subquery()
    number = func.count().label("number")
    query = select(each.c.tag, number).group_by(each.c.tag).order_by(number.desc(), each.c.tag).limit(most)
    return [(row[0], int(row[1])) for row in connection.execute(query)]


def count_replays(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """How many workspaces replay each of these; one that nobody replays is not in it."""
    named = _C.replayed_from_workspace_id == func.any(literal(list(ids), ARRAY(String)))
    query = select(_C.replayed_from_workspace_id, func.count()).where(named).group_by(_C.replayed_from_workspace_id)
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}
