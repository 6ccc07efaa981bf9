"""The database server dies, or its disk, in the middle of a run: the program brings it back and settles the run."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from showcase.errors import ShowcaseError
from showcase.settings import Settings
from showcase.store.embedded import EmbeddedPostgres
from showcase.store.server_process import running_server
from showcase.testing import fresh_request
from showcase.wiring import Installation, open_installation
from tests.faults.waiting import run_through, wait_until
from tests.postgres import remove_database


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """A process that serves, with an embedded server of its own, looked after twice a second.

    It is there for all tests of the module, as every one of them says: the program goes on.
    """
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


@contextmanager
def failing_syncs(process: psutil.Process) -> Iterator[None]:
    """Every sync of the process and its children fails with EIO until the block ends."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("syncs are made to fail with strace, which is not installed (apt-get install strace)")
    calls = "fsync,fdatasync"
    living = [process.pid, *(child.pid for child in process.children())]
    pids, broken = ",".join(map(str, living)), f"inject={calls}:error=EIO"
    command = [strace, "-f", "-p", pids, "-e", f"trace={calls}", "-e", broken]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if "attached" not in said:
            tracer.kill()
            pytest.skip(f"strace may not look into other processes here: {said.strip()}")
        try:
            yield
        finally:
            tracer.terminate()
            tracer.stderr.close()


@pytest.mark.fault("P6")
def test_a_run_whose_server_is_killed_is_interrupted_and_the_program_goes_on(installation: Installation) -> None:
    assert run_through(installation, lambda: _server(installation).kill()) == "interrupted"


@pytest.mark.fault("P5")
def test_a_run_whose_backend_is_killed_ends_and_the_program_goes_on(installation: Installation) -> None:
    status = run_through(installation, lambda: _a_backend(_server(installation)).kill())
    assert status in ("interrupted", "failed")


@pytest.mark.fault("P7")
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, id="fast"),
        pytest.param(signal.SIGQUIT, id="immediate", marks=pytest.mark.long),
    ],
)
def test_a_run_whose_server_is_stopped_is_settled_and_the_program_goes_on(
    installation: Installation, number: signal.Signals
) -> None:
    status = run_through(installation, lambda: os.kill(_server(installation).pid, number))
    assert status in ("interrupted", "failed")


@pytest.mark.fault("P11")
def test_a_sync_that_fails_is_survived_with_every_committed_row(installation: Installation) -> None:
    done = installation.launcher.start(fresh_request(preservation="keep")).wait(60)
    kept = installation.services.workspaces.show(str(done.summary["workspace_id"]))
    assert run_through(installation, lambda: _fail_syncs(installation)) in ("interrupted", "failed")
    assert installation.services.workspaces.show(str(kept.workspace_id)) == kept


def _fail_syncs(installation: Installation) -> None:
    """Until the server, which must not trust its disk any more, has ended all of its sessions."""
    server = _server(installation)
    backends = {child.pid for child in server.children()}
    with failing_syncs(server):
        wait_until(lambda: _has_panicked(installation, server, backends), "the server trusts a broken disk")


def _has_panicked(installation: Installation, server: psutil.Process, before: set[int]) -> bool:
    with suppress(ShowcaseError):
        # one more commit, which has to be synced
        installation.services.workspaces.save_search("sync", {"q": secrets.token_hex(4)})
    return not server.is_running() or not before & {child.pid for child in server.children()}


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
