"""One session's place in the library, over a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from showcase.console.bulk_words import BULK
from showcase.console.search_help import refusal_html, search_help_html
from showcase.console.shelf import Shelf, place_of
from showcase.console.state import ConsoleState
from showcase.console.stores.library import PAGE_ROWS, LibraryStore
from showcase.console.views.asking import Question
from showcase.console.views.bulk_bar import BulkBar
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation
from showcase.workspaces.search import FIELDS, FLAGS
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
NUMBER = PAGE_ROWS + 7


def item(number: int) -> Item:
    return Item(
        workspace_id=workspace_id(number),
        created_at=FIRST + timedelta(minutes=number),
        name=f"number-{number}",
        tags=("odd",) if number % 2 else (),
        status="failed" if number % 10 == 0 else "completed",
    )


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Iterator[Shelf]:
    launcher = launcher_over(database, tmp_path)
    put_items(database, [item(number) for number in range(NUMBER)])
    store = LibraryStore(Installation(Settings(home=tmp_path), database, launcher.services, launcher, None))
    yield Shelf(ConsoleState(), store)
    launcher.close()


def shown(shelf: Shelf) -> list[str]:
    return [str(one.name) for one in shelf.listing.page.workspaces]


def change(shelf: Shelf, act: object, *arguments: object, **named: object) -> None:
    """Do it on a loop, and wait for the reads that it leads to."""

    async def done() -> None:
        act(*arguments, **named)  # type: ignore[operator]
        # what was read may lead to another wish
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.gather(*others)

    asyncio.run(done())


def test_pages_follow_one_another_and_the_url_keeps_the_place(shelf: Shelf) -> None:
    asyncio.run(shelf.refresh())
    first = shown(shelf)
    assert len(first) == PAGE_ROWS
    assert shelf.listing.kept == NUMBER
    change(shelf, shelf.turn, is_forward=True)
    assert shown(shelf) == [f"number-{number}" for number in range(6, -1, -1)]
    again = Shelf(ConsoleState(), shelf.store)
    change(again, again.state.go, shelf.state.query())
    assert shown(again) == shown(shelf)
    change(shelf, shelf.turn, is_forward=False)
    assert shown(shelf) == first


def test_a_place_of_another_list_begins_at_the_first_page(shelf: Shelf) -> None:
    asyncio.run(shelf.refresh())
    cursor = shelf.listing.page.next
    change(shelf, shelf.state.param.update, search="status:failed", filters={"at": [cursor]})
    assert shown(shelf) == [f"number-{number}" for number in range(50, -1, -10)]
    assert "at" not in shelf.state.filters


def test_ticks_stay_across_pages_and_all_that_match_can_be_taken(shelf: Shelf) -> None:
    asyncio.run(shelf.refresh())
    shelf.tick([workspace_id(56), workspace_id(55)])
    change(shelf, shelf.turn, is_forward=True)
    shelf.tick([workspace_id(3)])
    assert list(shelf.ticked) == [workspace_id(56), workspace_id(55), workspace_id(3)]
    change(shelf, shelf.turn, is_forward=False)
    shelf.tick([workspace_id(55)])
    assert shelf.reach() == {"ids": [workspace_id(55), workspace_id(3)]}
    change(shelf, shelf.search, "tag:odd")
    shelf.takes_all = True
    assert shelf.reach() == {"filter": {"search": "tag:odd"}}
    assert asyncio.run(shelf.store.preview({"action": "pin", **shelf.reach()})).count == NUMBER // 2
    change(shelf, shelf.search, "tag:other")
    assert not shelf.takes_all  # what was meant is another set now


def test_a_refused_search_keeps_the_page_and_points_at_the_place(shelf: Shelf) -> None:
    asyncio.run(shelf.refresh())
    before = shown(shelf)
    change(shelf, shelf.search, "tag:odd ORR (<b>")
    assert shown(shelf) == before
    assert place_of(shelf.refusal, shelf.state.search) == ("tag:odd ORR (", "<b>")
    html = refusal_html(shelf.refusal, shelf.state.search)
    assert "<mark>&lt;</mark>b&gt;" in html
    change(shelf, shelf.search, "tag:odd")
    assert shelf.refusal is None


def test_other_columns_need_no_reading_and_clear_takes_every_filter_away(shelf: Shelf) -> None:
    asyncio.run(shelf.refresh())
    listing = shelf.listing
    change(shelf, shelf.choose, columns=["name", "seed"])
    assert shelf.listing is listing
    assert shelf.columns == ("name", "seed")
    change(shelf, shelf.choose, tag=["odd"], status="failed", order="name")
    assert shown(shelf) == []
    change(shelf, shelf.clear)
    assert len(shown(shelf)) == PAGE_ROWS
    assert shelf.choices.order == "name"


def test_the_help_has_every_field_and_claim() -> None:
    html = search_help_html()
    assert all(f"<code>{name}</code>" in html for name in (*FIELDS, *FLAGS))


@pytest.mark.parametrize("action", BULK)
def test_every_bulk_action_is_asked_for_with_whom_it_reaches(shelf: Shelf, action: str) -> None:
    asyncio.run(shelf.refresh())
    shelf.tick([workspace_id(56), workspace_id(55)])
    question = Question()
    bar = BulkBar(shelf, question)
    asyncio.run(bar._preview(action))
    assert question.act is not None
    words, *_ = question._dialog.objects[0].objects
    assert BULK[action].means.split(",")[0] in words.object
    if action in ("pin", "tag", "archive", "export", "delete"):
        assert "<b>2 workspaces</b>" in words.object
        assert "number-56 and number-55" in words.object


def test_tags_are_added_to_all_that_match_and_the_figures_are_theirs(shelf: Shelf) -> None:
    change(shelf, shelf.search, "tag:odd")
    shelf.takes_all = True
    question = Question()
    bar = BulkBar(shelf, question)
    asyncio.run(bar._preview("tag"))
    words, field, *_ = question._dialog.objects[0].objects
    assert f"<b>{NUMBER // 2} workspaces</b>" in words.object
    assert "Ticked" not in words.object
    field.value = "fête, odd"
    assert question.act is not None
    act = question.act._act

    async def add() -> None:
        await act()

    asyncio.run(add())
    assert len(shelf.done[1].affected) == NUMBER // 2
    assert shelf.listing.page.workspaces[0].tags == ["odd", "fête"]
