"""The filters of the library as conditions on its table."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from showcase.store import tables as t
from showcase.workspaces.listing import WorkspaceFilter
from showcase.workspaces.search import And, Compare, Flag, Not, Or, Query, Word

_C = t.showcase_workspace.c
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    return func.coalesce(func.strpos(func.lower(column), func.lower(literal(text))) > 0, false())


def _in_a_tag(text: str) -> ColumnElement[bool]:
    tag = func.jsonb_array_elements_text(_C.tags).table_valued("value")
    # most workspaces have no tag at all: asked first, it saves the unnesting
    return and_(_C.tags != literal([], JSONB), select(1).select_from(tag).where(_contains(tag.c.value, text)).exists())


def _has_text(text: str) -> ColumnElement[bool]:
    return or_(_contains(_C.name, text), _contains(_C.notes, text), _in_a_tag(text))


def _has_tag(tag: str) -> ColumnElement[bool]:
    return _C.tags.contains([tag])


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _made(sign: str, day: date) -> ColumnElement[bool]:
    """Compares whole days in UTC, so that an index on the moment serves."""
    begins, ends = (
        _start_of(day),
        (_start_of(day + timedelta(1)) if day < date.max else datetime.max.replace(tzinfo=UTC)),
    )
    made = _C.created_at
    return {
        "=": and_(made >= begins, made < ends),
        "<": made < begins,
        "<=": made < ends,
        ">": made >= ends,
        ">=": made >= begins,
    }[sign]


_FLAGS: dict[str, ColumnElement[bool]] = {
    "pinned": _C.pinned,
    "archived": _C.archived,
    "replay": _C.replayed_from_workspace_id.is_not(None),
}
_NUMBERS: dict[str, ColumnElement[Any]] = {
    "seed": _C.seed,
    "wape": _C.winner_wape,
    "score": _C.winner_value,
    "seconds": _C.wall_clock_s,
}
_TEXTS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "tag": _has_tag,
    "name": lambda text: _contains(_C.name, text),
    "notes": lambda text: _contains(_C.notes, text),
    "id": lambda text: _C.workspace_id.startswith(text, autoescape=True),
    "model": lambda text: func.coalesce(_C.winner_model_type == text, false()),
    "status": lambda text: _C.status == text,
    "scenario": lambda text: _C.scenario == text,
}


def _compare(term: Compare) -> ColumnElement[bool]:
    if isinstance(term.value, date):
        return _made(term.operator, term.value)
    if isinstance(term.value, str):
        return _TEXTS[term.field](term.value)
    compared = _OPERATORS[term.operator](_NUMBERS[term.field], literal(term.value, Float))
    return func.coalesce(compared, false())


def query_condition(query: Query) -> ColumnElement[bool]:
    """The tree of a search as a condition that is never null."""
    match query:
        case Word(text):
            return _has_text(text)
        case Compare():
            return _compare(query)
        case Flag(name):
            return _FLAGS[name]
        case Not(part):
            return not_(query_condition(part))
        case And(parts):
            return and_(*map(query_condition, parts))
        case Or(parts):
            return or_(*map(query_condition, parts))


def filter_condition(wanted: WorkspaceFilter) -> ColumnElement[bool]:
    """Every filter, combined with AND."""
    query = wanted.query()
    terms = [
        None if wanted.include_archived else not_(_C.archived),
        _has_text(wanted.q) if wanted.q else None,
        query_condition(query) if query is not None else None,
        _C.tags.contains(wanted.tags) if wanted.tags else None,
        _C.status == wanted.status if wanted.status else None,
        _C.scenario == wanted.scenario if wanted.scenario else None,
        _made(">=", wanted.since) if wanted.since else None,
        _made("<=", wanted.until) if wanted.until else None,
    ]
    return and_(true(), *(term for term in terms if term is not None))
