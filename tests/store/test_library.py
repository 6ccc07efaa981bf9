"""The database finds what the plain evaluator finds, and pages join up to the whole list."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from showcase.errors import InvalidInputError
from showcase.services.workspaces import WorkspaceService
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.workspace_filter import query_condition
from showcase.testing import services_over
from showcase.workspaces.listing import SORT_KEYS
from showcase.workspaces.search import STATUSES, Query, parse_search, print_search
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item, agrees, queries

WORDS = ("demo", "Demo-2", "100%", "a_b", "a\\b", "two words", "OR", "ßtraße", "x")
FIRST = datetime(2025, 12, 28, tzinfo=UTC)


def _items(count: int) -> list[Item]:
    draw = random.Random(7)
    return [
        Item(
            workspace_id(number + 1),
            FIRST + timedelta(hours=draw.randrange(24 * 12)),
            name=draw.choice((None, "demo", "demo-2", "first_try")),
            notes=draw.choice((None, *WORDS)),
            tags=tuple(draw.sample(WORDS, draw.choice((0, 0, 1, 3)))),
            status=draw.choice(STATUSES[1:]),
            scenario=draw.choice(("sparse", "demo_minimal")),
            seed=draw.choice((7, 42)),
            pinned=draw.random() < 0.2,
            archived=draw.random() < 0.2,
            replayed_from=draw.choice((None, workspace_id(999))),
            result=draw.choice(
                (
                    {},
                    {"winner_wape": None, "winner_model_type": None},
                    {"winner_wape": 19.5, "winner_value": 3.0, "winner_model_type": "naive", "wall_clock_s": 1.5},
                    {"winner_wape": 20.0, "winner_value": 20.0, "winner_model_type": "x", "wall_clock_s": 2},
                )
            ),
        )
        for number in range(count)
    ]


ITEMS = _items(60)


@pytest.fixture
def library(database: Database, tmp_path: Path) -> WorkspaceService:
    put_items(database, ITEMS)
    return services_over(database, tmp_path).workspaces


@pytest.fixture
def found_by(library: WorkspaceService, database: Database) -> Callable[[Query], set[str]]:
    def find(query: Query) -> set[str]:
        with database.read() as connection:
            found = select(t.showcase_workspace.c.workspace_id).where(query_condition(query))
            return set(connection.execute(found).scalars())

    return find


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries(st.sampled_from(WORDS)))
def test_the_database_finds_what_the_plain_evaluator_finds(found_by: Callable[[Query], set[str]], query: Query) -> None:
    assert found_by(query) == {item.workspace_id for item in ITEMS if agrees(query, item)}, print_search(query)


@pytest.mark.parametrize(
    "text",
    ["wape<20", "NOT wape<20", "wape<=20", "created>2026-01-01", "created:2026-01-01", "tag:x NOT status:failed",
     "scenario:sparse OR pinned", "demo NOT (archived OR replay)", "model:naive seconds<2", '"100%"', "a_b"],
)  # fmt: skip
def test_each_kind_of_term_finds_some_and_leaves_some(found_by: Callable[[Query], set[str]], text: str) -> None:
    query = parse_search(text)
    assert query is not None
    found = found_by(query)
    assert found == {item.workspace_id for item in ITEMS if agrees(query, item)}
    assert 0 < len(found) < len(ITEMS)


@pytest.mark.fault("I4")
@pytest.mark.parametrize("piece", ["100%", "a_b", "a\\b", "OR", "wo wor", "DEMO"])
def test_q_is_always_a_literal_substring(library: WorkspaceService, piece: str) -> None:
    expected = {
        item.workspace_id
        for item in ITEMS
        if any(piece.lower() in one.lower() for one in (item.name or "", item.notes or "", *item.tags))
    }
    page = library.find(q=piece, include_archived=True, limit=100)
    assert {one.workspace_id for one in page.workspaces} == expected
    assert 0 < page.total == len(expected)


def _walk(library: WorkspaceService, **request: Any) -> list[list[str]]:
    """The pages from the first to the last; on the way back each is the same."""
    pages, cursor, backwards = [], None, []
    while True:
        page = library.find(cursor=cursor, **request)
        pages.append([str(one.workspace_id) for one in page.workspaces])
        backwards.append(page.previous)
        if page.next is None:
            break
        cursor = page.next
    assert backwards[0] is None
    for number in range(len(pages) - 1, 0, -1):
        before = library.find(cursor=backwards[number], **request)
        assert [one.workspace_id for one in before.workspaces] == pages[number - 1]
        assert (before.previous is None) == (number == 1)
    return pages


@pytest.mark.parametrize("sort_order", ["asc", "desc"])
@pytest.mark.parametrize("sort_by", [*SORT_KEYS, "nonsense"])
def test_pages_join_up_to_the_whole_list_in_its_order(library: WorkspaceService, sort_by: str, sort_order: str) -> None:
    request = {"sort_by": sort_by, "sort_order": sort_order, "include_archived": True}
    pages = _walk(library, limit=7, **request)
    whole = [str(one.workspace_id) for one in library.find(limit=100, **request).workspaces]
    assert [one for page in pages for one in page] == whole
    by_id = {item.workspace_id: item for item in ITEMS}
    assert sorted(whole) == sorted(by_id)
    key: Callable[[Item], Any] = {
        "name": lambda item: item.name,
        "seed": lambda item: item.seed,
        "status": lambda item: item.status,
        "metric": lambda item: item.result.get("winner_value"),
        "wall_clock": lambda item: item.result.get("wall_clock_s"),
    }.get(sort_by, lambda item: item.created_at)
    is_pinned = [by_id[one].pinned for one in whole]
    assert is_pinned == sorted(is_pinned, reverse=True)
    for group in (True, False):
        keys = [key(by_id[one]) for one in whole if by_id[one].pinned is group]
        present = [one for one in keys if one is not None]
        assert keys == [*present, *[None] * (len(keys) - len(present))], "rows without the key come last"
        assert present == sorted(present, reverse=sort_order == "desc")


def test_archived_ones_are_left_out_unless_asked_for(library: WorkspaceService) -> None:
    kept = {item.workspace_id for item in ITEMS if not item.archived}
    assert {one.workspace_id for one in library.find(limit=100).workspaces} == kept
    assert library.list(100)[1] == len(kept)


def test_all_filters_combine_with_and(library: WorkspaceService) -> None:
    page = library.find(
        tags=["demo"], status="failed", scenario="sparse", since="2025-12-29", until="2026-01-08", limit=100
    )
    expected = {
        item.workspace_id
        for item in ITEMS
        if "demo" in item.tags and item.status == "failed" and item.scenario == "sparse" and not item.archived
        and datetime(2025, 12, 29, tzinfo=UTC) <= item.created_at < datetime(2026, 1, 9, tzinfo=UTC)
    }  # fmt: skip
    assert {one.workspace_id for one in page.workspaces} == expected


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"sort_order": "up"}, "sort_order"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": True}, "limit"),
        ({"status": "asleep"}, "status"),
        ({"scenario": "nope"}, "scenario"),
        ({"since": "01.01.2026"}, "since"),
        ({"colour": "red"}, "colour"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"q": "a\x00"}, "q"),
        ({"search": "status:asleep"}, "search, character 8"),
    ],
)
def test_a_list_that_cannot_be_made_names_the_field(
    library: WorkspaceService, request_: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        library.find(**request_)
    assert refused.value.errors[0].field == field


def test_a_cursor_of_another_list_is_refused(library: WorkspaceService) -> None:
    cursor = library.find(limit=5).next
    assert library.find(limit=9, cursor=cursor).workspaces
    for other in ({"sort_order": "asc"}, {"status": "failed"}, {"sort_by": "name"}):
        with pytest.raises(InvalidInputError, match="cursor"):
            library.find(cursor=cursor, **other)


def test_a_total_beyond_ten_thousand_says_that_it_is_not_exact(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from showcase.store import library as module

    put_items(database, ITEMS[:12])
    library = services_over(database, tmp_path).workspaces
    monkeypatch.setattr(module, "EXACT_UP_TO", 10)
    page = library.find(include_archived=True)
    assert (page.total, page.total_is_exact, len(page.workspaces)) == (10, False, 12)
    monkeypatch.setattr(module, "EXACT_UP_TO", 12)
    page = library.find(include_archived=True)
    assert (page.total, page.total_is_exact) == (12, True)
