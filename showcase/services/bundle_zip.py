"""A bundle as one zip: the same bundle gives the same bytes, on every machine."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from showcase.bundles.verify import BundleRefusedError, read_blocks, walk
from showcase.errors import IntegrityError
from showcase.kernel.identity import WorkspaceId
from showcase.services.bundle_files import touch_disk

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip can hold: contents alone decide the bytes
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class ZippedBundle:
    """A zip that is whole on the disk, in a file without a name that goes when it is closed."""

    file_name: str
    size_bytes: int
    file: IO[bytes]

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the first to the last, once; the file is closed at the end, or where the reader leaves."""
        with self.file:
            while chunk := self.file.read(_CHUNK):
                yield chunk


def zip_bundle(workspace_id: WorkspaceId, folder: Path, scratch: Path) -> ZippedBundle:
    """Zip a bundle that was verified just now, below a folder of its id.

    Nothing is compressed, for zlib's bytes differ by version. UnavailableError where `scratch` has no room for it.
    """
    touch_disk("make", scratch, lambda: scratch.mkdir(parents=True, exist_ok=True))
    file = touch_disk("make", scratch, lambda: tempfile.TemporaryFile(dir=scratch))  # noqa: SIM115  (handed on open)
    try:
        touch_disk("write", scratch, lambda: _write(file, workspace_id, folder))
    except BundleRefusedError as error:
        file.close()
        raise IntegrityError(f"The bundle was changed while it was zipped: {error}.", "Export it again.") from error
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return ZippedBundle(f"showcase-{workspace_id}.zip", size, file)


def _write(file: IO[bytes], workspace_id: WorkspaceId, folder: Path) -> None:
    files = walk(folder)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{workspace_id}/{path}", _EPOCH)
            entry.external_attr, entry.create_system, entry.file_size = _PLAIN_FILE, _UNIX, files[path].st_size
            with archive.open(entry, "w") as member:
                for block in read_blocks(folder, path, files):
                    member.write(block)
