"""A disk that fails while it syncs: the database gives up at once, comes back, and has what was committed."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from showcase.errors import ShowcaseError
from showcase.settings import Settings
from showcase.store.embedded import EmbeddedPostgres
from showcase.store.server_process import running_server
from showcase.testing import fresh_request
from showcase.wiring import Installation, open_installation
from tests.faults.disks import folder_for_all
from tests.faults.waiting import run_through, wait_until
from tests.postgres import remove_database


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


@pytest.mark.fault("P11")
def test_a_sync_that_fails_is_survived_with_every_committed_row() -> None:
    with folder_for_all() as folder:
        home = folder / "home"
        with open_installation(Settings(home=home, test=True)) as installation:
            installation.live_long(look_every_s=0.5)
            done = installation.launcher.start(fresh_request(preservation="keep")).wait(60)
            kept = installation.services.workspaces.show(str(done.summary["workspace_id"]))
            assert run_through(installation, lambda: _fail_syncs(installation)) in ("interrupted", "failed")
            assert installation.services.workspaces.show(str(kept.workspace_id)) == kept
        remove_database(home)


def _fail_syncs(installation: Installation) -> None:
    """Until the server, which must not trust its disk any more, has ended all of its sessions."""
    assert isinstance(installation.embedded, EmbeddedPostgres)
    server = running_server(installation.embedded.location())
    assert server is not None
    backends = {child.pid for child in server.process.children()}
    with failing_syncs(server.process):
        wait_until(lambda: _has_panicked(installation, server.process, backends), "the server trusts a broken disk")


def _has_panicked(installation: Installation, server: psutil.Process, before: set[int]) -> bool:
    with suppress(ShowcaseError):
        # one more commit, which has to be synced
        installation.services.workspaces.save_search("sync", {"q": secrets.token_hex(4)})
    return not server.is_running() or not before & {child.pid for child in server.children()}
