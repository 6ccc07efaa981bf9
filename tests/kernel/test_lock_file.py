"""A lock file has one holder, goes with it, and is free again when its holder was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from showcase.kernel.lock_file import held_alone

HOLDER = """
import sys
from pathlib import Path
from showcase.kernel.lock_file import held_alone
with held_alone(Path(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


def test_a_lock_file_has_one_holder_and_goes_with_it(tmp_path: Path) -> None:
    lock = tmp_path / ".lock-x"
    with held_alone(lock) as first, held_alone(lock) as second:
        assert (first, second) == (True, False)
    assert not lock.exists()
    with held_alone(lock) as again:
        assert again


def test_the_lock_of_a_killed_process_is_free_though_its_file_stays(tmp_path: Path) -> None:
    lock = tmp_path / ".lock-x"
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with held_alone(lock) as is_ours:
            assert not is_ours
        holder.kill()
        holder.communicate()
    assert lock.exists()
    with held_alone(lock) as is_ours:
        assert is_ours
    assert not lock.exists()


def test_a_lock_whose_file_its_last_holder_removed_is_taken_on_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opened the file before it went would hold a lock that nobody else can see."""
    lock, opens, made = tmp_path / ".lock-x", os.open, list[int]()

    def late(path: Path, flags: int, mode: int = 0o777) -> int:
        opened = opens(path, flags, mode)
        if path == lock:
            made.append(opened)
            if len(made) == 1:
                lock.unlink()
        return opened

    monkeypatch.setattr(os, "open", late)
    with held_alone(lock) as first:
        assert first
        assert lock.exists()
        with held_alone(lock) as second:
            assert not second
    assert len(made) == 3
