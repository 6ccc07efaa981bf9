"""WS /demo/stream: a frame starts or joins a run; leaving stops a run that the socket started, and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from showcase.pipeline.context import RunContext
from showcase.pipeline.events import as_legacy
from showcase.pipeline.request import is_legacy
from showcase.pipeline.steps import Step, StepOutcome, eleven_steps, passed
from showcase.wiring import Installation
from tests.http.doors import over_socket, server_sent, socket_events, start
from tests.pipeline.held import hold

SMALL = {"skip_seed": False, "seed_overrides": {"stores": 2, "products": 2}}
EVENT_KEYS = {
    "event_type", "step_name", "step_index", "total_steps", "status", "detail", "duration_ms", "data", "timestamp",
    "phase_name", "phase_index", "phase_total", "run_id", "seq",
}  # fmt: skip


def refusal(client: TestClient, frame: str | bytes) -> tuple[dict[str, Any], int]:
    """The one error event that a frame is answered with, and the code of the close behind it."""
    with client.websocket_connect("/demo/stream") as socket:
        socket.send_text(frame) if isinstance(frame, str) else socket.send_bytes(frame)
        event = json.loads(socket.receive_text())
        closed = socket.receive()
    assert closed["type"] == "websocket.close"
    return event, closed["code"]


@pytest.mark.parametrize(
    "frame",
    [
        "", "{", "[]", "null", "1", '"x"', '"{}"', "{} {}", '{"seed": NaN}', '{"seed": 1e999}', '{"seed": "1"}',
        '{"seed": true}', '{"x": "\\ud800"}', '{"x": "\\u0000"}', '{"seed": 1, "seed": 1}', "[" * 100_000,
        '{"scenario": "nope"}', '{"backtest": {"surprise": 1}}', '{"run_id": 7}', '{"run_id": "zzz"}',
        '{"run_id": "00000000000000000000000000000000"}', '{"run_id": "00000000000000000000000000000000", "x": 1}',
        '{"run_id": "00000000000000000000000000000000", "after": -1}', b"{}", b"\xff\x00",
    ],
)  # fmt: skip
def test_a_bad_frame_is_one_error_event_and_a_close(client: TestClient, frame: str | bytes) -> None:
    event, code = refusal(client, frame)
    assert set(event) == EVENT_KEYS | {"kind", "reason", "remedy", "errors"}
    assert (event["event_type"], event["status"], code) == ("error", "fail", 1008)
    assert event["remedy"].endswith(".")
    assert client.get("/demo/runs").json()["runs"] == []


def test_the_second_starter_gets_one_error_event_and_the_first_run_is_not_touched(
    client: TestClient, installation: Installation
) -> None:
    held = hold(installation.launcher)
    run_id = start(client, SMALL)
    assert held.entered.wait(10)
    event, code = refusal(client, json.dumps(SMALL))
    assert (event["kind"], event["reason"], code) == ("conflict", "busy", 1013)
    assert run_id[:8] in event["detail"]
    held.opened.set()
    assert list(server_sent(client, run_id))[-1][1]["data"]["run_status"] == "completed"


def test_a_frame_that_replays_over_a_wipe_needs_the_token_here_too(client: TestClient) -> None:
    over_socket(client, SMALL)
    before = client.get("/datasets").json()
    frame = SMALL | {"reset": True, "preservation": "keep", "replayed_from_workspace_id": "0" * 32}
    for confirm in (None, "made up"):
        event, _ = refusal(client, json.dumps(frame | {"confirm": confirm}))
        assert (event["event_type"], event["reason"]) == ("error", "confirmation_required")
    assert client.get("/datasets").json() == before


def test_the_socket_that_started_a_run_stops_it_by_leaving(client: TestClient, installation: Installation) -> None:
    held = hold(installation.launcher)
    with client.websocket_connect("/demo/stream") as socket:
        socket.send_text(json.dumps(SMALL))
        run_id = json.loads(socket.receive_text())["run_id"]
        assert held.entered.wait(10)
    summary = list(server_sent(client, run_id))[-1][1]["data"]
    assert summary["run_status"] == "cancelled"


@pytest.mark.fault("C7")
def test_a_socket_that_joined_hears_the_whole_story_and_stops_nothing_by_leaving(
    client: TestClient, installation: Installation
) -> None:
    held = hold(installation.launcher)
    run_id = start(client, SMALL)
    assert held.entered.wait(10)
    with client.websocket_connect("/demo/stream") as socket:
        socket.send_text(json.dumps({"run_id": run_id, "after": 1}))
        assert json.loads(socket.receive_text())["seq"] == 2
    assert client.get(f"/demo/runs/{run_id}").json()["status"] == "running"
    held.opened.set()
    everything = [event for _, event in server_sent(client, run_id)]
    assert everything[-1]["data"]["run_status"] == "completed"
    with client.websocket_connect("/demo/stream") as late:
        late.send_text(json.dumps({"run_id": run_id}))
        assert list(socket_events(late)) == everything


def test_a_socket_that_leaves_before_its_first_frame_leaves_nothing_behind(client: TestClient) -> None:
    with client.websocket_connect("/demo/stream"):
        pass
    assert client.get("/demo/runs").json()["runs"] == []


def test_what_is_said_after_the_first_frame_is_ignored(client: TestClient) -> None:
    with client.websocket_connect("/demo/stream") as socket:
        socket.send_text(json.dumps(SMALL))
        for nonsense in ("{", "[]", '{"reset": true}'):
            socket.send_text(nonsense)
        events = list(socket_events(socket))
    assert events[-1]["data"]["run_status"] == "completed"
    assert len(client.get("/demo/runs").json()["runs"]) == 1


@pytest.mark.fault("C7")
def test_a_reader_that_reads_nothing_holds_no_run_up(client: TestClient, installation: Installation) -> None:
    with client.websocket_connect("/demo/stream") as slow:
        slow.send_text(json.dumps(SMALL))
        run_id = json.loads(slow.receive_text())["run_id"]
        # the run ends for everybody else while this one has heard a single event
        assert list(server_sent(client, run_id))[-1][1]["data"]["run_status"] == "completed"
        assert next(socket_events(slow))["seq"] == 2


def test_a_socket_of_another_site_is_refused(client: TestClient) -> None:
    evil = {"origin": "http://evil.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/demo/stream", headers=evil):
        pass


@pytest.mark.parametrize(
    ("frame", "event_type"), [({}, "step_complete"), ({"preservation": "ephemeral"}, "step_progress")]
)
def test_a_wait_for_a_person_is_told_as_the_starter_knows_it(
    client: TestClient, installation: Installation, frame: dict[str, Any], event_type: str
) -> None:
    def ask(context: RunContext) -> StepOutcome:
        context.announce("waits", lambda _connection: {"awaiting": "approval"})
        return passed("answered")

    steps = eleven_steps()
    installation.launcher.steps_of = lambda _: (*steps[:2], Step("asking", "agents", ask), *steps[2:])
    (asking,) = (event for event in over_socket(client, frame) if event["data"].get("awaiting"))
    assert (asking["event_type"], asking["status"], asking["step_name"]) == (event_type, "running", "asking")


def test_an_old_client_sees_the_wait_for_a_person_as_a_running_step_complete() -> None:
    asking = {"event_type": "step_progress", "status": "running", "data": {"awaiting": "approval", "action_id": "a"}}
    assert as_legacy(asking) == {**asking, "event_type": "step_complete"}
    other = {"event_type": "step_progress", "status": "running", "data": {"share": 0.5}}
    assert as_legacy(other) == other
    assert is_legacy({"seed": 1, "colour": "red"})
    assert not is_legacy({"seed": 1, "preservation": "ephemeral"})
