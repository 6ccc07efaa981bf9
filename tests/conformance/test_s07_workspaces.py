"""Contract section 7: workspaces."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from showcase.client import CallError, Client
from tests.conformance.asking import SMALL, UNKNOWN, Json, keep, refused, summary_of

ITEM = {
    "workspace_id", "name", "status", "seed", "scenario", "reset", "skip_seed", "result_summary", "created_at",
    "archived", "pinned", "tags", "replayed_from_workspace_id", "seed_overrides", "user_scope", "run_config",
    "revision",
}  # fmt: skip
DETAIL = ITEM | {
    "as_of", "store_id", "product_id", "date_start", "date_end", "created_objects", "notes", "config_schema_version",
    "run_id", "data_fingerprint", "environment", "approval_events", "rag_events", "job_ids", "phase_summaries",
    "updated_at",
}  # fmt: skip


@pytest.fixture
def made(api: Client) -> str:
    """A workspace of the test's own."""
    return str(keep(api, workspace_name="own")["workspace_id"])


@pytest.fixture(scope="module")
def shared(api: Client) -> list[str]:
    """Three workspaces, the oldest first, whose tags and notes are any test's to change, and nothing else of them."""
    return [str(keep(api, workspace_name="shared", seed=seed)["workspace_id"]) for seed in (1, 2, 3)]


@pytest.fixture
def tag(api: Client) -> str:
    """A tag that nobody else has."""
    return f"t{uuid.uuid4().hex[:12]}"


def found(api: Client, **filters: Any) -> list[str]:
    return [one["workspace_id"] for one in api.workspaces.list(limit=100, **filters)["workspaces"]]


def tagged(api: Client, tag: str, count: int) -> list[str]:
    """New workspaces with this tag, the oldest first."""
    return retagged(api, tag, [str(keep(api)["workspace_id"]) for _ in range(count)])


def retagged(api: Client, tag: str, ids: list[str]) -> list[str]:
    for workspace_id in ids:
        api.workspaces.edit(workspace_id, tags=[tag])
    return ids


def ended(api: Client, run_id: str) -> Json:
    return summary_of(list(api.runs.watch(run_id)))


# --- what is recorded ---


def test_s7_a_workspace_has_every_column(kept: Json) -> None:
    assert set(kept) >= DETAIL


def test_s7_a_list_item_has_every_key(api: Client, kept: Json) -> None:
    item = api.workspaces.list(limit=1)["workspaces"][0]
    assert set(item) >= ITEM


def test_s7_a_workspace_remembers_what_was_asked_for(kept: Json) -> None:
    assert (kept["seed"], kept["scenario"], kept["skip_seed"], kept["name"]) == (42, "demo_minimal", False, "kept")
    assert kept["as_of"] == SMALL["as_of"]
    assert kept["run_config"]["train_model_types"] == SMALL["train_model_types"]


def test_s7_a_workspace_names_everything_that_its_run_made(api: Client, kept: Json) -> None:
    assert kept["status"] == "completed"
    assert kept["created_objects"]
    assert kept["job_ids"]
    for job_id in kept["job_ids"]:
        assert api.api.call("GET", f"/jobs/{job_id}")["run_id"] == kept["run_id"]


def test_s7_a_workspace_knows_the_environment_that_computed(kept: Json) -> None:
    assert kept["environment"]["python"]


def test_s7_a_workspace_is_made_with_status_running_before_the_first_step(api: Client) -> None:
    started = api.runs.start(**SMALL, preservation="keep")
    assert started.workspace_id is not None
    assert api.workspaces.show(started.workspace_id)["status"] in ("running", "completed")
    ended(api, started.run_id)


# --- edit ---


def test_s7_only_sent_fields_change(api: Client, made: str) -> None:
    before = api.workspaces.show(made)
    after = api.workspaces.edit(made, notes="seen")
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"notes", "revision", "updated_at"}


def test_s7_null_clears_name_and_notes(api: Client, made: str) -> None:
    api.workspaces.edit(made, name="named", notes="noted")
    after = api.workspaces.edit(made, name=None, notes=None)
    assert (after["name"], after["notes"]) == (None, None)


@pytest.mark.parametrize("field", ["archived", "pinned", "tags"])
def test_s7_null_on_a_flag_or_on_tags_is_refused(api: Client, kept: Json, field: str) -> None:
    refused(api, 422, "PATCH", f"/demo/workspaces/{kept['workspace_id']}", json={field: None})


@pytest.mark.parametrize(
    "changes", [{"tags": ["x"] * 2}, {"tags": [""]}, {"tags": ["x" * 41]}, {"tags": [str(n) for n in range(21)]},
                {"notes": "x" * 2001}, {"pinned": 1}, {"archived": "yes"}, {"status": "completed"}, {"colour": "red"},
                {"name": "x" * 300}, {"revision": 0}, {"tags": "x"}]
)  # fmt: skip
def test_s7_an_edit_out_of_its_bounds_is_refused(api: Client, kept: Json, changes: Json) -> None:
    refused(api, 422, "PATCH", f"/demo/workspaces/{kept['workspace_id']}", json=changes)
    assert api.workspaces.show(kept["workspace_id"])["revision"] == kept["revision"]


def test_s7_tags_are_replaced_whole(api: Client, made: str) -> None:
    api.workspaces.edit(made, tags=["a", "b"])
    assert api.workspaces.edit(made, tags=["c"])["tags"] == ["c"]
    assert api.workspaces.edit(made, tags=[])["tags"] == []


def test_s7_notes_have_up_to_two_thousand_characters_of_any_script(api: Client, made: str) -> None:
    notes = "Ünïcödé <b>& 数据 🎯 " * 100
    assert api.workspaces.edit(made, notes=notes[:2000].strip())["notes"] == notes[:2000].strip()


def test_s7_an_outdated_revision_is_409_with_the_newer_row(api: Client, made: str) -> None:
    first = api.workspaces.show(made)["revision"]
    api.workspaces.edit(made, notes="one", revision=first)
    with pytest.raises(CallError) as outdated:
        api.workspaces.edit(made, notes="two", revision=first)
    assert (outdated.value.status, outdated.value.kind) == (409, "revision")
    assert outdated.value.body["newer"]["notes"] == "one"


def test_s7_an_etag_is_the_revision(api: Client, http: httpx.Client, made: str) -> None:
    path = f"/demo/workspaces/{made}"
    tag = http.get(path).headers["etag"]
    assert http.get(path, headers={"if-none-match": tag}).status_code == 304
    api.workspaces.edit(made, notes="changed")
    assert http.get(path, headers={"if-none-match": tag}).status_code == 200


# --- list ---


@pytest.mark.parametrize("needle", ["100% _sure_", "a_b", "%", "\\", "(", "NOT"])
def test_s7_q_is_a_literal_piece(api: Client, shared: list[str], tag: str, needle: str) -> None:
    api.workspaces.edit(shared[0], notes=f"{tag} {needle} end")
    assert found(api, q=f"{tag} {needle}") == [shared[0]]
    assert found(api, q=f"{tag}_{needle}") == []


@pytest.mark.parametrize(
    ("search", "is_found"),
    [("tag:{tag}", True), ("tag:{tag} status:completed", True), ("tag:{tag} status:failed", False),
     ("tag:{tag} NOT pinned", True), ("tag:{tag} pinned", False), ("tag:{tag} (wape<1000 OR pinned)", True),
     ("tag:{tag} wape<0", False), ("tag:{tag} created>2020-01-01", True), ("tag:{tag} scenario:demo_minimal", True),
     ("tag:{tag} scenario:sparse", False)],
)  # fmt: skip
def test_s7_the_search_language_finds_what_it_says(
    api: Client, shared: list[str], tag: str, search: str, is_found: bool
) -> None:
    api.workspaces.edit(shared[0], tags=[tag])
    assert found(api, search=search.format(tag=tag)) == ([shared[0]] if is_found else [])


@pytest.mark.parametrize("search", ["status:", "(", "wape<x", "colour:red", "AND", "NOT"])
def test_s7_a_search_that_cannot_be_read_says_where(api: Client, search: str) -> None:
    assert refused(api, 422, "GET", "/demo/workspaces", params={"search": search}).errors[0].field.startswith("search")


def test_s7_several_tags_all_have_to_be_there(api: Client, shared: list[str], tag: str) -> None:
    api.workspaces.edit(shared[1], tags=[tag, "second"])
    assert found(api, tags=[tag, "second"]) == [shared[1]]
    assert found(api, tags=[tag, "third"]) == []


def test_s7_archived_ones_are_left_out_unless_asked_for(api: Client, made: str, tag: str) -> None:
    api.workspaces.edit(made, tags=[tag], archived=True)
    assert found(api, tags=tag) == []
    assert found(api, tags=tag, include_archived=True) == [made]


def test_s7_pinned_ones_come_first(api: Client, tag: str) -> None:
    first, second = tagged(api, tag, 2)
    assert found(api, tags=tag) == [second, first]
    api.workspaces.edit(first, pinned=True)
    assert found(api, tags=tag) == [first, second]


def test_s7_pages_follow_each_other_by_cursor(api: Client, shared: list[str], tag: str) -> None:
    ids = retagged(api, tag, shared)
    page = api.workspaces.list(tags=tag, limit=2)
    assert (page["total"], page["total_is_exact"]) == (3, True)
    rest = api.workspaces.list(tags=tag, limit=2, cursor=page["next"])
    assert [one["workspace_id"] for one in page["workspaces"] + rest["workspaces"]] == ids[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("sort_by", ["created_at", "name", "seed", "status", "metric", "wall_clock", "anything"])
def test_s7_every_sort_key_has_both_orders(api: Client, shared: list[str], tag: str, sort_by: str) -> None:
    ids = set(retagged(api, tag, shared))
    for order in ("asc", "desc"):
        assert set(found(api, tags=tag, sort_by=sort_by, sort_order=order)) == ids


@pytest.mark.parametrize("sort_by", ["seed", "created_at", "anything"])
def test_s7_a_sort_key_orders_what_it_is_called(api: Client, shared: list[str], tag: str, sort_by: str) -> None:
    retagged(api, tag, shared)
    assert found(api, tags=tag, sort_by=sort_by, sort_order="asc") == shared
    assert found(api, tags=tag, sort_by=sort_by, sort_order="desc") == shared[::-1]


@pytest.mark.parametrize(
    "query", [{"sort_order": "up"}, {"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "nonsense"},
              {"status": "done"}, {"scenario": "none"}, {"since": "yesterday"}, {"q": "x" * 201}]
)  # fmt: skip
def test_s7_a_query_out_of_its_bounds_is_refused(api: Client, query: Json) -> None:
    refused(api, 422, "GET", "/demo/workspaces", params=query)


def test_s7_filters_combine_with_and(api: Client, shared: list[str], tag: str) -> None:
    api.workspaces.edit(shared[2], tags=[tag])
    assert found(api, tags=tag, status="completed", scenario="demo_minimal", q="shared") == [shared[2]]
    assert found(api, tags=tag, status="failed") == []


# --- bulk ---


def test_s7_a_bulk_action_is_previewed_done_and_undone(api: Client, tag: str) -> None:
    ids = tagged(api, tag, 2)
    preview = api.workspaces.bulk("archive", preview=True, filter={"tags": [tag]})
    assert (preview["count"], preview["pinned"], preview["with_descendants"]) == (2, 0, 0)
    done = api.workspaces.bulk("archive", filter={"tags": [tag]})
    assert set(done["affected"]) == set(ids)
    assert found(api, tags=tag) == []
    api.workspaces.undo(done["undo_token"])
    assert set(found(api, tags=tag)) == set(ids)
    refused(api, 404, "POST", "/demo/workspaces/bulk/undo", json={"undo_token": done["undo_token"]})


@pytest.mark.parametrize(
    ("action", "key", "value"), [("pin", "pinned", True), ("unpin", "pinned", False), ("archive", "archived", True)]
)
def test_s7_every_bulk_action_does_what_it_is_called(api: Client, tag: str, action: str, key: str, value: bool) -> None:
    ids = tagged(api, tag, 1)
    if action == "unpin":
        api.workspaces.edit(ids[0], pinned=True)
    api.workspaces.bulk(action, ids=ids)
    assert api.workspaces.show(ids[0])[key] is value


def test_s7_tags_are_given_and_taken_in_bulk(api: Client, tag: str) -> None:
    ids = tagged(api, tag, 2)
    api.workspaces.bulk("untag", ids=ids, tags=[tag])
    assert found(api, tags=tag) == []


def test_s7_a_bulk_delete_leaves_pinned_ones_out_unless_they_are_named(api: Client, tag: str) -> None:
    first, second = tagged(api, tag, 2)
    api.workspaces.edit(first, pinned=True)
    done = api.workspaces.bulk("delete", filter={"tags": [tag]})
    assert done["affected"] == [second]
    assert [left["workspace_id"] for left in done["left_out"]] == [first]
    assert api.workspaces.bulk("delete", ids=[first])["affected"] == [first]


def test_s7_a_deleted_record_can_be_taken_back(api: Client, made: str) -> None:
    before = api.workspaces.show(made)
    token = api.workspaces.delete(made)
    refused(api, 404, "GET", f"/demo/workspaces/{made}")
    api.workspaces.undo(token)
    assert api.workspaces.show(made)["created_objects"] == before["created_objects"]


def test_s7_delete_removes_the_record_alone(api: Client, made: str) -> None:
    run_id = api.workspaces.show(made)["run_id"]
    api.workspaces.delete(made)
    assert api.runs.show(run_id)["status"] == "completed"
    assert next(iter(api.runs.watch(run_id)))["seq"] == 1


@pytest.mark.parametrize(
    "sent", [{"action": "burn", "ids": [UNKNOWN]}, {"action": "pin"}, {"action": "pin", "ids": [UNKNOWN], "filter": {}},
             {"action": "tag", "ids": [UNKNOWN]}, {"action": "pin", "ids": [UNKNOWN], "tags": ["x"]},
             {"action": "pin", "ids": []}, {"action": "pin", "ids": ["x"]}, {"action": "pin", "filter": {"x": 1}}]
)  # fmt: skip
def test_s7_a_bulk_action_that_contradicts_itself_is_refused(api: Client, sent: Json) -> None:
    refused(api, 422, "POST", "/demo/workspaces/bulk", json=sent)
    refused(api, 422, "POST", "/demo/workspaces/bulk/preview", json=sent)


# --- replay, verdict, lineage ---


def test_s7_a_replay_is_seen_before_it_starts(api: Client, made: str) -> None:
    preview = api.workspaces.preview_replay(made)
    assert preview["recorded"]["seed_overrides"] == SMALL["seed_overrides"]
    assert preview["to_send"]["replayed_from_workspace_id"] == made
    assert preview["to_send"]["preservation"] == "keep"
    assert preview["to_send"]["as_of"] == SMALL["as_of"]
    assert (preview["confirm"], preview["wipes"]) == (None, [])


def test_s7_a_replay_that_seeds_is_identical_in_every_part(api: Client, made: str) -> None:
    started = api.workspaces.replay(made)
    assert ended(api, started.run_id)["run_status"] == "completed"
    assert started.workspace_id is not None
    verdict = api.workspaces.show(started.workspace_id)["result_summary"]["verdict"]
    assert verdict["source_workspace_id"] == made
    assert verdict["overall"] == "identical"
    assert {verdict["parts"][part] for part in ("data", "model_set", "scores", "forecast")} == {"identical"}


def test_s7_a_replay_with_reset_needs_a_token_and_wipes_nothing_without(api: Client) -> None:
    source = str(keep(api, reset=True)["workspace_id"])
    before = api.datasets.list()
    path = f"/demo/workspaces/{source}/replay"
    assert refused(api, 409, "POST", path).kind == "confirmation_required"
    assert refused(api, 409, "POST", path, json={"confirm": "made up"}).kind == "confirmation_required"
    assert api.datasets.list() == before


def test_s7_any_frame_with_a_source_and_reset_needs_the_token(api: Client) -> None:
    source = str(keep(api, reset=True)["workspace_id"])
    frame = SMALL | {"reset": True, "preservation": "keep", "replayed_from_workspace_id": source}
    assert refused(api, 409, "POST", "/demo/run", json=frame).kind == "confirmation_required"


def test_s7_the_preview_of_a_destructive_replay_gives_the_token_and_what_goes(api: Client) -> None:
    source = str(keep(api, reset=True)["workspace_id"])
    preview = api.workspaces.preview_replay(source)
    assert preview["confirm"]
    assert preview["expires_at"]
    assert sum(line["rows"] for line in preview["wipes"]) > 0
    started = api.workspaces.replay(source, confirm=preview["confirm"])
    assert ended(api, started.run_id)["run_status"] == "completed"
    assert refused(api, 409, "POST", f"/demo/workspaces/{source}/replay", json={"confirm": preview["confirm"]})


def test_s7_a_token_is_for_one_state_of_the_data(api: Client) -> None:
    source = str(keep(api, reset=True)["workspace_id"])
    token = api.workspaces.preview_replay(source)["confirm"]
    api.datasets.generate(end_date="2026-02-01", seed=99, overrides={"stores": 1, "products": 1, "window_days": 75})
    refused(api, 409, "POST", f"/demo/workspaces/{source}/replay", json={"confirm": token})


def test_s7_a_refused_try_does_not_spend_the_token(api: Client) -> None:
    source = str(keep(api, reset=True)["workspace_id"])
    token = api.workspaces.preview_replay(source)["confirm"]
    refused(api, 409, "POST", f"/demo/workspaces/{source}/replay", json={"confirm": "another"})
    assert ended(api, api.workspaces.replay(source, confirm=token).run_id)["run_status"] == "completed"


def test_s7_a_replay_without_seeding_runs_on_the_recorded_data(api: Client, data: Json) -> None:
    source = api.runs.run(train_model_types=["naive"], preservation="keep")["workspace_id"]
    api.datasets.generate(end_date="2026-02-01", seed=98, overrides={"stores": 1, "products": 1, "window_days": 75})
    preview = api.workspaces.preview_replay(source)
    assert preview["to_send"]["data_fingerprint"] == data["fingerprint"]
    started = api.workspaces.replay(source)
    assert ended(api, started.run_id)["data_fingerprint"] == data["fingerprint"]


def test_s7_an_anchor_of_today_ends_on_another_day_and_says_so(api: Client, made: str) -> None:
    preview = api.workspaces.preview_replay(made, anchor="today")
    assert "as_of" in {difference["field"] for difference in preview["differences"]}
    refused(api, 422, "GET", f"/demo/workspaces/{made}/replay", params={"anchor": "tomorrow"})


def test_s7_lineage_shows_ancestors_and_descendants_and_marks_the_deleted(api: Client, made: str) -> None:
    child = api.workspaces.replay(made)
    ended(api, child.run_id)
    assert child.workspace_id is not None
    graph = api.workspaces.lineage(child.workspace_id)
    assert {node["workspace_id"] for node in graph["nodes"]} == {made, child.workspace_id}
    assert graph["edges"][0]["source"] == made
    api.workspaces.delete(made)
    nodes = {node["workspace_id"]: node for node in api.workspaces.lineage(child.workspace_id)["nodes"]}
    assert nodes[made]["is_deleted"] is True


def test_s7_a_preview_of_a_delete_counts_those_with_descendants(api: Client, made: str) -> None:
    ended(api, api.workspaces.replay(made).run_id)
    assert api.workspaces.bulk("delete", preview=True, ids=[made])["with_descendants"] == 1


@pytest.mark.parametrize("path", ["", "/replay", "/lineage", "/bundle.zip"])
def test_s7_an_unknown_workspace_is_not_found(api: Client, path: str) -> None:
    refused(api, 404, "GET", f"/demo/workspaces/{UNKNOWN}{path}")
    refused(api, 404, "GET", f"/demo/workspaces/no-id-at-all{path}")


# --- compare and health ---


def test_s7_two_workspaces_are_compared_side_by_side(api: Client, made: str) -> None:
    other = str(keep(api, seed=43)["workspace_id"])
    whole = api.workspaces.compare([made, other])
    assert str(made) in str(whole)
    assert str(other) in str(whole)
    differences = api.workspaces.compare([made, other], differences_only=True)
    assert "seed" in str(differences)


def test_s7_two_to_five_workspaces_are_compared(api: Client, kept: Json) -> None:
    for ids in ([kept["workspace_id"]], [kept["workspace_id"]] * 6):
        refused(api, 422, "GET", "/demo/workspaces/compare", params={"ids": ids})
    refused(api, 404, "GET", "/demo/workspaces/compare", params={"ids": [kept["workspace_id"], UNKNOWN]})


def test_s7_health_says_what_is_still_there(api: Client, made: str) -> None:
    found = api.workspaces.health(made)
    assert found["workspace_id"] == made
    assert found["workspace_status"] == "completed"
    assert found["partial_run"] is False
    assert found["alive"] == len([one for one in found["references"] if one["status"] == "alive"]) > 0
    assert {"key", "ref_type", "ref_id", "status"} <= set(found["references"][0])
    assert found["checked_at"]


def test_s7_health_counts_what_is_gone(api: Client, made: str) -> None:
    api.api.call("DELETE", "/seeder/data")
    assert api.workspaces.health(made)["dead"] > 0
