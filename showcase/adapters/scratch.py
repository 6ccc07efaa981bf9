"""The folder of files that are needed for a while, cleaned of those whose process is gone."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_IN_USE = ".in-use"
_OURS = re.compile(r"(batch|intake|upload)-.+")
"""What batches, imports and uploads call their files and folders here."""


@dataclass(slots=True)
class ScratchFolder:
    """One process among those that work in `path`; whoever comes when there is none removes what was left there.

    Who is there is told by a shared lock on a file, which goes with its process, however that ends.
    """

    path: Path
    _held: int | None = None

    def enter(self) -> None:
        """Come to work here; OSError where the disk refuses."""
        self.path.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        held = os.open(self.path / _IN_USE, flags, 0o600)
        try:
            with suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._sweep()
            fcntl.flock(held, fcntl.LOCK_SH)
        except BaseException:
            os.close(held)
            raise
        self._held = held

    def leave(self) -> None:
        """Let whoever comes next find one less; a second time does nothing."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _sweep(self) -> None:
        for path in self.path.iterdir():
            if _OURS.fullmatch(path.name) is None:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
