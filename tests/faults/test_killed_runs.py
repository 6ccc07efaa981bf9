"""kill -9 at every named place of a run: the lock is free at once, the run is settled, the next one is green."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from showcase.failpoints import Failpoint, arm
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import parse_request
from showcase.pipeline.settle import settle_interrupted
from showcase.pipeline.steps import eleven_steps, twenty_four_steps
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.lock import lock_is_free
from showcase.testing import fresh_request, launcher_over
from tests.faults.victims import die_while_running, url_of, victim
from tests.faults.waiting import TWO_S, wait_until

KILLS = 300
FRAME: dict[str, Any] = {"skip_seed": False, "preservation": "keep", "workspace_name": "victim"}
STEP_PLACES = [f"step.{step.name}.{side}" for step in eleven_steps() for side in ("before", "after")]
RICH_PLACES = [f"step.{step.name}.{side}" for step in twenty_four_steps() for side in ("before", "after")]


def dies_at(database: Database, home: Path, failpoint: str, frame: dict[str, Any]) -> bool:
    """Let a run die at this place, and see its lock free; False for a run that ended well without coming to it."""
    with victim(die_while_running, url_of(database), home, failpoint, frame) as process:
        process.join(120)
        if process.exitcode == 0:
            return False
        assert process.exitcode == -signal.SIGKILL, f"at {failpoint} the process ended with {process.exitcode}"
    wait_until(lambda: lock_is_free(database), f"the lock was not free soon after the kill at {failpoint}", TWO_S)
    return True


def check_settled(launcher: Launcher) -> None:
    """Nothing stands as running, no step is half told, and what ended says where and why."""
    settle_interrupted(launcher.database, launcher.services.clock)
    with launcher.database.read() as connection:
        runs = connection.execute(select(t.demo_run)).all()
        open_rows = [
            connection.execute(select(table).where(table.c.status.in_(("running", "pending")))).all()
            for table in (t.demo_run, t.showcase_workspace, t.job, t.model_run)
        ]
    assert not any(open_rows)
    for run in runs:
        told = launcher.events(run.run_id)
        assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
        assert told[-1]["event_type"] == "pipeline_complete"
        assert told[-1]["data"]["run_status"] == run.status
        starts = [event["step_name"] for event in told if event["event_type"] == "step_start"]
        ends = [event["step_name"] for event in told if event["event_type"] == "step_complete"]
        assert starts == ends
        if run.status == "interrupted":
            assert (run.step_name or "precheck") in run.reason
        if run.workspace_id:
            assert launcher.services.workspaces.show(run.workspace_id).status == run.status


def commits_of_a_run(database: Database, home: Path) -> int:
    """How many units of work a run of FRAME commits, counted on one that lives."""
    launcher, counter = launcher_over(database, home), Failpoint("commit.before", "raise", count=10**6)
    arm(counter)
    try:
        assert launcher.start(parse_request(FRAME)).wait(60).overall_status == "pass"
    finally:
        arm(None)
        launcher.close()
    return counter.seen


@pytest.mark.fault("P1")
@pytest.mark.parametrize("place", ["step.seed.before", "step.backtest.after", "commit.before@3", "commit.after@12"])
def test_a_run_killed_at_a_named_place_is_settled_and_the_next_is_green(
    database: Database, tmp_path: Path, place: str
) -> None:
    assert dies_at(database, tmp_path, f"{place}:kill", FRAME), f"{place} was not reached"
    launcher = launcher_over(database, tmp_path)
    check_settled(launcher)
    assert launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    launcher.close()


@pytest.mark.fault("P1")
@pytest.mark.slow
def test_no_place_at_which_a_run_dies_leaves_anything_running(
    database: Database, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every step before and after, every commit before and after, rich runs too, until three hundred have died."""
    commits = commits_of_a_run(database, tmp_path)
    rich = FRAME | {"scenario": "showcase_rich"}
    deaths = [(place, FRAME) for place in STEP_PLACES] + [(place, rich) for place in RICH_PLACES]
    deaths += [(f"commit.{side}@{n}", FRAME) for n in range(1, commits + 1) for side in ("before", "after")]
    launcher = launcher_over(database, tmp_path)
    started, died, left_out = time.monotonic(), 0, 0
    # progress is told by the clock, so that a quicker run than the counted one commits less often
    others = ((f"commit.before@{random.randint(1, commits)}", rich) for _ in range(3 * KILLS))
    for number, (place, frame) in enumerate((*deaths, *others)):
        if number >= len(deaths) and died >= KILLS:
            break
        if dies_at(database, tmp_path, f"{place}:kill", frame):
            died += 1
        else:
            assert place.startswith("commit."), f"{place} was not reached"
            left_out += 1
        settle_interrupted(database, launcher.services.clock)
        if number % 25 == 0:
            assert launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    assert died >= KILLS
    assert left_out < KILLS / 10
    check_settled(launcher)
    launcher.close()
    record_property("figure", f"{died} kills, no row left running, {time.monotonic() - started:.0f} s")
