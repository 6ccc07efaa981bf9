"""Runs over HTTP: started once, listed, followed, resumed and stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from showcase.http.routes.runs import server_sent_text
from showcase.http.stream import Told as Event
from showcase.store import runs
from showcase.wiring import Installation
from tests.http.doors import over_json, server_sent, start

UNKNOWN = "0" * 32
SMALL = {"skip_seed": False, "seed_overrides": {"stores": 2, "products": 2}}


def test_a_run_that_is_waited_for_answers_with_its_result(client: TestClient) -> None:
    answer = client.post("/demo/run", json={**SMALL, "preservation": "keep", "workspace_name": "first"})
    result = answer.json()
    assert (answer.status_code, result["overall_status"], result["run_status"]) == (200, "pass", "completed")
    assert len(result["steps"]) == 11
    assert {step["event_type"] for step in result["steps"]} == {"step_complete"}
    assert result["winner_wape"] > 0
    assert client.get(f"/demo/workspaces/{result['workspace_id']}").json()["name"] == "first"
    assert answer.headers["location"] == f"runs/{result['run_id']}"


def test_a_failing_run_is_a_result_too(client: TestClient) -> None:
    result = client.post("/demo/run", json={}).json()  # there is no data
    assert (result["overall_status"], result["run_status"], result["winner_wape"]) == ("fail", "failed", None)
    assert result["steps"][-1]["step_name"] == "status"


def test_runs_are_listed_newest_first_with_their_step(client: TestClient) -> None:
    first, second = start(client, SMALL), None
    assert dict(server_sent(client, first))
    second = over_json(client, {})[0]["run_id"]
    listed = client.get("/demo/runs").json()["runs"]
    assert [run["run_id"] for run in listed] == [second, first]
    assert listed[0] == client.get(f"/demo/runs/{second}").json()
    assert (listed[0]["status"], listed[0]["step"], listed[0]["workspace_id"]) == ("completed", "cleanup", None)
    assert client.get("/demo/runs?status=failed").json() == {"runs": [], "next": None}


def test_runs_are_read_page_by_page(client: TestClient) -> None:
    made = [over_json(client, {})[0]["run_id"] for _ in range(3)][::-1]  # each fails at once: there is no data
    first = client.get("/demo/runs?limit=2").json()
    assert ([run["run_id"] for run in first["runs"]], first["next"]) == (made[:2], made[1])
    second = client.get("/demo/runs", params={"limit": 2, "cursor": first["next"]}).json()
    assert ([run["run_id"] for run in second["runs"]], second["next"]) == (made[2:], None)
    assert client.get("/demo/runs", params={"limit": 3}).json()["next"] is None
    for wrong in (UNKNOWN, "made-up", ""):
        refused = client.get("/demo/runs", params={"cursor": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")


def test_a_stream_is_resumed_where_it_was_left_and_then_ends_for_good(client: TestClient) -> None:
    run_id = start(client, SMALL)
    told = list(server_sent(client, run_id))
    assert [number for number, _ in told] == [event["seq"] for _, event in told] == list(range(1, len(told) + 1))
    middle = len(told) // 2
    assert list(server_sent(client, run_id, **{"last-event-id": str(middle)})) == told[middle:]
    assert client.get(f"/demo/runs/{run_id}/events?after={middle}").json()["events"] == [e for _, e in told[middle:]]
    # a browser that reconnects for ever stops at 204
    behind = {"accept": "text/event-stream", "last-event-id": str(len(told))}
    assert client.get(f"/demo/runs/{run_id}/events", headers=behind).status_code == 204
    assert client.get(f"/demo/runs/{run_id}/events?after={len(told)}").json() == {
        "events": [],
        "run_status": "completed",
    }


def test_a_story_that_is_there_already_lets_others_have_a_turn_between_its_events() -> None:
    class Told:
        """Twenty events that need not be waited for."""

        async def follow(self, run_id: str, after: int) -> AsyncGenerator[Event]:
            for number in range(after, 20):
                yield Event.of({"seq": number})

    async def listen() -> list[int]:
        turns, others = 0, True

        async def take_turns() -> None:
            nonlocal turns
            while others:
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(take_turns())
        at = [turns async for _ in server_sent_text(Told(), UNKNOWN, 0)]  # type: ignore[arg-type]
        others = False
        await beside
        return at

    turns = asyncio.run(listen())
    assert len(turns) == 21
    assert turns[1:] == sorted(set(turns[1:]))  # each event finds that somebody else was served meanwhile


@pytest.mark.fault("C7")
def test_many_listeners_hear_the_same_story_and_nobody_is_left_listening(
    client: TestClient, installation: Installation
) -> None:
    run_id = start(client, SMALL)
    with ThreadPoolExecutor(8) as pool:
        stories = list(pool.map(lambda _: list(server_sent(client, run_id)), range(8)))
    assert all(story == stories[0] for story in stories)
    assert stories[0][-1][1]["event_type"] == "pipeline_complete"


def test_a_stopped_run_says_so_and_cannot_be_stopped_twice(client: TestClient, installation: Installation) -> None:
    # long enough for the wish to be heard: a run asks for it twice a second
    many = {"seed_overrides": {"stores": 20, "products": 40}, "backtest": {"n_splits": 10}}
    models = ["seasonal_average", "trend_regression_baseline", "prophet_like"]
    run_id = start(client, {"scenario": "retail_standard", "skip_seed": False, "train_model_types": models, **many})
    stopped = client.post(f"/demo/runs/{run_id}/stop")
    assert (stopped.status_code, stopped.json()["run_id"]) == (202, run_id)
    last = list(server_sent(client, run_id))[-1][1]
    assert (last["event_type"], last["data"]["run_status"]) == ("pipeline_complete", "cancelled")
    again = client.post(f"/demo/runs/{run_id}/stop")
    assert (again.status_code, again.json()["type"]) == (409, "urn:showcase:ended")


def test_the_second_run_is_refused_and_told_who_holds_the_pipeline(
    client: TestClient, installation: Installation
) -> None:
    with installation.launcher.exclusive("a test"):
        busy = client.post("/demo/run", json=SMALL)
    assert (busy.status_code, busy.json()["type"]) == (409, "urn:showcase:busy")
    assert "a test in process" in busy.json()["detail"]
    assert client.get("/demo/runs").json()["runs"] == []


@pytest.mark.fault("C2")
def test_a_key_starts_one_run_however_often_it_comes(client: TestClient) -> None:
    barrier = threading.Barrier(6)

    def send(_: int) -> tuple[int, Any]:
        barrier.wait()
        answer = client.post("/demo/run?wait=false", json=SMALL, headers={"idempotency-key": "nightly-7"})
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert [status for status, _ in answers] == [202] * 6
    assert all(body == answers[0][1] for _, body in answers)
    assert len(client.get("/demo/runs").json()["runs"]) == 1
    # and waiting with the same key gives the result of that run
    waited = client.post("/demo/run", json=SMALL, headers={"idempotency-key": "nightly-7"})
    assert (waited.status_code, waited.json()["run_id"]) == (200, answers[0][1]["run_id"])


@pytest.mark.fault("C2")
def test_a_key_belongs_to_its_body(client: TestClient) -> None:
    key = {"idempotency-key": "nightly-8"}
    assert client.post("/demo/run", json=SMALL, headers=key).status_code == 200
    refused = client.post("/demo/run", json={**SMALL, "seed": 7}, headers=key)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("key", ["with space", "x" * 201, "\x7f"])
def test_a_key_that_is_none_is_refused(client: TestClient, key: str) -> None:
    assert client.post("/demo/run", json=SMALL, headers={"idempotency-key": key}).status_code == 422
    assert client.get("/demo/runs").json()["runs"] == []


def test_a_refused_start_uses_up_no_key(client: TestClient, installation: Installation) -> None:
    key = {"idempotency-key": "nightly-9"}
    with installation.launcher.exclusive("a test"):
        assert client.post("/demo/run", json=SMALL, headers=key).status_code == 409
    assert client.post("/demo/run", json=SMALL, headers=key).status_code == 200


def test_a_key_that_is_a_day_old_is_new_again(client: TestClient, installation: Installation) -> None:
    from sqlalchemy import text

    key = {"idempotency-key": "nightly-10"}
    first = client.post("/demo/run", json=SMALL, headers=key).json()["run_id"]
    with installation.database.begin() as connection:
        connection.execute(text("UPDATE idempotency_key SET made_at = made_at - interval '1 day'"))
    assert client.post("/demo/run", json=SMALL, headers=key).json()["run_id"] != first
    with installation.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency_key")).scalar_one() == 1


def test_a_run_of_another_process_is_followed_too(client: TestClient, installation: Installation) -> None:
    """Only its rows are here: the story comes from the database, and a dead process's run is settled."""
    from showcase.kernel.identity import RunId

    run_id = RunId("1" * 32)
    with installation.database.begin() as connection:
        token = runs.take_token(connection, "process 1 on elsewhere", run_id)
        runs.insert_run(
            connection, run_id, scenario="sparse", request={}, token=token, holder="process 1 on elsewhere",
            total_steps=11, workspace_id=None,
        )  # fmt: skip
    (_, summary), *_ = server_sent(client, run_id)
    assert summary["data"]["run_status"] == "interrupted"


def test_configurations_are_kept_by_name_as_they_were_sent(client: TestClient) -> None:
    sent = {"scenario": "sparse", "skip_seed": False, "backtest": {"horizon": 7}}
    saved = client.put("/demo/configurations/my nightly one", json=sent)
    assert saved.json() == {"configurations": {"my nightly one": sent}}
    assert client.put("/demo/configurations/x", json={"backtest": {"horizon": 0}}).status_code == 422
    assert client.get("/demo/configurations").json() == saved.json()
    assert client.delete("/demo/configurations/my nightly one").status_code == 204
    assert client.get("/demo/configurations").json() == {"configurations": {}}
