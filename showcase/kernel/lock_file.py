"""Lock files: one holder at a time among all processes of a machine."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def held_alone(path: Path) -> Iterator[bool]:
    """Hold the lock file at `path`, which nobody else of any process holds meanwhile; False where somebody has it.

    The lock goes with its process, however that ends; the file goes at the end of the block. OSError where the disk
    refuses the file.
    """
    held = _try_lock(path)
    if held is None:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(held)


def _try_lock(path: Path) -> int | None:
    """The descriptor that holds the lock."""
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # whoever had it may have removed the file between the opening and the lock
            if os.path.samestat(os.fstat(opened), path.stat()):
                return opened
        except BlockingIOError:
            os.close(opened)
            return None
        except FileNotFoundError:
            pass
        os.close(opened)
