"""How the suite asks: small requests that end within a second, and refusals that say why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from showcase.client import CallError, Client

Json = dict[str, Any]

AS_OF = "2026-03-31"
SMALL_OVERRIDES: Json = {"stores": 1, "products": 2, "window_days": 90}
SMALL: Json = {
    "skip_seed": False, "seed_overrides": SMALL_OVERRIDES, "as_of": AS_OF,
    "train_model_types": ["naive", "seasonal_naive"],
}  # fmt: skip
"""A run of a second: two series over 91 days."""
RICH: Json = {
    "skip_seed": False, "scenario": "showcase_rich", "as_of": AS_OF,
    "seed_overrides": {"stores": 3, "products": 2, "window_days": 120}, "train_model_types": ["naive", "prophet_like"],
}  # fmt: skip
"""All twenty-four steps on six series."""
UNKNOWN = "0123456789abcdef" * 2
"""An id that nothing has and nothing names."""
GONE = "fedcba9876543210" * 2
"""The id of a workspace that is gone: replays name it."""
FINAL = ("completed", "failed", "cancelled", "interrupted")


def keep(api: Client, **fields: Any) -> Json:
    """The result of a small run that is kept."""
    ended = api.runs.run(**SMALL | {"preservation": "keep"} | fields)
    assert ended["run_status"] == "completed", ended
    return ended


def refused(api: Client, status: int, method: str, path: str, **sent: Any) -> CallError:
    """The refusal that this call gets, with its status, its sentence and its remedy."""
    with pytest.raises(CallError) as refusal:
        api.api.call(method, path, **sent)
    found = refusal.value
    assert found.status == status, found.body
    assert found.detail
    assert found.remedy
    assert found.body["request_id"]
    return found


def refused_run(api: Client, field: str, **request: Any) -> CallError:
    """The 422 of a run request, whose one reason is `field`."""
    found = refused(api, 422, "POST", "/demo/run", json=request)
    assert field in [error.field for error in found.errors], found.body
    named = next(error for error in found.errors if error.field == field)
    assert named.found
    assert named.allowed
    return found


def events_of(api: Client, **request: Any) -> list[Json]:
    """Every event of a run that is started and followed to its end."""
    return list(api.runs.watch(api.runs.start(**request).run_id))


def completed(events: list[Json]) -> dict[str, Json]:
    """The final event of each step by its name."""
    return {event["step_name"]: event for event in events if event["event_type"] == "step_complete"}


def summary_of(events: list[Json]) -> Json:
    """What the last event tells."""
    assert events[-1]["event_type"] == "pipeline_complete"
    return events[-1]["data"]


@contextmanager
def socket(api: Client, max_queue: int = 16) -> Iterator[ClientConnection]:
    """The WebSocket; it stops reading from the network while `max_queue` frames wait to be heard."""
    url = str(api.api.http.base_url).rstrip("/").replace("http", "ws", 1)
    with connect(f"{url}/demo/stream", max_size=None, max_queue=max_queue) as opened:
        yield opened


def told(opened: ClientConnection, first: Json | str | bytes) -> list[Json]:
    """Send the first frame and hear everything up to the close."""
    opened.send(json.dumps(first) if isinstance(first, dict) else first)
    return list(heard(opened))


def heard(opened: ClientConnection) -> Iterator[Json]:
    try:
        while True:
            yield json.loads(opened.recv(timeout=60))
    except ConnectionClosed:
        return
