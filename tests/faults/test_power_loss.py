"""Power that fails during an export, as near as a machine that goes on can come to it.

After every operation a model of the disk loses what was not synced, all of it or a part. And a disk's image is copied
while the exporting process stands still at a random moment: what it wrote and did not sync may be missing from the copy
or be there. The copy's file system is repaired as after a crash, and read.
"""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from showcase.bundles.verify import verify_bundle
from showcase.services import bundle_files
from showcase.services.bundle_files import BundleFolder
from showcase.store.engine import Database
from tests.faults.disks import mounted
from tests.faults.lost_writes import LossyDisk, losses, watched
from tests.faults.victims import export_again_and_again, url_of, victim
from tests.faults.waiting import wait_until
from tests.services.kept import Kept, kept_run

MIXTURES = [pytest.param(2, id="few"), pytest.param(40, id="many", marks=pytest.mark.slow)]
IMAGE_MIB = 48
LOSSES = 60
_MENDED = (0, 1)  # e2fsck: nothing to do, or errors that were corrected


@pytest.mark.fault("D8")
@pytest.mark.parametrize("mixtures", MIXTURES)
def test_whatever_was_not_synced_may_be_lost_and_a_whole_bundle_is_there(
    kept: Kept,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mixtures: int,
    record_property: Callable[[str, object], None],
) -> None:
    """The first export, which leaves a whole bundle or none, and one in its place, which leaves the old or the new."""
    home, after, chance, checked = tmp_path / "home", tmp_path / "after", random.Random(42), Counter[str]()
    home.mkdir()
    for year, had_one in ((2001, False), (2002, True)):
        bundles = dataclasses.replace(
            kept.services.bundles, folder=BundleFolder(home / "showcase"), source_date=datetime(year, 1, 1, tzinfo=UTC)
        )
        disk = LossyDisk(home)

        def fail(disk: LossyDisk = disk, had_one: bool = had_one) -> None:
            for lose in losses(chance, mixtures):
                checked["losses"] += 1
                _check_after_loss(disk, after, kept.workspace_id, lose, had_one=had_one)

        with monkeypatch.context() as patched:
            patched.setattr(bundle_files, "touch_disk", watched(disk, fail))
            bundles.export(kept.workspace_id)
        # what was said to be exported stays, whatever is lost from now on
        _check_after_loss(disk, after, kept.workspace_id, lambda _: 0, had_one=True)
    record_property("figure", f"{checked['losses']} losses of what was not synced: 0 half bundles")


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


def _check_after_loss(
    disk: LossyDisk, place: Path, workspace_id: str, lose: Callable[[int], int], *, had_one: bool
) -> None:
    disk.fail(place, lose)
    bundle = place / "showcase" / workspace_id
    if bundle.exists():
        found = verify_bundle(bundle)
        assert found.ok, found.reason
    else:
        assert not had_one, "the bundle that was there is gone"
    shutil.rmtree(place)
