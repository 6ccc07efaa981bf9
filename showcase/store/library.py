"""Pages of the library: found by its filters, in one order, from a place on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import visitors

from showcase.errors import FieldError, InvalidInputError
from showcase.store import tables as t
from showcase.store.workspace_filter import filter_condition
from showcase.store.workspaces import COLUMNS, Workspace, as_workspace
from showcase.workspaces.listing import EXACT_UP_TO, Cursor, ListRequest, WorkspaceFilter

_C = t.showcase_workspace.c
_NEWEST = (_C.pinned.desc(), _C.created_at.desc(), _C.id.desc())
_IN_ITS_INDEX = {
    *(column.name for column in t.newest_workspaces.columns),
    *t.newest_workspaces.dialect_options["postgresql"]["include"],
}
_FEW = 1000
"""So many ids are remembered between counting and reading a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some workspaces in their order; `next` and `previous` are cursors, null where the list ends."""

    workspaces: list[Workspace]
    total: int
    total_is_exact: bool
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """How many a filter finds, and the condition that finds them again: their ids, where those are few."""

    total: int
    is_exact: bool
    condition: ColumnElement[bool]


def _count(connection: Connection, wanted: WorkspaceFilter) -> _Found:
    """Counts up to EXACT_UP_TO; a search that finds few had to read all, and is not done again for the page."""
    condition = filter_condition(wanted)
    found = select(_C.id).where(condition).limit(EXACT_UP_TO + 1)
    if _is_answered_by_the_index(condition):
        # in its order, or a large table is read itself, past the server's cache and from the disk each time
        found = found.order_by(*_NEWEST)
    some = found.subquery()
    counted, most = func.count(), min(_FEW, EXACT_UP_TO)
    few = case((counted <= most, func.array_agg(some.c.id)))
    total, ids = connection.execute(select(counted, few)).one()
    if total <= most:
        condition = _C.id == func.any(literal(ids or [], ARRAY(BigInteger)))
    return _Found(min(total, EXACT_UP_TO), total <= EXACT_UP_TO, condition)


def _is_answered_by_the_index(condition: ColumnElement[bool]) -> bool:
    asked = {part.name for part in visitors.iterate(condition) if isinstance(part, Column)}
    return asked <= _IN_ITS_INDEX


def read_page(connection: Connection, request: ListRequest) -> Page:
    """One page; it is compared with the values of a row, so what is added meanwhile moves nothing."""
    place, key = request.place(), _sort_key(request.sort_key)
    is_forward = place is None or place.is_forward
    keys = _order(request, key)
    found = _count(connection, request)
    order = [one.desc() if falls is is_forward else one.asc() for one, falls in keys]
    # the ids first, which an index holds with all that is sorted by, then those few rows
    ids = select(_C.id).where(found.condition)
    if place is not None:
        ids = ids.where(_beyond(request, keys, place))
    chosen = ids.order_by(*order).limit(request.limit + 1).subquery()
    query = select(*COLUMNS, _C.id, key.is_(None).label("key_missing"), key.label("key"))
    rows = list(connection.execute(query.where(_C.id == chosen.c.id).order_by(*order)))
    has_more, rows = len(rows) > request.limit, rows[: request.limit]
    if not is_forward:
        rows.reverse()
    goes_on = has_more if is_forward else True
    came_from = place is not None if is_forward else has_more
    return Page(
        [as_workspace(row) for row in rows],
        found.total,
        found.is_exact,
        _cursor(request, rows[-1], is_forward=True) if rows and goes_on else None,
        _cursor(request, rows[0], is_forward=False) if rows and came_from else None,
    )


def _sort_key(name: str) -> ColumnElement[Any]:
    return _C[{"metric": "winner_value", "wall_clock": "wall_clock_s"}.get(name, name)]


def _order(request: ListRequest, key: ColumnElement[Any]) -> list[tuple[ColumnElement[Any], bool]]:
    """What the list is ordered by, each with whether it falls: pinned first, rows without a key last."""
    falls = request.sort_order == "desc"
    if request.sort_key == "created_at" and falls:
        return [(_C.pinned, True), (key, True), (_C.id, True)]
    if request.sort_key in ("name", "metric", "wall_clock"):
        neutral = literal("") if request.sort_key == "name" else literal(0.0, Float)
        return [
            (_C.pinned, True),
            (case((key.is_(None), 1), else_=0), False),
            (func.coalesce(key, neutral), falls),
            (_C.id, True),
        ]
    return [(_C.pinned, True), (key, falls), (_C.id, True)]


def _beyond(request: ListRequest, keys: list[tuple[ColumnElement[Any], bool]], place: Cursor) -> ColumnElement[bool]:
    """The rows behind the place, or before it where the page lies on that side."""
    pinned, missing, key, row = place.values
    bound = _bound(request.sort_key, key)
    values: list[Any] = [literal(pinned), bound, literal(row)]
    if len(keys) == 4:
        values.insert(1, literal(int(missing)))
    if all(falls for _, falls in keys):
        ours, theirs = tuple_(*(one for one, _ in keys)), tuple_(*values)
        return ours < theirs if place.is_forward else ours > theirs
    found: ColumnElement[bool] = false()
    for (one, falls), value in reversed(list(zip(keys, values, strict=True))):
        is_past = one < value if falls is place.is_forward else one > value
        found = or_(is_past, and_(one == value, found))
    return found


def _bound(sort_key: str, key: object) -> ColumnElement[Any]:
    """The key of a cursor as a value of its column's type; InvalidInputError where somebody changed it."""
    if sort_key in ("name", "status"):
        return literal(str(key))
    if sort_key == "created_at":
        with suppress(ValueError):
            return literal(datetime.fromisoformat(str(key)), _C.created_at.type)
    elif isinstance(key, int | float):
        return literal(float(key), Float)
    raise InvalidInputError(
        "The cursor does not belong to this list.",
        "Ask for the first page, without a cursor, and follow its next.",
        [FieldError("cursor", repr(key)[:40], f"a place in a list sorted by {sort_key}")],
    )


def _cursor(request: ListRequest, row: Any, *, is_forward: bool) -> str:
    key = row.key.isoformat() if isinstance(row.key, datetime) else row.key
    if row.key_missing:
        key = "" if request.sort_key == "name" else 0.0
    return Cursor(is_forward, (row.pinned, row.key_missing, key, row.id)).text(request.fingerprint())
