"""What the library says about itself."""

from __future__ import annotations

from datetime import UTC, datetime

from showcase.store.engine import Database
from showcase.store.library_facts import count_kept, count_replays, list_tags
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item

MADE = datetime(2026, 11, 1, tzinfo=UTC)


def test_an_empty_library_has_nothing_to_say(database: Database) -> None:
    with database.read() as connection:
        assert count_kept(connection) == 0
        assert list_tags(connection, 5) == []
        assert count_replays(connection, [workspace_id(1)]) == {}


def test_all_are_counted_and_tags_come_by_their_number_then_by_name(database: Database) -> None:
    tags = [("b",), ("b", "a"), ("c",), ()]
    put_items(database, [Item(workspace_id(at), MADE, tags=each, archived=at == 2) for at, each in enumerate(tags)])
    with database.read() as connection:
        assert count_kept(connection) == 4
        assert list_tags(connection, 5) == [("b", 2), ("a", 1), ("c", 1)]
        assert list_tags(connection, 1) == [("b", 2)]


def test_only_direct_replays_count(database: Database) -> None:
    sources = [None, workspace_id(0), workspace_id(0), workspace_id(1), workspace_id(9)]
    put_items(database, [Item(workspace_id(at), MADE, replayed_from=one) for at, one in enumerate(sources)])
    with database.read() as connection:
        found = count_replays(connection, [workspace_id(at) for at in range(5)])
    assert found == {workspace_id(0): 2, workspace_id(1): 1}
