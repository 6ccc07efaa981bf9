"""A sales file on its way from the browser to a scratch file on this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from showcase.errors import InvalidInputError, UnavailableError

MOST_BYTES = 2 * 1024**3
"""The largest file that the page takes; `showcase import` takes larger ones."""
CHUNK_BYTES = 512 * 1024
"""One message of an upload: well below the largest that the server takes."""
_SPARE_BYTES = 256 * 1024**2
_LEFT_OVER_S = 24 * 3600
_PREFIX = "upload-"


@dataclass(slots=True)
class Upload:
    """One file: what it is called, how large it says it is, and how much has arrived at `path`."""

    path: Path
    name: str
    size_bytes: int
    received_bytes: int = 0

    @classmethod
    def begin(cls, folder: Path, name: str, size_bytes: int) -> Upload:
        """An empty scratch file in `folder`. InvalidInputError where it is too large, UnavailableError on a full disk.

        What uploads of processes that are gone left behind is removed on the way.
        """
        if not 0 < size_bytes <= MOST_BYTES:
            found = "is empty" if size_bytes == 0 else f"has {size_bytes / 1024**3:.1f} GB"
            raise InvalidInputError(
                f"{name} {found}; the page takes files of up to {MOST_BYTES // 1024**3} GB.",
                "Import a larger file on the command line with `showcase import FILE`.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < size_bytes + _SPARE_BYTES:
            raise UnavailableError(
                f"{name} needs {size_bytes / 1024**2:.0f} MB on the server, and {free // 1024**2} MB are free there.",
                "Free disk space, or import a smaller file.",
            )
        handle, path = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
        os.close(handle)
        _sweep(folder, Path(path).stat().st_mtime)
        return cls(Path(path), name, size_bytes)

    @property
    def is_whole(self) -> bool:
        return self.received_bytes == self.size_bytes

    def write(self, chunk: bytes) -> None:
        """Add the next part; InvalidInputError where more comes than was announced."""
        if len(chunk) > CHUNK_BYTES or self.received_bytes + len(chunk) > self.size_bytes:
            raise InvalidInputError(
                f"More of {self.name} arrived than its {self.size_bytes:,} bytes.", "Choose the file again."
            )
        with self.path.open("ab") as file:
            file.write(chunk)
        self.received_bytes += len(chunk)

    def discard(self) -> None:
        """Remove the scratch file; a second time does nothing."""
        self.path.unlink(missing_ok=True)


def _sweep(folder: Path, now_s: float) -> None:
    """Remove the uploads of more than a day before `now_s`, in seconds as the file system has them."""
    for path in folder.glob(f"{_PREFIX}*"):
        # another process may remove it at the same moment
        with suppress(OSError):
            if now_s - path.stat().st_mtime > _LEFT_OVER_S:
                path.unlink()
