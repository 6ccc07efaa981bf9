"""What makes a written file, or a name in a folder, outlive a power failure."""

from __future__ import annotations

import os
from pathlib import Path


def sync_path(path: Path) -> None:
    """Have the disk keep a file's content, or a folder's names; OSError where it refuses."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def start_sync(path: Path) -> None:
    """Send a file's content on its way to the disk and do not wait, where the system can be asked to.

    Nothing is promised before `sync_path`, which has less to wait for when many files were started together. OSError
    where the file cannot be opened.
    """
    if not hasattr(os, "posix_fadvise"):  # macOS
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # what is not written yet is written first, then only what is written leaves the cache
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def make_kept_folder(path: Path) -> None:
    """Make a folder with those above it, where they are missing, and have the disk keep each new name.

    Without its name a folder goes when the power fails, with whatever was synced inside of it.
    """
    if path.is_dir():
        return
    make_kept_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_path(path.parent)
