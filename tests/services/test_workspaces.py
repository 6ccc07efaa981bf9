"""Workspaces are edited field by field, changed in bulk with a preview, and everything can be taken back once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.services.workspace_bulk import BulkService
from showcase.services.workspaces import OutdatedRevisionError, WorkspaceService
from showcase.store.bulk import KEPT_UNDOS
from showcase.store.contention import TRIES
from showcase.store.engine import Database
from showcase.store.workspaces import put_saved_search
from showcase.testing import services_over
from tests.store.contended import let_pass_each, meet, tries
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item

MADE = datetime(2026, 1, 1, tzinfo=UTC)
ONE, TWO, THREE, FOUR, GONE = (workspace_id(number) for number in (1, 2, 3, 4, 99))
ITEMS = (
    Item(ONE, MADE, name="one", notes="first", tags=("a", "b"), status="failed"),
    Item(TWO, MADE + timedelta(1), name="two", pinned=True, replayed_from=ONE),
    Item(THREE, MADE + timedelta(2), name="three", archived=True),
    Item(FOUR, MADE + timedelta(3), name="four", status="running"),
)


@pytest.fixture
def workspaces(database: Database, tmp_path: Path) -> WorkspaceService:
    put_items(database, ITEMS)
    return services_over(database, tmp_path).workspaces


@pytest.fixture
def bulk(workspaces: WorkspaceService, database: Database, tmp_path: Path) -> BulkService:
    return services_over(database, tmp_path).bulk


def test_only_what_was_sent_changes(workspaces: WorkspaceService) -> None:
    before = workspaces.show(ONE)
    after = workspaces.edit(ONE, {"notes": "better", "pinned": True})
    assert (after.notes, after.pinned, after.revision) == ("better", True, 2)
    assert (after.name, after.tags, after.archived) == (before.name, before.tags, before.archived)
    assert after.updated_at > before.updated_at
    assert workspaces.show(ONE) == after


def test_null_clears_the_name_and_the_notes(workspaces: WorkspaceService) -> None:
    after = workspaces.edit(ONE, {"name": None, "notes": None})
    assert (after.name, after.notes) == (None, None)
    assert workspaces.edit(TWO, {"notes": "  \n "}).notes is None


def test_tags_are_replaced_whole_and_cleaned(workspaces: WorkspaceService) -> None:
    assert workspaces.edit(ONE, {"tags": [" z ", "cafe\u0301"]}).tags == ["z", "caf\u00e9"]
    assert workspaces.edit(ONE, {"tags": []}).tags == []


@pytest.mark.fault("I3")
def test_what_was_typed_in_another_form_is_found(workspaces: WorkspaceService) -> None:
    workspaces.edit(ONE, {"tags": ["caf\u00e9"], "notes": "\u00fcber"})
    for asked in ({"q": "cafe\u0301"}, {"q": "u\u0308ber"}, {"search": "tag:cafe\u0301"}, {"tags": ["cafe\u0301"]}):
        assert [one.workspace_id for one in workspaces.find(**asked).workspaces] == [ONE], asked


def test_an_edit_that_changes_nothing_keeps_the_revision(workspaces: WorkspaceService) -> None:
    assert workspaces.edit(ONE, {"name": "one", "tags": ["a", "b"]}) == workspaces.show(ONE)
    assert workspaces.show(ONE).revision == 1


@pytest.mark.fault("I5")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"archived": None}, "archived"),
        ({"pinned": None}, "pinned"),
        ({"tags": None}, "tags"),
        ({"pinned": 1}, "pinned"),
        ({"name": "Two Words"}, "name"),
        ({"name": ""}, "name"),
        ({"notes": "x" * 2001}, "notes"),
        ({"notes": "a\x00"}, "notes"),
        ({"notes": "a\u202eb"}, "notes"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"tags": ["a", "a "]}, "tags"),
        ({"tags": [" "]}, "tags"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
        ({"tags": ["a\nb"]}, "tags"),
        ({"tags": "ab"}, "tags"),
        ({"status": "completed"}, "status"),
        ({"revision": 0}, "revision"),
    ],
)
def test_a_refused_edit_names_the_field_and_changes_nothing(
    workspaces: WorkspaceService, changes: dict[str, Any], field: str
) -> None:
    before = workspaces.show(ONE)
    with pytest.raises(InvalidInputError) as refused:
        workspaces.edit(ONE, {"name": "other", **changes})
    assert refused.value.errors[0].field == field
    assert workspaces.show(ONE) == before


def test_the_longest_texts_are_kept(workspaces: WorkspaceService) -> None:
    tags = [f"{number:040d}" for number in range(20)]
    after = workspaces.edit(ONE, {"notes": "n" * 2000, "tags": tags, "name": "a" * 100})
    assert (len(after.notes or ""), after.tags, len(after.name or "")) == (2000, tags, 100)


def test_an_outdated_revision_is_refused_with_the_newer_row(workspaces: WorkspaceService) -> None:
    newer = workspaces.edit(ONE, {"notes": "mine", "revision": 1})
    with pytest.raises(OutdatedRevisionError) as refused:
        workspaces.edit(ONE, {"notes": "yours", "revision": 1})
    assert refused.value.reason == "revision"
    assert refused.value.newer == newer
    assert workspaces.edit(ONE, {"notes": "yours", "revision": 2}).revision == 3


def test_an_unknown_workspace_is_not_found(workspaces: WorkspaceService) -> None:
    for ask in (workspaces.show, workspaces.delete, lambda one: workspaces.edit(one, {})):
        with pytest.raises(NotFoundError):
            ask(GONE)


def test_a_deleted_record_is_gone_and_comes_back_as_it_was(workspaces: WorkspaceService, bulk: BulkService) -> None:
    before = workspaces.show(TWO)
    deleted = workspaces.delete(TWO)
    with pytest.raises(NotFoundError):
        workspaces.show(TWO)
    assert deleted.undo_token is not None
    assert bulk.undo(deleted.undo_token).affected == [TWO]
    assert workspaces.show(TWO) == before
    with pytest.raises(NotFoundError, match="undo token"):
        bulk.undo(deleted.undo_token)


def test_a_workspace_whose_run_is_under_way_is_not_deleted(workspaces: WorkspaceService) -> None:
    with pytest.raises(ConflictError) as refused:
        workspaces.delete(FOUR)
    assert refused.value.reason == "running"


def test_a_preview_says_what_would_be_reached_and_changes_nothing(
    workspaces: WorkspaceService, bulk: BulkService
) -> None:
    everything = {"action": "archive", "filter": {"include_archived": True}}
    before = workspaces.find(include_archived=True)
    seen = bulk.preview(everything)
    assert (seen.count, seen.pinned, seen.with_descendants, seen.exported) == (3, 1, 1, 0)
    assert [(one.workspace_id, one.why) for one in seen.left_out] == [(THREE, "archived already")]
    assert workspaces.find(include_archived=True) == before
    assert set(bulk.act(everything).affected) == {ONE, TWO, FOUR}


@pytest.mark.parametrize(
    ("action", "ids", "column", "changed"),
    [
        ("pin", [ONE, TWO], "pinned", {ONE: True}),
        ("unpin", [ONE, TWO], "pinned", {TWO: False}),
        ("archive", [ONE, THREE], "archived", {ONE: True}),
        ("unarchive", [ONE, THREE], "archived", {THREE: False}),
        ("tag", [ONE, TWO], "tags", {ONE: ["a", "b", "c"], TWO: ["b", "c"]}),
        ("untag", [ONE, TWO], "tags", {ONE: ["a"]}),
    ],
)
def test_an_action_reaches_those_it_changes_and_is_taken_back_once(
    workspaces: WorkspaceService, bulk: BulkService, action: str, ids: list[str], column: str, changed: dict[str, Any]
) -> None:
    before = {one: getattr(workspaces.show(one), column) for one in ids}
    values = {"action": action, "ids": [*ids, GONE], **({"tags": ["b", "c"]} if column == "tags" else {})}
    done = bulk.act(values)
    assert done.affected == list(changed)
    assert [one.why for one in done.left_out if one.workspace_id == GONE] == ["not there"]
    assert {one: getattr(workspaces.show(one), column) for one in changed} == changed
    assert {workspaces.show(one).revision for one in changed} == {2}
    assert done.undo_token is not None
    assert bulk.undo(done.undo_token).affected == sorted(changed)
    assert {one: getattr(workspaces.show(one), column) for one in ids} == before


def test_what_was_edited_since_is_left_as_it_is_by_an_undo(workspaces: WorkspaceService, bulk: BulkService) -> None:
    token = bulk.act({"action": "tag", "ids": [ONE, TWO], "tags": ["c"]}).undo_token
    workspaces.edit(TWO, {"tags": ["mine"]})
    assert token is not None
    undone = bulk.undo(token)
    assert (undone.affected, [one.workspace_id for one in undone.left_out]) == ([ONE], [TWO])
    assert workspaces.show(TWO).tags == ["mine"]


@pytest.mark.fault("P12")
def test_a_change_of_many_that_gives_way_to_another_is_begun_anew(
    database: Database, workspaces: WorkspaceService, bulk: BulkService
) -> None:
    let_pass_each(database, "showcase_workspace", TRIES)
    token = bulk.act({"action": "tag", "ids": [ONE, TWO], "tags": ["c"]}).undo_token
    assert (workspaces.show(TWO).tags, workspaces.show(TWO).revision) == (["c"], 2)
    assert token is not None
    assert set(bulk.undo(token).affected) == {ONE, TWO}
    assert workspaces.show(TWO).tags == []
    assert tries(database, "showcase_workspace") == 2 * TRIES


def test_pinned_ones_are_deleted_only_where_they_are_named(workspaces: WorkspaceService, bulk: BulkService) -> None:
    swept = bulk.act({"action": "delete", "filter": {"include_archived": True}})
    assert set(swept.affected) == {ONE, THREE}
    assert {one.workspace_id: one.why for one in swept.left_out} == {
        TWO: "pinned; name it by its id to delete it",
        FOUR: "its run is under way",
    }
    assert bulk.act({"action": "delete", "ids": [TWO]}).affected == [TWO]


def test_a_new_start_forgets_what_could_be_undone(workspaces: WorkspaceService, bulk: BulkService) -> None:
    token = workspaces.delete(ONE).undo_token
    assert bulk.forget() == 1
    assert token is not None
    with pytest.raises(NotFoundError):
        bulk.undo(token)


def test_a_deletion_can_be_undone_however_much_was_changed_since(
    workspaces: WorkspaceService, bulk: BulkService
) -> None:
    deleted, first = workspaces.delete(ONE).undo_token, bulk.act({"action": "pin", "ids": [THREE]}).undo_token
    for number in range(KEPT_UNDOS):
        bulk.act({"action": "archive" if number % 2 else "unarchive", "ids": [THREE]})
    assert deleted is not None
    assert first is not None
    assert bulk.undo(deleted).affected == [ONE]
    with pytest.raises(NotFoundError):
        bulk.undo(first)


def test_an_action_that_reaches_nothing_has_nothing_to_undo(bulk: BulkService) -> None:
    done = bulk.act({"action": "pin", "ids": [TWO]})
    assert (done.affected, done.undo_token) == ([], None)


def test_an_export_of_many_leaves_out_what_fails_and_is_counted_afterwards(bulk: BulkService) -> None:
    done = bulk.act({"action": "export", "ids": [ONE, TWO, FOUR, GONE]})
    assert (done.affected, done.undo_token) == ([ONE, TWO], None)
    assert {one.workspace_id: one.why for one in done.left_out} == {FOUR: "its run is under way", GONE: "not there"}
    assert bulk.preview({"action": "delete", "ids": [TWO, THREE]}).exported == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"action": "burn", "ids": [ONE]}, "action"),
        ({"action": "pin"}, "ids"),
        ({"action": "pin", "ids": [ONE], "filter": {}}, "ids"),
        ({"action": "pin", "ids": []}, "ids"),
        ({"action": "pin", "ids": ["one"]}, "ids.0"),
        ({"action": "tag", "ids": [ONE]}, "tags"),
        ({"action": "pin", "ids": [ONE], "tags": ["a"]}, "tags"),
        ({"action": "pin", "filter": {"colour": "red"}}, "colour"),
        ({"action": "tag", "ids": [ONE], "tags": ["a", "a"]}, "tags"),
    ],
)
def test_a_bulk_action_that_is_not_clear_is_refused(bulk: BulkService, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        bulk.act(values)
    assert refused.value.errors[0].field == field


@pytest.mark.fault("I5")
def test_a_tag_too_many_leaves_the_workspace_out(workspaces: WorkspaceService, bulk: BulkService) -> None:
    workspaces.edit(ONE, {"tags": [str(number) for number in range(20)]})
    done = bulk.act({"action": "tag", "ids": [ONE, TWO], "tags": ["new"]})
    assert (done.affected, done.left_out[0].why) == ([TWO], "would have more than 20 tags")


def test_a_search_is_saved_under_a_name_replaced_and_forgotten(workspaces: WorkspaceService) -> None:
    assert workspaces.save_search("failed", {"status": "failed", "include_archived": False}) == {"status": "failed"}
    workspaces.save_search("failed", {"search": "status:failed tag:a"})
    assert workspaces.saved_searches() == {"failed": {"search": "status:failed tag:a"}}
    assert [str(one.workspace_id) for one in workspaces.find(**workspaces.saved_searches()["failed"]).workspaces] == [
        ONE
    ]
    workspaces.save_search("Cafe\u0301", {"status": "failed"})
    assert workspaces.saved_search("Caf\u00e9") == workspaces.saved_search("Cafe\u0301")
    workspaces.forget_search("Cafe\u0301")
    workspaces.forget_search("failed")
    with pytest.raises(NotFoundError):
        workspaces.forget_search("failed")
    with pytest.raises(InvalidInputError):
        workspaces.save_search("broken", {"search": "(a"})


def test_two_who_give_a_search_one_name_at_once_both_do(workspaces: WorkspaceService, database: Database) -> None:
    meet(
        database,
        lambda connection: put_saved_search(connection, "mine", {"status": "failed"}),
        lambda: workspaces.save_search("mine", {"status": "completed"}),
    )
    assert workspaces.saved_searches() == {"mine": {"status": "completed"}}
