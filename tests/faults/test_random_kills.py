"""kill -9 at random moments of kept runs, on the embedded database that dies with its process's group or lives on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from showcase.settings import load_settings
from showcase.testing import fresh_request
from showcase.wiring import open_installation
from tests.postgres import remove_database

KILLS = 10
SETTLED_WITHIN_S = 15.0


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="showcase-kills-") as folder:
        Path(folder).chmod(0o755)  # root's server, which runs as nobody, must be able to enter
        yield Path(folder) / "home"
        remove_database(Path(folder) / "home")


def _run_and_kill(home: Path, delay_s: float) -> list[dict[str, object]]:
    """Start a kept run, kill its process so long after its first event; returns the events that were shown."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from showcase.cli import main; main()", "run", "--reseed", "--keep", "--json"],
        env={**os.environ, "SHOWCASE_HOME": str(home)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    lines += process.communicate()[0].splitlines()
    # a line that was cut by the kill was not shown whole
    return [json.loads(line) for line in lines if line.strip().endswith("}")]


@pytest.mark.slow
@pytest.mark.fault("P1")
def test_every_killed_run_is_settled_by_the_next_start_and_loses_nothing_it_showed(
    home: Path, record_property: Callable[[str, object], None]
) -> None:
    longest = 0.0
    for _ in range(KILLS):
        shown = _run_and_kill(home, random.uniform(0.0, 1.2))
        started = time.monotonic()
        with open_installation(load_settings(home=home)) as installation:
            longest = max(longest, time.monotonic() - started)
            run = installation.launcher.show(str(shown[0]["run_id"]))
            assert run.status in ("interrupted", "completed")
            assert installation.launcher.running() is None
            stored = installation.launcher.events(run.run_id)
            assert stored[: len(shown)] == shown
            assert stored[-1]["event_type"] == "pipeline_complete"
            assert installation.services.workspaces.show(str(run.workspace_id)).status == run.status
            assert installation.launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    assert longest < SETTLED_WITHIN_S
    record_property("figure", f"{KILLS} kills at random moments, the next start took {longest:.1f} s at most")
