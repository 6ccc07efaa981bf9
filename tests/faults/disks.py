"""Small disks of a test's own: mounted, filled up, made read-only, and taken away again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A disk in memory, mounted at `path`; every user may enter it."""

    path: Path

    def be_read_only(self, *, read_only: bool = True) -> None:
        subprocess.run(["mount", "-o", f"remount,{'ro' if read_only else 'rw'}", self.path], check=True)

    @contextmanager
    def filled(self, leave_bytes: int) -> Iterator[None]:
        """Leave so much room and no more until the block ends."""
        free = os.statvfs(self.path)
        ballast = self.path / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize - leave_bytes))
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that the database's own user can enter, which pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="showcase-faults-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def mounted(path: Path, *arguments: str) -> Iterator[Path]:
    """`mount` with these arguments at `path` until the block ends; the test is skipped where nobody may mount."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a disk of its own is mounted here, which only root on Linux may do")
    path.mkdir(parents=True, exist_ok=True)
    tried = subprocess.run(["mount", *arguments, path], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"a disk of its own is mounted here, which this root may not do: {tried.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


@contextmanager
def small_disk(path: Path, size_bytes: int) -> Iterator[SmallDisk]:
    """A disk of this size at `path` until the block ends."""
    with mounted(path, "-t", "tmpfs", "-o", f"size={size_bytes},mode=755", "tmpfs"):
        yield SmallDisk(path)
