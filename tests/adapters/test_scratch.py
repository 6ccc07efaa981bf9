"""What a killed process left in the folder for scratch files goes, and what a living one has there stays."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from showcase.adapters.scratch import ScratchFolder
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.wiring import open_installation
from tests.faults.victims import settings_of, url_of

AT_WORK = """
import sys
from pathlib import Path
from showcase.adapters.scratch import ScratchFolder
ScratchFolder(Path(sys.argv[1])).enter()
print("there", flush=True)
sys.stdin.read()
"""


def _leave_something(folder: Path) -> None:
    for name in ("batch-0a1b", "intake-x1", "upload-y2"):
        (folder / name / "train").mkdir(parents=True)
        (folder / name / "train" / "rows.bin").write_bytes(b"rows")
    (folder / "upload-z3").write_bytes(b"sales")
    (folder / "of-a-person.csv").touch()


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".in-use"}


@pytest.mark.fault("D10")
def test_what_was_left_goes_once_nobody_is_there_and_not_before(tmp_path: Path) -> None:
    _leave_something(tmp_path)
    before = _names(tmp_path)
    command = [sys.executable, "-c", AT_WORK, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "there\n"
        assert _names(tmp_path) == {"of-a-person.csv"}
        _leave_something(tmp_path)
        here = ScratchFolder(tmp_path)
        here.enter()
        assert _names(tmp_path) == before, "those of a living process"
        other.kill()
        other.communicate()
    third = ScratchFolder(tmp_path)
    third.enter()
    assert _names(tmp_path) == before, "those of this process"
    for each in (here, here, third):  # twice does nothing
        each.leave()
    last = ScratchFolder(tmp_path)
    last.enter()
    assert _names(tmp_path) == {"of-a-person.csv"}
    last.leave()


def test_an_installation_is_there_while_it_is_open(database: Database, tmp_path: Path) -> None:
    settings, scratch = settings_of(url_of(database), tmp_path), tmp_path / "scratch"
    _leave_something(scratch)
    with open_installation(settings) as first:
        assert first.services.scratch == scratch
        assert _names(scratch) == {"of-a-person.csv"}
        _leave_something(scratch)
        with open_installation(settings):
            assert "batch-0a1b" in _names(scratch)
    with open_installation(settings):
        assert _names(scratch) == {"of-a-person.csv"}


def test_a_scratch_folder_that_cannot_be_used_keeps_nobody_from_running(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "scratch").write_text("a file")
    with caplog.at_level(logging.WARNING), open_installation(settings_of(url_of(database), tmp_path)) as opened:
        assert isinstance(opened.settings, Settings)
    assert "the folder of scratch files was not swept" in caplog.text
