"""A process that stands still is given up; when it wakes, it finds itself fenced off and writes nothing more."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from showcase.errors import ConflictError
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.settle import settle_interrupted
from showcase.store.engine import Database
from showcase.store.lock import lock_is_free
from showcase.testing import fresh_request, launcher_over
from tests.faults.victims import die_while_running, die_while_wiping, url_of, victim
from tests.faults.waiting import wait_for_step, wait_until

SILENT_S = 1.0
LONG = {"skip_seed": False, "scenario": "retail_standard", "backtest": {"n_splits": 8}, "preservation": "keep"}


def _wait_until_given_up(launcher: Launcher, run_id: str) -> None:
    deadline = time.monotonic() + 30
    while not (settled := settle_interrupted(launcher.database, launcher.services.clock, silent_s=SILENT_S)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [str(each) for each in settled] == [run_id]


@pytest.mark.fault("P3")
def test_a_process_stopped_inside_a_transaction_keeps_no_row_from_being_settled(
    database: Database, tmp_path: Path
) -> None:
    launcher, unit = launcher_over(database, tmp_path), "commit.before@9:sleep"
    with victim(die_while_running, url_of(database), tmp_path, unit, LONG) as process:
        run_id = wait_for_step(launcher, "seed")
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        _wait_until_given_up(launcher, run_id)
    assert launcher.show(run_id).status == "interrupted"
    launcher.close()


@pytest.mark.fault("P3")
def test_a_stopped_process_is_given_up_and_refused_when_it_wakes(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    with victim(die_while_running, url_of(database), tmp_path, None, LONG) as process:
        run_id = wait_for_step(launcher, "backtest")
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        assert settle_interrupted(database, launcher.services.clock) == [], "it was silent for a moment only"
        _wait_until_given_up(launcher, run_id)
        told = launcher.events(run_id)
        assert launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
        os.kill(process.pid, signal.SIGCONT)
        process.join(60)
        assert process.exitcode == 1, "the awakened process ends by itself, with an error"
    assert launcher.events(run_id) == told
    assert launcher.show(run_id).status == "interrupted"
    launcher.close()


@pytest.mark.fault("P3")
def test_a_run_that_beats_is_never_given_up(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    execution = launcher.start(fresh_request(scenario="retail_standard"))
    while execution.run_id not in settle_interrupted(database, launcher.services.clock, silent_s=5.0):
        if launcher.running() is None:
            break
        time.sleep(0.05)
    assert execution.wait(60).overall_status == "pass"
    launcher.close()


@pytest.mark.fault("P15")
def test_demand_data_are_not_wiped_while_a_run_of_another_process_uses_them(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    launcher.start(fresh_request()).wait(60)
    before = launcher.services.demand.preview_wipe()
    with victim(die_while_running, url_of(database), tmp_path, "step.train.before:sleep", {}) as process:
        wait_for_step(launcher, "train")
        with (
            pytest.raises(ConflictError, match=f"held by process {process.pid} on ") as refused,
            launcher.exclusive("a wipe"),
        ):
            launcher.services.demand.wipe()
        assert refused.value.reason == "busy"
        assert launcher.services.demand.preview_wipe() == before
    launcher.close()


@pytest.mark.fault("P15")
def test_a_wipe_that_is_killed_before_its_commit_took_nothing(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    launcher.start(fresh_request()).wait(60)
    before = launcher.services.demand.preview_wipe()
    with victim(die_while_wiping, url_of(database), tmp_path, "commit.before:kill") as process:
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
    assert launcher.services.demand.preview_wipe() == before
    wait_until(lambda: lock_is_free(database), "the killed process still holds the pipeline")
    with launcher.exclusive("a wipe"):
        assert launcher.services.demand.wipe() == before
    assert launcher.services.demand.preview_wipe().rows == 0
    launcher.close()
