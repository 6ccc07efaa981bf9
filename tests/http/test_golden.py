"""Legacy frames tell over HTTP and over the WebSocket what they always told, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from websockets.sync.client import connect

from showcase.client import Client
from showcase.store.engine import Database
from tests.http.doors import DOORS, over_socket
from tests.http.served import served
from tests.pipeline.test_golden import ELEVEN_STEP_PRESETS, FOLDER, LATER_DEFAULTS
from tests.pipeline.transcripts import transcript

# each preset by one way, and the short one by all of them
WAYS = [(preset, list(DOORS)[number % len(DOORS)]) for number, preset in enumerate(ELEVEN_STEP_PRESETS)]
ALL_WAYS = list(dict.fromkeys([*WAYS, *(("demo_minimal", door) for door in DOORS)]))


def _frame(preset: str) -> dict[str, Any]:
    return {"seed": 42, "reset": True, "skip_seed": False, "scenario": preset}


@pytest.mark.parametrize(("preset", "door"), ALL_WAYS)
def test_a_legacy_frame_tells_what_it_always_told(client: TestClient, preset: str, door: str) -> None:
    told = transcript(DOORS[door](client, _frame(preset))) + transcript(DOORS[door](client, {}))
    assert told == (FOLDER / f"{preset}.jsonl").read_text()


def test_an_explicit_default_for_each_later_field_tells_the_same(client: TestClient) -> None:
    told = transcript(over_socket(client, {**_frame("demo_minimal"), **LATER_DEFAULTS}))
    told += transcript(over_socket(client, LATER_DEFAULTS))
    assert told == (FOLDER / "demo_minimal.jsonl").read_text()


def test_a_server_process_tells_it_over_both_ways(database: Database, tmp_path: Path) -> None:
    with served(database, tmp_path, "--only", "http") as server, Client(server.url) as client:
        told = transcript(client.runs.watch(client.runs.start(**_frame("demo_minimal")).run_id))
        with connect(f"{server.url.replace('http', 'ws')}/demo/stream") as socket:
            socket.send("{}")
            told += transcript(json.loads(text) for text in socket)
    assert told == (FOLDER / "demo_minimal.jsonl").read_text()


FIRST_EVENT_FIELDS = ("event_type", "step_name", "step_index", "total_steps", "status", "detail", "duration_ms", "data")
FIRST_EVENT_TYPES = ("step_start", "step_complete", "pipeline_complete", "error")


def test_an_old_client_that_knows_the_first_fields_alone_can_drive_a_run(client: TestClient) -> None:
    """It sends four fields, looks at the first fields of the event types that it knows, and ignores the others."""
    shown: dict[str, str] = {}
    final = None
    for event in over_socket(client, _frame("demo_minimal") | {"colour": "of a newer client"}):
        known = {name: event[name] for name in FIRST_EVENT_FIELDS}
        if known["event_type"] not in FIRST_EVENT_TYPES:
            continue
        if known["event_type"] == "pipeline_complete":
            final = known
        elif known["event_type"] == "step_complete":
            assert known["step_index"] <= known["total_steps"]
            shown[known["step_name"]] = known["status"]
    assert final is not None
    assert final["status"] == "pass"
    assert final["data"]["winner_model_type"]
    assert len(shown) == final["total_steps"] == 11
    assert set(shown.values()) <= {"pass", "skip", "warn"}
