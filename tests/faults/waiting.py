"""Waiting for what another thread or process does, with an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from showcase.errors import ShowcaseError
from showcase.failpoints import Failpoint, arm
from showcase.pipeline.launcher import Launcher
from showcase.store.runs import RunRow
from showcase.testing import fresh_request
from showcase.wiring import Installation

LONG = {"scenario": "retail_standard", "preservation": "keep", "backtest": {"n_splits": 6}, "reset": False}
PATIENCE_S = 60.0
BACK_WITHIN_S = 30.0
TWO_S = 2.0 * 5
"""What is promised within two seconds, where a machine is five times slower and others are at work on it."""


class Held(Failpoint):
    """Stands still at its place until it is released, in the process that waits for it."""

    def __init__(self, name: str, count: int = 1) -> None:
        super().__init__(name, "sleep", count)
        self.reached, self.released = threading.Event(), threading.Event()

    def _act(self) -> None:
        self.reached.set()
        assert self.released.wait(PATIENCE_S)


def wait_until(is_so: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def wait_for_step(launcher: Launcher, step: str) -> str:
    """Until the run that is under way comes to this step; returns its id."""
    found: list[str] = []

    def is_there() -> bool:
        run = launcher.running()
        if run is not None and run.step_name == step:
            found.append(str(run.run_id))
        return bool(found)

    wait_until(is_there, f"no run came to {step}")
    return found[0]


def run_through(installation: Installation, hurt: Callable[[], object], *, is_held: bool = True) -> str:
    """Begin a long run, `hurt` its database meanwhile; returns how the run stands once the program has recovered.

    The run waits in its backtest until it is hurt, unless the moment is to be a random one. The next run has to be
    green.
    """
    launcher, held = installation.launcher, Held("step.backtest.before")
    arm(held if is_held else None)
    execution = launcher.start(fresh_request(**LONG))
    wait_for_step(launcher, "backtest")
    assert not is_held or held.reached.wait(PATIENCE_S)
    hurt()
    held.released.set()
    arm(None)
    run, told, kept_as = _after_recovery(installation, str(execution.run_id))
    assert told[-1]["data"]["run_status"] == run.status
    assert kept_as == run.status
    if run.status == "interrupted":
        assert str(run.step_name) in str(run.reason)
    assert launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    return run.status


def _after_recovery(installation: Installation, run_id: str) -> tuple[RunRow, list[dict[str, Any]], str]:
    """An ended run, its events and the status of its workspace, read from a database that is whole again.

    Sessions of a server that is dead may answer for a moment; a new one is let in when none of them is left.
    """
    launcher, found = installation.launcher, list[tuple[RunRow, list[dict[str, Any]], str]]()

    def is_back() -> bool:
        with suppress(ShowcaseError):
            if launcher.show(run_id).status != "running":
                launcher.database.lone_connection().close()
                run = launcher.show(run_id)
                kept = installation.services.workspaces.show(str(run.workspace_id))
                found.append((run, launcher.events(run_id), kept.status))
        return bool(found)

    wait_until(is_back, "the database, or the settled run, did not come back", BACK_WITHIN_S)
    return found[0]
