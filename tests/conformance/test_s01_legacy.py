"""Contract section 1: a legacy frame tells what it always told, in its structure on whatever data a server has.

Byte for byte, on fresh databases: tests/http/test_golden.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from showcase.client import Client
from tests.conformance.asking import Json, events_of, socket, told

GOLDEN = Path(__file__).parents[1] / "pipeline" / "golden"
STRUCTURE = (
    "event_type",
    "step_name",
    "step_index",
    "total_steps",
    "status",
    "phase_name",
    "phase_index",
    "phase_total",
)


def structure(events: list[Json]) -> list[tuple[Any, ...]]:
    """Each event without what depends on the data, the machine and the moment."""
    kept = [event for event in events if event["event_type"] != "step_progress"]
    return [(*(event[name] for name in STRUCTURE), sorted(event["data"])) for event in kept]


def over_socket(api: Client, frame: Json) -> list[Json]:
    with socket(api) as opened:
        return told(opened, frame)


def over_stream(api: Client, frame: Json) -> list[Json]:
    return events_of(api, **frame)


@pytest.mark.parametrize("preset", ["demo_minimal", "holiday_rush"])
@pytest.mark.parametrize("door", [over_socket, over_stream])
def test_s1_a_legacy_frame_has_the_structure_that_it_always_had(api: Client, preset: str, door: Any) -> None:
    frame = {"seed": 42, "reset": True, "skip_seed": False, "scenario": preset}
    heard = structure(door(api, frame)) + structure(door(api, {}))
    assert heard == structure([json.loads(line) for line in (GOLDEN / f"{preset}.jsonl").read_text().splitlines()])
