"""Lineage is found in one query, whatever is gone and whoever goes in circles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from showcase.store.engine import Database
from showcase.store.lineage import read_ancestors, read_kin, read_library
from showcase.workspaces.lineage import Lineage, build_lineage, kinship
from showcase.workspaces.listing import parse_filter
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def _put(database: Database, sources: dict[int, int | None]) -> None:
    put_items(
        database,
        [
            Item(workspace_id(number), MADE + timedelta(minutes=number), name=f"n{number}",
                 replayed_from=None if source is None else workspace_id(source),
                 result={"verdict": {"overall": "identical"}} if source else {})
            for number, source in sources.items()
        ],
    )  # fmt: skip


def _lineage(database: Database, number: int, *, with_family: bool = False) -> Lineage:
    with database.read() as connection:
        kin, is_whole = read_kin(connection, workspace_id(number), with_family=with_family)
    return build_lineage(workspace_id(number), kin, is_whole=is_whole)


def _relations(graph: Lineage) -> dict[int, str]:
    return {int(node.workspace_id, 16): node.relation for node in graph.nodes}


def _edges(graph: Lineage) -> set[tuple[int, int]]:
    return {(int(edge.source, 16), int(edge.replay, 16)) for edge in graph.edges}


def test_ancestors_and_descendants_but_no_cousins(database: Database) -> None:
    # 1 <- 2 <- 4, 5;  1 <- 3;  6 stands alone
    _put(database, {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: None})
    graph = _lineage(database, 2)
    assert _relations(graph) == {1: "ancestor", 2: "self", 4: "descendant", 5: "descendant"}
    assert _edges(graph) == {(1, 2), (2, 4), (2, 5)}
    assert {edge.verdict for edge in graph.edges} == {"identical"}
    assert _relations(_lineage(database, 2, with_family=True)) == {
        1: "ancestor", 2: "self", 3: "family", 4: "descendant", 5: "descendant",
    }  # fmt: skip
    assert _relations(_lineage(database, 6)) == {6: "self"}


def test_an_ancestor_that_is_gone_is_marked(database: Database) -> None:
    _put(database, {2: 1, 3: 2})
    graph = _lineage(database, 3)
    assert [(int(node.workspace_id, 16), node.is_deleted) for node in graph.nodes] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    assert _edges(graph) == {(1, 2), (2, 3)}


@pytest.mark.parametrize("start", [1, 2, 3])
def test_a_circle_is_survived(database: Database, start: int) -> None:
    _put(database, {1: 3, 2: 1, 3: 2})
    graph = _lineage(database, start, with_family=True)
    assert set(_relations(graph)) == {1, 2, 3}
    assert _edges(graph) == {(3, 1), (1, 2), (2, 3)}


def test_sources_stand_before_their_replays(database: Database) -> None:
    _put(database, {1: 5, 5: 3, 3: 7, 7: None})
    assert list(_relations(_lineage(database, 5))) == [7, 3, 5, 1]


def test_ten_thousand_ancestors_are_found_and_one_more_is_said_to_be_missing(database: Database) -> None:
    _put(database, {number: number - 1 or None for number in range(1, 10_002)})
    assert len(_lineage(database, 10_000).nodes) == 10_000
    cut = _lineage(database, 10_001)
    assert (len(cut.nodes), cut.is_whole) == (10_000, False)
    assert _relations(cut)[10_001] == "self"


def test_the_whole_library_has_every_tree_and_the_deleted_ones_that_were_replayed(database: Database) -> None:
    _put(database, {2: 1, 3: 2, 4: None, 5: 98, 6: 98})
    with database.read() as connection:
        kin, is_whole = read_library(connection, parse_filter({}))
        only, _ = read_library(connection, parse_filter({"search": "name:n3 OR name:n4"}))
    graph = build_lineage(None, kin, is_whole=is_whole)
    assert {int(node.workspace_id, 16) for node in graph.nodes if node.is_deleted} == {1, 98}
    assert _edges(graph) == {(1, 2), (2, 3), (98, 5), (98, 6)}
    assert (graph.is_whole, {node.relation for node in graph.nodes}) == (True, {"library"})
    filtered = build_lineage(None, only, is_whole=True)
    assert ({int(node.workspace_id, 16) for node in filtered.nodes}, filtered.edges) == ({3, 4}, ())


def test_what_two_workspaces_are_to_one_another(database: Database) -> None:
    # 1 <- 2 <- 3 <- 4;  1 <- 5;  6 alone;  7 and 8 replay each other;  9 and 10 replay what is gone
    sources = {1: None, 2: 1, 3: 2, 4: 3, 5: 1, 6: None, 7: 8, 8: 7, 9: 99, 10: 99}
    _put(database, sources)
    with database.read() as connection:
        ancestors = read_ancestors(connection, [workspace_id(number) for number in sources])
    source_of = {workspace_id(one): workspace_id(of) if of else None for one, of in sources.items()}

    def between(one: int, other: int) -> str:
        return kinship(workspace_id(one), workspace_id(other), ancestors, source_of)

    assert [between(2, other) for other in (1, 3, 4, 5, 6)] == ["replay", "source", "ancestor", "family", "unrelated"]
    assert (between(4, 1), between(7, 8), between(9, 10)) == ("descendant", "replay", "family")
