"""A run whose process was killed is settled, and the pipeline is usable at once."""

from __future__ import annotations

import json
import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from showcase.errors import ConflictError
from showcase.kernel.identity import RunId
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.settle import settle_interrupted
from showcase.pipeline.steps import eleven_steps
from showcase.store import runs
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.fence import check_fence
from showcase.store.lock import lock_is_free
from showcase.testing import fresh_request
from tests.faults.waiting import TWO_S, wait_until
from tests.pipeline.killable import start_run


def _kill_after(database: Database, home: Path, wanted: str) -> list[dict[str, Any]]:
    """Start a kept run and kill -9 its process when it tells of `wanted`; returns the events that were heard.

    The run stands still before the next step begins: on a busy machine it might end before the kill comes.
    """
    url = database.url.render_as_string(hide_password=False)
    step, event = wanted.split(":")
    names = [each.name for each in eleven_steps()]
    halt = f"step.{step}.after" if event == "step_start" else f"step.{names[names.index(step) + 1]}.before"
    process = start_run(url, home, "--reseed", "--keep", "--name", "killed", failpoint=f"{halt}:sleep")
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(json.loads(line))
        if (heard[-1].get("step_name"), heard[-1]["event_type"]) == (step, event):
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return heard


def _await_free_lock(database: Database) -> None:
    wait_until(lambda: lock_is_free(database), "the lock of a killed process was not free soon", TWO_S)


def _check_settled(launcher: Launcher, heard: list[dict[str, Any]]) -> None:
    run_id = heard[0]["run_id"]
    run = launcher.show(run_id)
    assert run.status == "interrupted"
    assert run.step_name is not None
    assert run.step_name in str(run.reason)
    stored = launcher.events(run_id)
    assert stored[: len(heard)] == heard, "an event that was shown was lost"
    assert [event["seq"] for event in stored] == list(range(1, len(stored) + 1))
    assert stored[-1]["event_type"] == "pipeline_complete"
    assert stored[-1]["data"]["run_status"] == "interrupted"
    assert stored[-1]["status"] == "fail"
    assert launcher.services.workspaces.show(str(run.workspace_id)).status == "interrupted"
    with launcher.database.read() as connection:
        open_jobs = connection.execute(select(t.job.c.job_id).where(t.job.c.status == "running")).all()
        open_models = connection.execute(
            select(t.model_run.c.run_id).where(t.model_run.c.status.in_(("pending", "running")))
        ).all()
    assert (open_jobs, open_models) == ([], [])


@pytest.mark.fault("P1")
@pytest.mark.compat
@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param("seed:step_start", marks=pytest.mark.long),
        "backtest:step_start",
        pytest.param("register:step_complete", marks=pytest.mark.long),
    ],
)
def test_a_killed_run_is_interrupted_in_its_step_and_nothing_committed_is_lost(
    launcher: Launcher, database: Database, tmp_path: Path, wanted: str
) -> None:
    heard = _kill_after(database, tmp_path, wanted)
    _await_free_lock(database)
    settled = settle_interrupted(database, launcher.services.clock)
    assert [str(run_id) for run_id in settled] == [heard[0]["run_id"]]
    _check_settled(launcher, heard)
    assert launcher.services.models.alias("demo-production") is None, "the alias of an unfinished run was put back"
    assert launcher.start(fresh_request()).wait(60).overall_status == "pass"


def test_a_run_killed_at_a_random_moment_is_settled_by_the_next_start(
    launcher: Launcher, database: Database, tmp_path: Path
) -> None:
    steps = [step.name for step in eleven_steps()]
    wanted = f"{random.choice(steps[:-1])}:step_complete"
    heard = _kill_after(database, tmp_path, wanted)
    _await_free_lock(database)
    outcome = launcher.start(fresh_request()).wait(60)
    assert outcome.overall_status == "pass"
    _check_settled(launcher, heard)


def test_a_living_run_is_never_settled(launcher: Launcher, database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    process = start_run(url, tmp_path, "--reseed", "--scenario", "retail_standard")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    settled = settle_interrupted(database, launcher.services.clock)
    rest, _ = process.communicate(timeout=120)
    last = json.loads(rest.splitlines()[-1])
    assert first["run_id"] not in settled
    assert (process.returncode, last["data"]["run_status"]) == (0, "completed")


def test_a_settled_run_refuses_late_writes(launcher: Launcher, database: Database, tmp_path: Path) -> None:
    heard = _kill_after(database, tmp_path, "status:step_complete")
    _await_free_lock(database)
    run = launcher.show(heard[0]["run_id"])
    late = launcher.services.fenced(RunId(run.run_id), run.token)
    with late.transactions.begin():
        pass  # not settled yet: its own writer may still write
    settle_interrupted(database, launcher.services.clock)
    with pytest.raises(ConflictError) as refused, late.transactions.begin():
        pass
    assert refused.value.reason == "fenced"


def test_a_unit_of_work_of_a_run_holds_up_neither_another_one_nor_its_heartbeat(database: Database) -> None:
    """A step may write for longer than a run may be silent."""
    run_id = RunId.new()
    with database.begin() as connection:
        token = runs.take_token(connection, "me", run_id)
        runs.insert_run(
            connection, run_id, scenario="sparse", request={}, token=token, holder="me", total_steps=11,
            workspace_id=None,
        )  # fmt: skip
    with database.begin() as long:
        check_fence(long, run_id, token)
        with database.begin() as other:
            other.execute(text("SET LOCAL lock_timeout = '10s'"))
            check_fence(other, run_id, token)
            assert runs.beat(other, run_id, token) is False, "nobody asked it to stop"


@pytest.mark.fault("P2")
@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGTERM])
def test_a_signal_stops_the_run_and_the_exit_code_says_so(
    launcher: Launcher, database: Database, tmp_path: Path, number: signal.Signals
) -> None:
    url = database.url.render_as_string(hide_password=False)
    process = start_run(url, tmp_path, "--reseed", "--scenario", "retail_standard", "--keep")
    assert process.stdout is not None
    events = [json.loads(process.stdout.readline())]
    process.send_signal(number)
    rest, _ = process.communicate(timeout=60)
    events += [json.loads(line) for line in rest.splitlines()]
    assert events[-1]["data"]["run_status"] == "cancelled"
    assert process.returncode == 3
    assert launcher.show(events[0]["run_id"]).status == "cancelled"


@pytest.mark.fault("P2")
def test_a_signal_after_the_end_changes_nothing(launcher: Launcher, database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    process = start_run(url, tmp_path, "--reseed", "--keep", failpoint="run.recorded:sleep")
    assert process.stdout is not None
    last = next(line for line in process.stdout if '"pipeline_complete"' in line)
    while process.poll() is None:  # two that come at once would count as one
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    process.communicate()
    assert launcher.show(json.loads(last)["run_id"]).status == "completed"
