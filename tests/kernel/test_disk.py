"""What is sent on its way to the disk is what was written, and a file that is gone is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from showcase.kernel.disk import start_sync, sync_path


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_a_file_that_is_started_and_synced_has_its_bytes(tmp_path: Path, size: int) -> None:
    file = tmp_path / "file"
    content = os.urandom(size)
    file.write_bytes(content)
    for act in (start_sync, start_sync, sync_path, start_sync):
        act(file)
        assert file.read_bytes() == content


@pytest.mark.parametrize("act", [start_sync, sync_path])
def test_a_file_that_is_gone_is_told(tmp_path: Path, act: object) -> None:
    assert callable(act)
    with pytest.raises(FileNotFoundError):
        act(tmp_path / "gone")
