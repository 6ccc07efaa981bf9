"""Whatever ends an export, a reader finds the old bundle whole, the new one whole, or none."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from showcase.bundles.verify import verify_bundle
from showcase.errors import ConflictError, UnavailableError
from showcase.services import bundle_files
from showcase.services import bundles as bundle_service
from showcase.services.bundles import BundleService, Export
from showcase.settings import PACKAGE
from tests.bundles.mutations import MUTATIONS
from tests.postgres import DatabaseServer
from tests.services.kept import Kept, kept_run

KILLS = 12
SLOW_KILLS = 100
MUTATED = 1000
SEED = 20261126


@pytest.fixture(scope="module")
def kept(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    with (
        database_server.fresh(_migrated_template) as fresh,
        kept_run(fresh, tmp_path_factory.mktemp("kept")) as made,
    ):
        yield made


@pytest.fixture
def bundles(kept: Kept) -> BundleService:
    return kept.services.bundles


def names(kept: Kept) -> list[str]:
    """What lies in the folder of bundles."""
    return sorted(path.name for path in kept.folder.parent.iterdir())


def kill_exports(kept: Kept, kills: int) -> dict[str, int]:
    """Kill so many exports; returns what was found after each."""
    url = kept.services.transactions.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    arguments = [url, kept.home, kept.workspace_id, str(kills), str(SEED)]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.services.killed_exports", *arguments],
        cwd=PACKAGE.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, int] = json.loads(ran.stdout)
    return found


def assert_clean_after_a_sweep(kept: Kept, bundles: BundleService) -> None:
    bundles.sweep()
    assert set(names(kept)) <= {kept.workspace_id}
    assert bundles.export(kept.workspace_id).validated
    assert bundles.verify(kept.folder).here == "known"
    running = kept.services.jobs.recent(kind="export", status="running", limit=100)
    assert running == []


@pytest.mark.long
@pytest.mark.fault("D9")
def test_a_killed_export_leaves_no_half_bundle(kept: Kept, bundles: BundleService) -> None:
    found = kill_exports(kept, KILLS)
    assert found["half"] == 0
    assert found["killed"] == KILLS
    assert_clean_after_a_sweep(kept, bundles)


@pytest.mark.slow
def test_a_hundred_killed_exports_leave_no_half_bundle(kept: Kept, bundles: BundleService) -> None:
    found = kill_exports(kept, SLOW_KILLS)
    print(f"\nkilled exports: {found}")
    assert found["half"] == 0
    assert found["killed"] == SLOW_KILLS
    assert_clean_after_a_sweep(kept, bundles)


@pytest.mark.slow
@pytest.mark.fault("D4")
def test_a_thousand_changes_are_found_and_a_hundred_clean_copies_pass(
    kept: Kept, bundles: BundleService, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    source = bundles.export(kept.workspace_id).folder
    choose = random.Random(SEED)
    missed = []
    kinds = [*MUTATIONS]
    for number in range(MUTATED):
        kind = kinds[number % len(kinds)]
        folder = Path(shutil.copytree(source, tmp_path / "changed" / "bundle"))
        MUTATIONS[kind](folder, choose)
        if verify_bundle(folder).ok:
            missed.append((number, kind))
        shutil.rmtree(tmp_path / "changed")
    clean = 0
    for _ in range(100):
        folder = Path(shutil.copytree(source, tmp_path / "clean"))
        clean += bundles.verify(folder).here == "known"
        shutil.rmtree(folder)
    assert not missed
    assert clean == 100
    record_property("figure", f"{MUTATED} changes of {len(kinds)} kinds, 0 missed; 100 of 100 clean copies pass")


class Failing:
    """Stands in for the one function that touches the disk, and fails at one operation."""

    def __init__(self, at: int | None, code: int) -> None:
        self.at, self.code, self.number = at, code, 0
        self._touch = bundle_files.touch_disk

    def __call__[Answer](self, operation: str, path: Path, act: Callable[[], Answer]) -> Answer:
        self.number += 1
        if self.number == self.at:
            return self._touch(operation, path, self._fail)
        return self._touch(operation, path, act)

    def _fail[Answer](self) -> Answer:
        raise OSError(self.code, os.strerror(self.code))


CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO, errno.EXDEV)


@pytest.mark.fault("D1")
def test_a_disk_that_fails_at_any_operation_leaves_the_older_bundle_whole(
    kept: Kept, bundles: BundleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles.export(kept.workspace_id)
    counting = Failing(None, 0)
    monkeypatch.setattr(bundle_files, "touch_disk", counting)
    bundles.export(kept.workspace_id)
    assert counting.number > 30
    for at in range(1, counting.number + 1):
        monkeypatch.undo()
        before = (kept.folder / "checksums.sha256").read_bytes()
        monkeypatch.setattr(bundle_files, "touch_disk", Failing(at, CODES[at % len(CODES)]))
        with pytest.raises(UnavailableError) as failed:
            dataclasses.replace(bundles, source_date=datetime(2000 + at, 1, 1, tzinfo=UTC)).export(kept.workspace_id)
        assert str(kept.home) in failed.value.message
        assert failed.value.remedy
        assert verify_bundle(kept.folder).ok
        assert names(kept) == [kept.workspace_id]
        # the last one syncs the name of the new bundle, which is there by then
        is_old = (kept.folder / "checksums.sha256").read_bytes() == before
        assert is_old == (at < counting.number)


def test_an_export_whose_rows_cannot_be_read_is_a_failed_job(
    kept: Kept, bundles: BundleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise UnavailableError("The rows of this test cannot be read.", "Try again.")

    monkeypatch.setattr(bundle_service, "read_content", refuse)
    with pytest.raises(UnavailableError, match="cannot be read"):
        bundles.export(kept.workspace_id)
    [job] = kept.services.jobs.recent(kind="export", status="failed", limit=1)
    assert job.failure == "The rows of this test cannot be read."


def test_a_first_export_that_fails_leaves_nothing(
    kept: Kept, bundles: BundleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(kept.folder, ignore_errors=True)
    monkeypatch.setattr(bundle_files, "touch_disk", Failing(12, errno.ENOSPC))
    with pytest.raises(UnavailableError, match="the disk is full"):
        bundles.export(kept.workspace_id)
    assert names(kept) == []
    [job] = kept.services.jobs.recent(kind="export", status="failed", limit=1)
    assert "the disk is full" in str(job.failure)


@pytest.mark.fault("D1")
def test_a_disk_without_room_is_said(kept: Kept) -> None:
    """The system itself refuses the write here, and not a stand-in: no file may be larger than 2,000 bytes."""

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    script = (
        "import sys, pathlib; from showcase.store.engine import open_database;"
        "from showcase.testing import services_over;"
        "services_over(open_database(sys.argv[1]), pathlib.Path(sys.argv[2])).bundles.export(sys.argv[3])"
    )
    shutil.rmtree(kept.folder, ignore_errors=True)
    url = kept.services.transactions.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    ran = subprocess.run(
        [sys.executable, "-c", script, url, kept.home, kept.workspace_id],
        cwd=PACKAGE.parent, capture_output=True, text=True, check=False, preexec_fn=no_room,
    )  # fmt: skip
    assert "larger than is allowed" in ran.stderr
    assert names(kept) == []


def test_where_folders_cannot_be_exchanged_the_old_one_is_set_aside_first(
    kept: Kept, bundles: BundleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bundles.export(kept.workspace_id)
    monkeypatch.setattr(bundle_files, "_exchange", lambda one, other: False)
    after = bundles.export(kept.workspace_id)
    assert before.exported_at == after.exported_at  # the clock stands still
    assert verify_bundle(kept.folder).ok
    assert names(kept) == [kept.workspace_id]
    # killed between the two renames: the next sweep puts the old one back
    kept.folder.rename(kept.folder.with_name(f".replaced-{kept.workspace_id}-00000000"))
    bundles.sweep()
    assert names(kept) == [kept.workspace_id]
    assert verify_bundle(kept.folder).ok


@pytest.mark.fault("D2")
@pytest.mark.parametrize("kind", ["a file", "a symbolic link"])
def test_what_is_no_folder_is_never_replaced(kept: Kept, bundles: BundleService, tmp_path: Path, kind: str) -> None:
    shutil.rmtree(kept.folder, ignore_errors=True)
    if kind == "a file":
        kept.folder.write_bytes(b"mine")
    else:
        kept.folder.symlink_to(tmp_path)
    with pytest.raises(UnavailableError, match=kind):
        bundles.export(kept.workspace_id)
    assert kept.folder.is_file() or kept.folder.is_symlink()
    kept.folder.unlink()


@pytest.mark.fault("D7")
def test_of_many_exports_at_once_each_is_whole_or_refused(kept: Kept, bundles: BundleService) -> None:
    barrier = Barrier(8)

    def export(_: int) -> Export | ConflictError:
        barrier.wait()
        try:
            return bundles.export(kept.workspace_id)
        except ConflictError as refused:
            return refused

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(export, range(8)))
    refused = [end for end in ends if isinstance(end, ConflictError)]
    assert {end.reason for end in refused} <= {"exporting"}
    assert len(refused) < 8
    assert verify_bundle(kept.folder).ok
    assert names(kept) == [kept.workspace_id]


@pytest.mark.fault("D2")
def test_a_missing_folder_is_made(kept: Kept, bundles: BundleService, tmp_path: Path) -> None:
    folder = dataclasses.replace(bundles.folder, root=tmp_path / "not" / "yet")
    assert dataclasses.replace(bundles, folder=folder).export(kept.workspace_id).folder.is_dir()
