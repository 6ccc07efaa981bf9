"""Exports that are killed with kill -9: `python -m tests.services.killed_exports URL HOME WORKSPACE KILLS SEED`.

Each export is a forked process. Half of them are killed before or after one counted operation on the disk, half at a
random moment; those that were faster than their kill count as finished. After each kill
the bundle is looked at as a reader finds it; what was found is printed as JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from showcase.bundles.verify import verify_bundle
from showcase.services import bundle_files
from showcase.store.engine import open_database
from showcase.testing import services_over


class Counted:
    """Counts the operations on the disk, and may end the process at one of them."""

    def __init__(self, at: int | None, *, is_before: bool) -> None:
        self.at, self.is_before, self.number = at, is_before, 0
        self._touch = bundle_files.touch_disk

    def __call__[Answer](self, operation: str, path: Path, act: Callable[[], Answer]) -> Answer:
        self.number += 1
        if self.number == self.at and self.is_before:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = self._touch(operation, path, act)
        if self.number == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def export(url: str, home: Path, workspace_id: str, counted: Counted) -> None:
    """Export in this process."""
    bundle_files.touch_disk = counted  # type: ignore[assignment]
    services_over(open_database(url), home).bundles.export(workspace_id)


def forked(work: Callable[[], None]) -> int:
    """Do it in a process of its own; returns its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def ended(pid: int) -> int:
    """Wait for it; returns 0, its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(url: str, home: Path, workspace_id: str, kills: int, seed: int) -> dict[str, int]:
    choose = random.Random(seed)
    folder = home / "showcase" / workspace_id
    operations, duration_s = _measure(url, home, workspace_id)
    found = {"operations": operations, "killed": 0, "finished": 0, "whole": 0, "absent": 0, "half": 0, "swept": 0}
    while found["killed"] < kills:
        if choose.random() < 0.3:
            shutil.rmtree(folder, ignore_errors=True)
        at = 1 + choose.randrange(operations) if choose.random() < 0.5 else None
        counted = Counted(at, is_before=choose.random() < 0.5)
        pid = forked(lambda counted=counted: export(url, home, workspace_id, counted))  # type: ignore[misc]
        if at is None:
            time.sleep(choose.uniform(0, duration_s))
            os.kill(pid, signal.SIGKILL)
        code = ended(pid)
        found["killed" if code == -signal.SIGKILL else "finished"] += 1
        assert code in (0, -signal.SIGKILL), code
        seen = verify_bundle(folder)
        found["absent" if not folder.exists() else "whole" if seen.ok else "half"] += 1
        if choose.random() < 0.2:
            found["swept"] += len(bundle_files.BundleFolder(folder.parent).sweep())
            assert {path.name for path in folder.parent.iterdir()} <= {workspace_id}
    return found


def _measure(url: str, home: Path, workspace_id: str) -> tuple[int, float]:
    """How many operations an export is, and how long it takes."""
    reading, writing = os.pipe()

    def count() -> None:
        counted = Counted(None, is_before=False)
        export(url, home, workspace_id, counted)
        os.write(writing, str(counted.number).encode())

    began = time.monotonic()
    assert ended(forked(count)) == 0
    return int(os.read(reading, 20)), time.monotonic() - began


if __name__ == "__main__":
    told = main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    sys.stdout.write(json.dumps(told) + "\n")
