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

from showcase.settings import Settings
from showcase.store.embedded import EmbeddedPostgres
from showcase.store.server_process import running_server
from showcase.wiring import Installation, open_installation
from tests.faults.waiting import run_through
from tests.postgres import remove_database


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


@pytest.mark.fault("P6")
def test_a_run_whose_server_is_killed_is_interrupted_and_the_program_goes_on(installation: Installation) -> None:
    assert run_through(installation, lambda: _server(installation).kill()) == "interrupted"


@pytest.mark.fault("P5")
def test_a_run_whose_backend_is_killed_ends_and_the_program_goes_on(installation: Installation) -> None:
    status = run_through(installation, lambda: _a_backend(_server(installation)).kill())
    assert status in ("interrupted", "failed")


@pytest.mark.fault("P7")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_a_run_whose_server_is_stopped_is_settled_and_the_program_goes_on(
    installation: Installation, number: signal.Signals
) -> None:
    status = run_through(installation, lambda: os.kill(_server(installation).pid, number))
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

        statuses.append(run_through(installation, kill_later, is_held=False))
    record_property("figure", f"10 kills of the server, runs ended {sorted(set(statuses))}, each next run green")
