"""Contract section 9: one run at a time, and nothing lost by whoever is refused."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from showcase.client import Client
from tests.conformance.asking import RICH, SMALL, UNKNOWN, Json, refused, socket, summary_of, told
from tests.conformance.settings import WINDOW_S

_HALF_S = float(WINDOW_S) / 2


@contextmanager
def holding(api: Client) -> Iterator[Json]:
    """A run that waits for a decision, and so holds the pipeline; it is stopped at the end."""
    started = api.runs.start(**RICH, preservation="keep", workspace_name="holder")
    events = api.runs.watch(started.run_id)
    next(event for event in events if event["event_type"] == "step_progress" and "action_id" in event["data"])
    yield {"run_id": started.run_id, "workspace_id": started.workspace_id}
    if api.runs.show(started.run_id)["status"] == "running":
        api.runs.stop(started.run_id)
    assert summary_of(list(events))["run_status"] in ("cancelled", "completed")


@pytest.fixture(scope="module")
def newest_holder(api: Client) -> Iterator[Callable[[], Json]]:
    """The run that holds the pipeline for one test after the other; a new one once half of its window is over."""
    with ExitStack() as stack:
        run: Json = {}
        asked_at = -math.inf

        def newest() -> Json:
            nonlocal run, asked_at
            if time.monotonic() - asked_at > _HALF_S:
                stack.close()
                run, asked_at = stack.enter_context(holding(api)), time.monotonic()
            return run

        yield newest


@pytest.fixture
def holder(newest_holder: Callable[[], Json]) -> Json:
    """A run that holds the pipeline for as long as the test takes."""
    return newest_holder()


PAIR = {"store_id": 1, "product_id": 1}
MODEL = {"model_type": "naive"}
WRITERS: list[tuple[str, str, Json | None]] = [
    ("POST", "/demo/run", SMALL), ("POST", "/demo/run", {}), ("POST", "/demo/run", SMALL | {"preservation": "keep"}),
    ("POST", "/seeder/generate", {"end_date": "2026-01-31"}), ("POST", "/seeder/append", {"end_date": "2030-01-01"}),
    ("POST", "/seeder/phase2-enrichment", None), ("DELETE", "/seeder/data", None),
    ("POST", "/forecasting/train", {**PAIR, "config": MODEL}), ("POST", "/forecasting/predict", {}),
    ("POST", "/backtesting/run", {**PAIR, "configs": [MODEL]}),
    ("POST", "/batch/forecasting", {"operation": "train", "scope": {"kind": "all"}, "model_configs": [MODEL]}),
    ("POST", "/datasets/1/current", None),
]  # fmt: skip
READERS = [
    "/health", "/demo/runs", "/demo/workspaces", "/datasets", "/seeder/status", "/dimensions/stores", "/registry/runs",
    "/registry/aliases", "/ops/summary", "/scenarios", "/model-selection/models", "/demo/approval-events",
]  # fmt: skip


def still_holds(api: Client, holder: Json) -> bool:
    return api.runs.show(holder["run_id"])["status"] == "running"


@pytest.mark.parametrize(("method", "path", "sent"), WRITERS)
def test_s9_whoever_writes_while_a_run_goes_on_gets_409_and_who_holds_it(
    api: Client, holder: Json, method: str, path: str, sent: Json | None
) -> None:
    found = refused(api, 409, method, path, **({} if sent is None else {"json": sent}))
    assert found.kind == "busy"
    assert holder["run_id"][:8] in found.detail
    assert "since" in found.detail
    assert still_holds(api, holder)


def test_s9_an_import_while_a_run_goes_on_is_refused(api: Client, http: httpx.Client, holder: Json) -> None:
    answer = http.post(
        "/datasets/import", files={"file": ("a.csv", b"date,store,product,quantity\n2026-01-01,a,b,1\n")}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:showcase:busy")
    assert still_holds(api, holder)


def test_s9_a_second_starter_on_the_socket_gets_one_error_event(api: Client, holder: Json) -> None:
    with socket(api) as opened:
        events = told(opened, SMALL)
    assert [event["event_type"] for event in events] == ["error"]
    assert events[0]["reason"] == "busy"
    assert still_holds(api, holder)


@pytest.mark.parametrize("path", READERS)
def test_s9_reading_goes_on_while_a_run_does(api: Client, holder: Json, path: str) -> None:
    assert isinstance(api.api.call("GET", path), dict)
    assert still_holds(api, holder)


def test_s9_what_is_refused_anyway_is_refused_before_the_lock_is_looked_at(api: Client, holder: Json) -> None:
    refused(api, 422, "POST", "/demo/run", json={"seed": "x"})
    refused(api, 422, "POST", "/forecasting/train", json={})


def test_s9_a_running_workspace_is_neither_exported_nor_deleted(api: Client, holder: Json) -> None:
    path = f"/demo/workspaces/{holder['workspace_id']}"
    refused(api, 409, "POST", f"{path}/export")
    refused(api, 409, "DELETE", path)
    assert api.workspaces.show(holder["workspace_id"])["status"] == "running"


def test_s9_a_running_workspace_can_be_edited(api: Client, holder: Json) -> None:
    assert api.workspaces.edit(holder["workspace_id"], notes="while it runs")["notes"] == "while it runs"


def test_s9_a_bulk_delete_leaves_a_running_one_out_and_says_why(api: Client, holder: Json) -> None:
    done = api.workspaces.bulk("delete", ids=[holder["workspace_id"]])
    assert done["affected"] == []
    assert done["left_out"][0]["why"]


def test_s9_the_running_run_is_listed_with_its_step(api: Client, holder: Json) -> None:
    running = api.runs.list(status="running")
    assert [run["run_id"] for run in running] == [holder["run_id"]]
    assert running[0]["step"] == "agent_hitl_flow"
    assert running[0]["workspace_id"] == holder["workspace_id"]


def test_s9_a_run_that_is_not_there_is_not_found(api: Client) -> None:
    for method, path in (("GET", ""), ("GET", "/events"), ("POST", "/stop")):
        refused(api, 404, method, f"/demo/runs/{UNKNOWN}{path}")


@pytest.mark.parametrize("limit", [0, 101, "x", "1.5"])
def test_s9_a_list_of_runs_is_one_to_a_hundred(api: Client, limit: Any) -> None:
    refused(api, 422, "GET", "/demo/runs", params={"limit": limit})
