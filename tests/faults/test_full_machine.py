"""Memory or disk that runs out inside a step: the run fails once, in words, and the next one is green."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from showcase.failpoints import Failpoint, arm
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.phases import data
from showcase.store.engine import Database
from showcase.testing import fresh_request, launcher_over


@pytest.fixture
def launcher(database: Database, tmp_path: Path) -> Iterator[Launcher]:
    opened = launcher_over(database, tmp_path)
    yield opened
    opened.close()
    arm(None)


def _recovers(launcher: Launcher) -> bool:
    return launcher.start(fresh_request()).wait(60).overall_status == "pass"


@pytest.mark.fault("P4")
def test_memory_that_runs_out_is_named(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def grab(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(data, "requested_recipe", grab)
        outcome = launcher.start(fresh_request()).wait(60)
    last = outcome.steps[-1]
    assert (outcome.run_status, last["step_name"], last["status"]) == ("failed", "seed", "fail")
    assert last["detail"].startswith("The memory was not enough in step seed. Close other programs")
    assert _recovers(launcher)


@pytest.mark.fault("D1")
def test_a_disk_that_fills_up_in_a_step_is_named(launcher: Launcher) -> None:
    arm(Failpoint.parse("step.register.after:raise"))
    outcome = launcher.start(fresh_request()).wait(60)
    arm(None)
    assert outcome.run_status == "failed"
    assert outcome.steps[-1]["detail"].startswith("The disk is full in step register.")
    assert launcher.services.models.alias("demo-production") is None
    assert _recovers(launcher)
