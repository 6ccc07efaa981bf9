"""Changes of many workspaces at once, each with what it takes to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import String

from showcase.store import tables as t
from showcase.store.workspace_filter import filter_condition
from showcase.workspaces.listing import WorkspaceFilter

KEPT_UNDOS = 50
"""Changes that can still be undone; older ones are forgotten, and deletions with the next start alone."""
_C = t.showcase_workspace.c
_STORED = [column.name for column in t.showcase_workspace.columns if column.computed is None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A workspace as far as a bulk action looks at it."""

    workspace_id: str
    status: str
    pinned: bool
    archived: bool
    tags: list[str]


def read_candidates(
    connection: Connection, wanted: WorkspaceFilter | Sequence[str], *, lock: bool = False
) -> list[Candidate]:
    """The workspaces that the filter finds, or that the ids name, oldest first."""
    if isinstance(wanted, WorkspaceFilter):
        condition = filter_condition(wanted)
    else:
        condition = _C.workspace_id == func.any(literal(list(wanted), ARRAY(String)))
    query = select(_C.workspace_id, _C.status, _C.pinned, _C.archived, _C.tags).where(condition).order_by(_C.id)
    return [Candidate(*row) for row in connection.execute(query.with_for_update() if lock else query)]


def count_with_descendants(connection: Connection, ids: Sequence[str]) -> int:
    """How many of these workspaces were replayed."""
    replays = t.showcase_workspace.alias()
    is_source = select(1).where(replays.c.replayed_from_workspace_id == _C.workspace_id).exists()
    named = _C.workspace_id == func.any(literal(list(ids), ARRAY(String)))
    return int(
        connection.execute(select(func.count()).select_from(t.showcase_workspace).where(named, is_source)).scalar_one()
    )


_CHANGES = {
    "pin": ("pinned", "true"),
    "unpin": ("pinned", "false"),
    "archive": ("archived", "true"),
    "unarchive": ("archived", "false"),
    "tag": (
        "tags",
        "tags || coalesce((SELECT jsonb_agg(new.tag ORDER BY new.place)"
        " FROM unnest(:tags) WITH ORDINALITY AS new (tag, place) WHERE NOT jsonb_exists(tags, new.tag)), '[]')",
    ),
    "untag": ("tags", "tags - :tags"),
}
"""The column that an action changes, and its new value."""


def apply_bulk(connection: Connection, action: str, ids: Sequence[str], tags: Sequence[str], undo_token: str) -> None:
    """Do the action to these workspaces, whose rows the caller has locked, and keep what undoes it."""
    connection.execute(insert(t.bulk_undo).values(undo_token=undo_token, action=action))
    column, value = _CHANGES.get(action, (None, None))
    was = "to_jsonb(w)" if column is None else f"jsonb_build_object('{column}', w.{column})"
    values: dict[str, Any] = {"ids": list(ids), "token": undo_token, "tags": list(tags)}
    _execute(
        connection,
        "INSERT INTO bulk_undo_row (undo_token, workspace_id, was, revision_after)"  # noqa: S608  (_CHANGES gives it)
        f" SELECT :token, w.workspace_id, {was}, w.revision + 1"
        " FROM showcase_workspace w WHERE w.workspace_id = ANY(:ids)",
        values,
    )
    if column is None:
        _execute(connection, "DELETE FROM showcase_workspace WHERE workspace_id = ANY(:ids)", values)
    else:
        _execute(
            connection,
            f"UPDATE showcase_workspace SET {column} = {value}, revision = revision + 1,"  # noqa: S608
            " updated_at = clock_timestamp() WHERE workspace_id = ANY(:ids)",
            values,
        )
    c = t.bulk_undo.c
    oldest = select(c.undo_token).where(c.action != "delete").order_by(c.made_at.desc()).offset(KEPT_UNDOS)
    connection.execute(delete(t.bulk_undo).where(c.undo_token.in_(oldest)))


def _execute(connection: Connection, statement: str, values: dict[str, Any]) -> Any:
    arrays = {"ids": ARRAY(String), "tags": ARRAY(String)}
    used = [name for name in values if f":{name}" in statement]
    bound = [bindparam(name, type_=arrays.get(name)) for name in used]
    return connection.execute(text(statement).bindparams(*bound), {name: values[name] for name in used})


def take_undo(connection: Connection, undo_token: str) -> str | None:
    """The action that the token undoes, kept from everybody else; None where it is unknown, spent or forgotten."""
    query = select(t.bulk_undo.c.action).where(t.bulk_undo.c.undo_token == undo_token).with_for_update()
    return connection.execute(query).scalar()


def undo_bulk(connection: Connection, action: str, undo_token: str) -> tuple[list[str], list[str]]:
    """Put the rows back as they were; returns the ids that were, and those that were changed or made since."""
    values: dict[str, Any] = {"token": undo_token}
    column, _ = _CHANGES.get(action, (None, None))
    if column is None:
        statement = (
            f"INSERT INTO showcase_workspace ({', '.join(_STORED)}) OVERRIDING SYSTEM VALUE"  # noqa: S608
            f" SELECT {', '.join(f'b.{name}' for name in _STORED)} FROM bulk_undo_row r,"
            " jsonb_populate_record(NULL::showcase_workspace, r.was) b"
            " WHERE r.undo_token = :token ON CONFLICT DO NOTHING RETURNING workspace_id"
        )
    else:
        back = f"(r.was ->> '{column}')::boolean" if column != "tags" else "r.was -> 'tags'"
        statement = (
            f"UPDATE showcase_workspace w SET {column} = {back}, revision = w.revision + 1,"  # noqa: S608
            " updated_at = clock_timestamp() FROM bulk_undo_row r WHERE r.undo_token = :token"
            " AND w.workspace_id = r.workspace_id AND w.revision = r.revision_after RETURNING w.workspace_id"
        )
    restored = set(_execute(connection, statement, values).scalars())
    rows = t.bulk_undo_row
    all_ids = (
        connection.execute(
            select(rows.c.workspace_id).where(rows.c.undo_token == undo_token).order_by(rows.c.workspace_id)
        )
        .scalars()
        .all()
    )
    connection.execute(delete(t.bulk_undo).where(t.bulk_undo.c.undo_token == undo_token))
    return [one for one in all_ids if one in restored], [one for one in all_ids if one not in restored]


def leave_to_import(connection: Connection, workspace_id: str) -> None:
    """Keep every older change of this id from being undone: what an import puts there is another row than it changed.

    Its revision says nothing then, for the imported row counts its own.
    """
    c = t.bulk_undo_row.c
    connection.execute(update(t.bulk_undo_row).where(c.workspace_id == workspace_id).values(revision_after=None))


def forget_undos(connection: Connection) -> int:
    """Forget every bulk action that could be undone; returns how many."""
    return connection.execute(delete(t.bulk_undo)).rowcount
