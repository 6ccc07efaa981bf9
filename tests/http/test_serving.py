"""`showcase serve` as a process: what it serves, and how it ends."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from showcase.pipeline.request import parse_request
from showcase.store.engine import Database
from showcase.store.lock import lock_is_free
from showcase.testing import launcher_over
from tests.faults.waiting import wait_until
from tests.http.served import served

LONG = {"skip_seed": False, "scenario": "new_launches", "seed_overrides": {"stores": 60, "products": 100}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_http_alone_has_no_console_and_a_signal_stops_its_run_as_cancelled(database: Database, home: Path) -> None:
    with served(database, home, "--only", "http") as server:
        assert server.get("/health").json()["status"] == "ok"
        assert server.get("/").status_code == 404
        assert server.get("/notebooks").status_code == 404
        assert "server" not in server.get("/health").headers
        started = server.post("/demo/run?wait=false", json={**LONG, "preservation": "keep"}).json()
        with httpx.stream(
            "GET", f"{server.url}/demo/runs/{started['run_id']}/events", headers={"accept": "text/event-stream"}
        ) as listening:
            lines = listening.iter_lines()
            assert any(line.startswith("data: ") for line in lines)
            assert server.stop() == 0
    launcher = launcher_over(database, home)
    ended = launcher.show(started["run_id"])
    launcher.close()
    assert ended.status == "cancelled"
    assert ended.summary is not None
    assert ended.summary["run_status"] == "cancelled"


def test_a_second_signal_does_not_wait_and_the_next_start_settles_the_run(database: Database, home: Path) -> None:
    with served(database, home, "--only", "http") as server:
        started = server.post("/demo/run?wait=false", json=LONG).json()
        with connect(f"ws://127.0.0.1:{server.port}/demo/stream") as watching:
            watching.send(json.dumps({"run_id": started["run_id"]}))
            assert json.loads(watching.recv())["seq"] == 1
            server.process.send_signal(signal.SIGINT)
            assert server.stop(signal.SIGINT) == 0
    # the database notices a moment later that the process is gone
    wait_until(lambda: lock_is_free(database), "the process that has ended still holds the pipeline")
    launcher = launcher_over(database, home)
    launcher.start(parse_request({})).wait(60)  # settles what is left
    assert launcher.show(started["run_id"]).status in ("cancelled", "interrupted")
    launcher.close()


def test_the_console_alone_has_no_http(database: Database, home: Path) -> None:
    with served(database, home, "--only", "console", "--root-path", "/demo-room/") as server:
        assert "<title>Showcase</title>" in server.get("/").text
        assert server.get("/health").status_code == 200
        assert server.get("/notebooks").status_code == 200
        for path in ("/demo/runs", "/docs", "/openapi.json"):
            assert server.get(path).status_code == 404
