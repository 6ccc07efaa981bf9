"""A file on its way: counted, bounded, and gone when nobody needs it any more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from showcase.console.uploads import CHUNK_BYTES, MOST_BYTES, Upload
from showcase.errors import InvalidInputError, UnavailableError


def test_a_file_is_whole_when_all_its_bytes_are_there(tmp_path: Path) -> None:
    upload = Upload.begin(tmp_path / "scratch", "sales.csv", 7)
    upload.write(b"date,")
    assert not upload.is_whole
    upload.write(b"qt")
    assert upload.is_whole
    assert upload.path.read_bytes() == b"date,qt"
    upload.discard()
    upload.discard()
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("size", [0, -1, MOST_BYTES + 1])
def test_an_empty_and_a_too_large_file_are_refused_before_anything_comes(tmp_path: Path, size: int) -> None:
    with pytest.raises(InvalidInputError, match="2 GB"):
        Upload.begin(tmp_path, "sales.csv", size)
    assert list(tmp_path.iterdir()) == []


def test_more_than_was_announced_is_refused(tmp_path: Path) -> None:
    upload = Upload.begin(tmp_path, "sales.csv", 3)
    with pytest.raises(InvalidInputError):
        upload.write(b"four")
    with pytest.raises(InvalidInputError):
        Upload.begin(tmp_path, "sales.csv", 4 * CHUNK_BYTES).write(b"x" * (CHUNK_BYTES + 1))


def test_a_full_disk_is_said_before_anything_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1024**2}))
    with pytest.raises(UnavailableError, match="1 MB are free"):
        Upload.begin(tmp_path, "sales.csv", 5)


def test_the_name_of_a_file_never_becomes_a_path(tmp_path: Path) -> None:
    upload = Upload.begin(tmp_path / "scratch", "../../etc/passwd", 1)
    assert upload.path.parent == tmp_path / "scratch"


def test_what_was_left_behind_a_day_ago_is_removed_and_nothing_else(tmp_path: Path) -> None:
    old, fresh, other = (tmp_path / name for name in ("upload-old", "upload-fresh", "intake-old"))
    for path in (old, fresh, other):
        path.write_bytes(b"x")
    two_days_ago = fresh.stat().st_mtime - 2 * 24 * 3600
    for path in (old, other):
        os.utime(path, (two_days_ago, two_days_ago))
    Upload.begin(tmp_path, "sales.csv", 1)
    assert not old.exists()
    assert fresh.exists()
    assert other.exists()
