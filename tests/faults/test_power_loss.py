"""Power that fails during an export, as near as a machine that goes on can come to it.

The disk's image is copied while the exporting process stands still at a random moment: what it wrote and did not sync
may be missing from the copy or be there. The copy's file system is repaired as after a crash, and read.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from showcase.bundles.verify import verify_bundle
from showcase.store.engine import Database
from tests.faults.disks import mounted
from tests.faults.victims import export_again_and_again, url_of, victim
from tests.faults.waiting import wait_until
from tests.services.kept import kept_run

IMAGE_MIB = 48
LOSSES = 60
_MENDED = (0, 1)  # e2fsck: nothing to do, or errors that were corrected


@pytest.mark.slow
@pytest.mark.fault("D8")
@pytest.mark.skipif(shutil.which("mkfs.ext4") is None, reason="a file system is made here with mkfs.ext4 (e2fsprogs)")
def test_a_disk_whose_power_failed_has_a_whole_bundle(
    database: Database, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    image, copy, disk = tmp_path / "disk.img", tmp_path / "copy.img", tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(IMAGE_MIB * 1024**2)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    with kept_run(database, tmp_path) as kept, mounted(disk, "-o", "loop", str(image)):
        arguments = (url_of(database), tmp_path, disk / "bundles", kept.workspace_id)
        with victim(export_again_and_again, *arguments) as process:
            assert process.pid is not None
            wait_until((disk / "bundles" / kept.workspace_id).exists, "no export came to its end")
            for _ in range(LOSSES):
                time.sleep(random.uniform(0.0, 0.2))
                os.kill(process.pid, signal.SIGSTOP)
                shutil.copyfile(image, copy)
                os.kill(process.pid, signal.SIGCONT)
                _check(copy, tmp_path / "after", kept.workspace_id)
    record_property("figure", f"{LOSSES} copies of a disk in the middle of exports: 0 half bundles")


def _check(image: Path, place: Path, workspace_id: str) -> None:
    mended = subprocess.run(["e2fsck", "-f", "-y", image], capture_output=True, text=True, check=False)
    assert mended.returncode in _MENDED, mended.stdout
    with mounted(place, "-o", "loop", str(image)):
        found = verify_bundle(place / "bundles" / workspace_id)
        assert found.ok, found.reason
