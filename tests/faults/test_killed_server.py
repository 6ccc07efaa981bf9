"""The database server dies in the middle of a run: the program brings it back and settles the run."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from showcase.errors import ShowcaseError
from showcase.pipeline.launcher import Launcher
from showcase.settings import Settings
from showcase.store.embedded import EmbeddedPostgres
from showcase.store.server_process import running_server
from showcase.testing import fresh_request
from showcase.wiring import Installation, open_installation
from tests.postgres import remove_database

LONG = {"scenario": "retail_standard", "preservation": "keep", "backtest": {"n_splits": 6}, "reset": False}
BACK_WITHIN_S = 30.0


@pytest.fixture
def installation() -> Iterator[Installation]:
    """A process that serves, with an embedded server of its own, looked after twice a second."""
    with tempfile.TemporaryDirectory(prefix="showcase-killed-") as folder:
        Path(folder).chmod(0o755)  # root's server, which runs as nobody, must be able to enter
        home = Path(folder) / "home"
        with open_installation(Settings(home=home, test=True)) as opened:
            opened.live_long(look_every_s=0.5)
            yield opened
        remove_database(home)


def _server(installation: Installation) -> psutil.Process:
    assert isinstance(installation.embedded, EmbeddedPostgres)
    server = running_server(installation.embedded.location())
    assert server is not None
    return server.process


def _a_backend(server: psutil.Process) -> psutil.Process:
    return next(child for child in server.children() if "showcase" in " ".join(child.cmdline()))


def _wait_for_step(launcher: Launcher, step: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        run = launcher.running()
        if run is not None and run.step_name == step:
            return
        time.sleep(0.005)
    raise AssertionError(f"no run came to {step}")


def _run_through(installation: Installation, hurt: Callable[[], object]) -> str:
    """Begin a long run, `hurt` the server meanwhile; returns how the run stands once the program has recovered."""
    launcher = installation.launcher
    execution = launcher.start(fresh_request(**LONG))
    _wait_for_step(launcher, "backtest")
    hurt()
    deadline = time.monotonic() + BACK_WITHIN_S
    while True:
        try:
            run = launcher.show(str(execution.run_id))
            if run.status != "running":
                break
        except ShowcaseError:
            pass  # not back yet
        assert time.monotonic() < deadline, "the database, or the settled run, did not come back"
        time.sleep(0.05)
    told = launcher.events(str(execution.run_id))
    assert told[-1]["data"]["run_status"] == run.status
    assert installation.services.workspaces.show(str(run.workspace_id)).status == run.status
    if run.status == "interrupted":
        assert str(run.step_name) in str(run.reason)
    assert launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    return run.status


@pytest.mark.fault("P6")
def test_a_run_whose_server_is_killed_is_interrupted_and_the_program_goes_on(installation: Installation) -> None:
    assert _run_through(installation, lambda: _server(installation).kill()) == "interrupted"


@pytest.mark.fault("P5")
def test_a_run_whose_backend_is_killed_ends_and_the_program_goes_on(installation: Installation) -> None:
    status = _run_through(installation, lambda: _a_backend(_server(installation)).kill())
    assert status in ("interrupted", "failed")


@pytest.mark.fault("P7")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_a_run_whose_server_is_stopped_is_settled_and_the_program_goes_on(
    installation: Installation, number: signal.Signals
) -> None:
    status = _run_through(installation, lambda: os.kill(_server(installation).pid, number))
    assert status in ("interrupted", "failed")


@pytest.mark.slow
@pytest.mark.fault("P6")
def test_ten_kills_of_the_server_at_random_moments(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    statuses = []
    for _ in range(10):
        delay_s = random.uniform(0.0, 1.5)

        def kill_later(delay_s: float = delay_s) -> None:
            time.sleep(delay_s)
            _server(installation).kill()

        statuses.append(_run_through(installation, kill_later))
    record_property("figure", f"10 kills of the server, runs ended {sorted(set(statuses))}, each next run green")
