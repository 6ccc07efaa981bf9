"""Searches as hypothesis draws them, and the plain evaluator that the database is compared with."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from datetime import date, datetime

from hypothesis import strategies as st

from showcase.demand.presets import Scenario
from showcase.workspaces.search import FIELDS, FLAGS, STATUSES, And, Compare, Flag, Not, Or, Query, Word

OPERATORS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Item:
    """A workspace as far as searches can see it."""

    workspace_id: str
    created_at: datetime
    name: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    status: str = "completed"
    scenario: str = "demo_minimal"
    seed: int = 42
    pinned: bool = False
    archived: bool = False
    replayed_from: str | None = None
    result: dict[str, object] = field(default_factory=dict)


def agrees(query: Query, item: Item) -> bool:
    """Whether the item is found, said as plainly as can be."""
    match query:
        case Word(text):
            texts = (item.name or "", item.notes or "", *item.tags)
            return any(text.lower() in one.lower() for one in texts)
        case Flag(name):
            return {"pinned": item.pinned, "archived": item.archived, "replay": item.replayed_from is not None}[name]
        case Not(part):
            return not agrees(part, item)
        case And(parts):
            return all(agrees(part, item) for part in parts)
        case Or(parts):
            return any(agrees(part, item) for part in parts)
        case Compare(name, sign, value):
            return _compares(name, sign, value, item)


def _compares(name: str, sign: str, value: str | float | date, item: Item) -> bool:
    if isinstance(value, str) and name in ("name", "notes"):
        return value.lower() in (getattr(item, name) or "").lower()
    if isinstance(value, str) and name in ("tag", "id"):
        return value in item.tags if name == "tag" else item.workspace_id.startswith(value)
    found = {
        "status": item.status,
        "scenario": item.scenario,
        "model": item.result.get("winner_model_type"),
        "seed": item.seed,
        "wape": item.result.get("winner_wape"),
        "score": item.result.get("winner_value"),
        "seconds": item.result.get("wall_clock_s"),
        "created": item.created_at.date(),
    }[name]
    return found is not None and bool(OPERATORS[sign](found, value))


def _terms(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Query]:
    values: dict[str, st.SearchStrategy[object]] = {
        "status": st.sampled_from(STATUSES),
        "scenario": st.sampled_from([str(one) for one in Scenario]),
        "number": st.integers(-(10**6), 10**6).map(lambda n: n / 100),
        "day": st.dates(date(2025, 12, 25), date(2026, 1, 10)),
    }
    compared = [
        st.builds(
            Compare,
            st.just(name),
            st.sampled_from(list(OPERATORS)) if kind in ("number", "day") else st.just("="),
            values.get(kind, texts),
        )
        for name, (kind, _) in FIELDS.items()
    ]
    return st.one_of(st.builds(Word, texts), st.builds(Flag, st.sampled_from(list(FLAGS))), *compared)


def queries(texts: st.SearchStrategy[str], max_leaves: int = 8) -> st.SearchStrategy[Query]:
    """Trees as the parser makes them: no AND directly in an AND, no OR in an OR."""

    def grow(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
        def several(kind: type[And] | type[Or]) -> st.SearchStrategy[Query]:
            others = inner.filter(lambda part: not isinstance(part, kind))
            return st.lists(others, min_size=2, max_size=3).map(lambda parts: kind(tuple(parts)))

        return st.one_of(st.builds(Not, inner), several(And), several(Or))

    return st.recursive(_terms(texts), grow, max_leaves=max_leaves)
