"""The library over HTTP: pages, conditional reads, edits of what was read, bulk actions, replays, bundles."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from fastapi.testclient import TestClient

from showcase.http.routes.workspace_models import WorkspaceDetail
from showcase.kernel.identity import RunId, WorkspaceId
from showcase.store import workspaces as rows
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation
from tests.http.doors import server_sent
from tests.pipeline.held import hold

UNKNOWN = "0" * 32
SMALL = {"skip_seed": False, "seed_overrides": {"stores": 2, "products": 2}, "preservation": "keep"}
LISTED = {
    "workspace_id", "name", "status", "seed", "scenario", "reset", "skip_seed", "result_summary", "created_at",
    "archived", "pinned", "tags", "replayed_from_workspace_id", "seed_overrides", "user_scope", "run_config",
    "revision",
}  # fmt: skip

Keep = Callable[..., str]


@pytest.fixture
def keep(installation: Installation) -> Keep:
    """Puts a workspace into the library without a run."""

    def put(name: str | None = None, status: str = "completed", **columns: Any) -> str:
        made = WorkspaceId.new()
        given = {
            "name": name, "seed": 42, "scenario": "sparse", "reset": False, "skip_seed": False, "created_objects": {},
            "run_id": RunId.new(),
        }  # fmt: skip
        with installation.database.begin() as connection:
            rows.insert_workspace(connection, made, **(given | columns))
            rows.update_workspace(connection, made, {"status": status})
        return made

    return put


def kept_run(client: TestClient, **fields_: Any) -> str:
    answer = client.post("/demo/run", json={**SMALL, **fields_})
    assert answer.json()["run_status"] == "completed", answer.text
    return str(answer.json()["workspace_id"])


def test_the_detail_has_every_column_of_a_workspace() -> None:
    assert set(WorkspaceDetail.model_fields) == {field.name for field in fields(Workspace)}


def test_pages_follow_one_another_in_one_order(client: TestClient, keep: Keep) -> None:
    made = [keep(f"w{number}") for number in range(5)]
    keep("put-away", archived=True)
    first = client.get("/demo/workspaces?limit=3").json()
    assert set(first["workspaces"][0]) >= LISTED
    assert (first["total"], first["total_is_exact"], first["previous"]) == (5, True, None)
    second = client.get("/demo/workspaces", params={"limit": 3, "cursor": first["next"]}).json()
    seen = [one["workspace_id"] for page in (first, second) for one in page["workspaces"]]
    assert seen == made[::-1]
    assert second["next"] is None
    back = client.get("/demo/workspaces", params={"limit": 3, "cursor": second["previous"]}).json()
    assert back["workspaces"] == first["workspaces"]


def test_filters_are_the_librarys_own(client: TestClient, keep: Keep) -> None:
    red = keep("red", tags=["a", "b"], notes="100%_sure")
    keep("blue", tags=["a"], scenario="high_variance")

    def found(**query: Any) -> list[str]:
        answer = client.get("/demo/workspaces", params=query)
        assert answer.status_code == 200, answer.text
        return [one["workspace_id"] for one in answer.json()["workspaces"]]

    assert found(tags=["a", "b"]) == found(q="%_s") == found(search="tag:b") == found(scenario="sparse") == [red]
    assert found(since="2099-01-01") == found(status="failed") == []
    assert len(found(sort_by="nonsense", include_archived="true")) == 2


def test_a_read_that_changed_nothing_is_304(client: TestClient, keep: Keep) -> None:
    kept = keep("first")
    read = client.get(f"/demo/workspaces/{kept}")
    assert (read.json()["revision"], read.headers["etag"]) == (1, '"1"')
    for header in ('"1"', 'W/"1"', '"7", "1"'):
        same = client.get(f"/demo/workspaces/{kept}", headers={"if-none-match": header})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
    assert client.get(f"/demo/workspaces/{kept}", headers={"if-none-match": '"2"'}).status_code == 200


def test_a_workspace_whose_run_goes_on_is_always_read_anew(client: TestClient, keep: Keep) -> None:
    running = keep("now", status="running")
    answer = client.get(f"/demo/workspaces/{running}", headers={"if-none-match": '"1"'})
    assert answer.status_code == 200
    assert "etag" not in answer.headers


def test_an_edit_changes_what_is_sent_and_refuses_what_is_outdated(client: TestClient, keep: Keep) -> None:
    path = f"/demo/workspaces/{keep('first')}"
    edited = client.patch(path, json={"notes": "to show", "tags": ["x"], "revision": 1})
    assert edited.status_code == 200, edited.text
    assert [edited.json()[name] for name in ("name", "notes", "tags", "revision")] == ["first", "to show", ["x"], 2]
    assert edited.headers["etag"] == '"2"'
    outdated = client.patch(path, json={"notes": "mine", "revision": 1})
    assert (outdated.status_code, outdated.json()["type"]) == (409, "urn:showcase:revision")
    assert outdated.json()["newer"]["notes"] == "to show"
    late = client.patch(path, json={"notes": "mine"}, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["newer"]["revision"]) == (412, 2)
    assert client.patch(path, json={"notes": None}, headers={"if-match": '"2"'}).json()["notes"] is None
    assert client.patch(path, json={"name": None}, headers={"if-match": "*"}).json()["name"] is None


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"pinned": None}, {}),
        ({"tags": None}, {}),
        ({"colour": "red"}, {}),
        ({"tags": ["x", "x"]}, {}),
        ({"name": "UPPER"}, {}),
        ({"notes": "x" * 2001}, {}),
        ({"revision": True}, {}),
        ({"notes": "x"}, {"if-match": "one"}),
        ({"notes": "x", "revision": 2}, {"if-match": '"1"'}),
    ],
)
def test_a_wrong_edit_is_refused(client: TestClient, keep: Keep, body: dict[str, Any], headers: dict[str, str]) -> None:
    refused = client.patch(f"/demo/workspaces/{keep('first')}", json=body, headers=headers)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"]


def test_a_deletion_is_taken_back_with_what_its_header_says(client: TestClient, keep: Keep) -> None:
    path = f"/demo/workspaces/{keep('first')}"
    gone = client.delete(path)
    assert (gone.status_code, client.get(path).status_code) == (204, 404)
    undone = client.post("/demo/workspaces/bulk/undo", json={"undo_token": gone.headers["undo-token"]})
    assert undone.json()["affected"] == [path.rpartition("/")[2]]
    assert client.get(path).status_code == 200
    assert client.post("/demo/workspaces/bulk/undo", json={"undo_token": gone.headers["undo-token"]}).status_code == 404
    running = client.delete(f"/demo/workspaces/{keep('now', status='running')}")
    assert (running.status_code, running.json()["type"]) == (409, "urn:showcase:running")


def test_bulk_actions_are_seen_done_and_undone(client: TestClient, keep: Keep) -> None:
    ids = [keep("a", tags=["demo"]), keep("b", tags=["demo"], pinned=True), keep("c")]
    asked = {"action": "pin", "filter": {"search": "tag:demo"}}
    seen = client.post("/demo/workspaces/bulk/preview", json=asked).json()
    assert (seen["count"], seen["pinned"], seen["with_descendants"], seen["exported"]) == (1, 0, 0, 0)
    done = client.post("/demo/workspaces/bulk", json=asked).json()
    assert (done["affected"], [one["why"] for one in done["left_out"]]) == ([ids[0]], ["pinned already"])
    assert client.post("/demo/workspaces/bulk/undo", json={"undo_token": done["undo_token"]}).json()["affected"] == [
        ids[0]
    ]
    assert client.get(f"/demo/workspaces/{ids[0]}").json()["pinned"] is False
    named = client.post("/demo/workspaces/bulk", json={"action": "tag", "ids": [ids[2], UNKNOWN], "tags": ["x"]}).json()
    assert (named["affected"], named["left_out"]) == ([ids[2]], [{"workspace_id": UNKNOWN, "why": "not there"}])
    for wrong in ({"action": "pin"}, {"action": "tag", "ids": ids}, {"action": "fly", "ids": ids}, {**asked, "x": 1}):
        assert client.post("/demo/workspaces/bulk", json=wrong).status_code == 422


def test_searches_are_kept_by_name(client: TestClient) -> None:
    saved = client.put("/demo/searches/my failed ones", json={"search": "status:failed"})
    assert saved.json() == {"searches": {"my failed ones": {"search": "status:failed"}}}
    assert client.put("/demo/searches/x", json={"search": "status:asleep"}).status_code == 422
    assert client.get("/demo/searches").json() == saved.json()
    assert client.delete("/demo/searches/my failed ones").status_code == 204
    assert client.delete("/demo/searches/my failed ones").status_code == 404


def test_a_replay_is_seen_confirmed_run_and_related(client: TestClient) -> None:
    kept = kept_run(client, reset=True)
    path = f"/demo/workspaces/{kept}"
    unconfirmed = client.post(f"{path}/replay", json={})
    assert (unconfirmed.status_code, unconfirmed.json()["type"]) == (409, "urn:showcase:confirmation_required")
    seen = client.get(f"{path}/replay")
    assert seen.headers["cache-control"] == "no-store"
    assert set(seen.json()) >= {"confirm", "recorded", "to_send", "differences", "wipes", "expires_at"}
    assert seen.json()["to_send"]["replayed_from_workspace_id"] == kept
    started = client.post(f"{path}/replay", json={"confirm": seen.json()["confirm"]})
    assert started.status_code == 202, started.text
    summary = list(server_sent(client, started.json()["run_id"]))[-1][1]["data"]
    assert summary["run_status"] == "completed"
    replayed = client.get(f"/demo/workspaces/{started.json()['workspace_id']}").json()
    assert replayed["result_summary"]["verdict"]["overall"] == "identical"
    again = client.post(f"{path}/replay", json={"confirm": seen.json()["confirm"]})
    assert again.status_code == 409  # a token is spent once
    graph = client.get(f"{path}/lineage").json()
    assert [(node["workspace_id"], node["relation"]) for node in graph["nodes"]] == [
        (kept, "self"),
        (replayed["workspace_id"], "descendant"),
    ]
    assert graph["edges"][0]["source"] == kept


def test_a_replay_that_wipes_nothing_needs_no_body(client: TestClient) -> None:
    kept = kept_run(client)
    seen = client.get(f"/demo/workspaces/{kept}/replay").json()
    assert (seen["confirm"], seen["wipes"]) == (None, [])
    started = client.post(f"/demo/workspaces/{kept}/replay")
    assert started.status_code == 202
    assert dict(server_sent(client, started.json()["run_id"]))


def test_a_bundle_is_exported_once_a_key_and_taken_away_whole(client: TestClient) -> None:
    kept = kept_run(client)
    path = f"/demo/workspaces/{kept}"
    assert client.get(f"{path}/bundle.zip").status_code == 404
    exported = client.post(f"{path}/export", headers={"idempotency-key": "hand-over"})
    assert exported.status_code == 200, exported.text
    body = exported.json()
    assert (body["bundle_path"], body["validated"]) == (f"showcase/{kept}", True)
    assert client.post(f"{path}/export", headers={"idempotency-key": "hand-over"}).json() == body
    other = f"/demo/workspaces/{kept_run(client)}/export"
    assert client.post(other, headers={"idempotency-key": "hand-over"}).status_code == 422
    taken = client.get(f"{path}/bundle.zip")
    assert taken.headers["content-type"] == "application/zip"
    assert taken.headers["content-disposition"] == f'attachment; filename="showcase-{kept}.zip"'
    assert int(taken.headers["content-length"]) == len(taken.content)
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        inside = {
            name.removeprefix(f"{kept}/"): hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()
        }
    assert inside == {one["path"]: one["sha256"] for one in body["files"]}


def test_a_running_workspace_is_not_exported(client: TestClient, installation: Installation) -> None:
    held = hold(installation.launcher)
    started = client.post("/demo/run?wait=false", json=SMALL).json()
    refused = client.post(f"/demo/workspaces/{started['workspace_id']}/export")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:showcase:running")
    held.opened.set()
    assert dict(server_sent(client, started["run_id"]))


def test_workspaces_are_compared_side_by_side(client: TestClient) -> None:
    first, second = kept_run(client), kept_run(client, seed=7)
    path = "/demo/workspaces/compare"
    told = client.get(path, params={"ids": [first, second], "base": second, "differences_only": True})
    assert told.status_code == 200, told.text
    body = told.json()
    assert (body["base"], [one["workspace_id"] for one in body["workspaces"]]) == (second, [first, second])
    assert {row["field"]: row["values"] for row in body["configuration"]}["seed"] == [42, 7]
    assert all(row["differs"] for row in body["configuration"])
    assert {line["workspace_id"] for line in body["forecasts"]} == {first, second}
    for wrong in ({"ids": [first]}, {"ids": [first, first]}, {"ids": [first, "zzz"]}, {}):
        assert client.get(path, params=wrong).status_code == 422, wrong
    assert client.get(path, params={"ids": [first, UNKNOWN]}).status_code == 404


def test_health_says_what_is_still_there(client: TestClient, installation: Installation) -> None:
    kept = kept_run(client)
    sound = client.get(f"/demo/workspaces/{kept}/health").json()
    assert (sound["partial_run"], sound["dead"], sound["alive"] > 0) == (False, 0, True)
    with installation.launcher.exclusive("a test"):
        installation.services.demand.wipe()
    worn = client.get(f"/demo/workspaces/{kept}/health").json()
    assert worn["dead"] > 0
    assert set(worn["references"][0]) == {"key", "ref_type", "ref_id", "status"}
    assert client.get(f"/demo/workspaces/{UNKNOWN}/health").status_code == 404
