"""Artifacts as files named by the digest of their bytes."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from showcase.errors import IntegrityError, NotFoundError, UnavailableError
from showcase.kernel.disk import make_kept_folder, sync_path
from showcase.kernel.identity import Digest


@dataclass(frozen=True, slots=True)
class FileArtifacts:
    """Files under `root`/<first two characters>/<digest>, written beside, synced, then renamed."""

    root: Path

    def path(self, digest: Digest) -> Path:
        return self.root / digest[:2] / digest

    def sizes(self) -> Iterator[tuple[Digest, int]]:
        for file in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            if re.fullmatch("[0-9a-f]{64}", file.name):
                with suppress(FileNotFoundError):  # a person may remove orphans meanwhile
                    yield Digest(file.name), file.stat().st_size

    def check(self) -> Path:
        try:
            make_kept_folder(self.root)
            with tempfile.NamedTemporaryFile(dir=self.root, prefix=".check-"):
                pass
        except OSError as error:
            raise UnavailableError(
                f"The artifact folder {self.root} cannot be written: {error.strerror}.",
                "Make the folder writable, or set SHOWCASE_HOME to one that is.",
            ) from error
        return self.root

    def put(self, content: bytes) -> Digest:
        digest = Digest.of(content)
        target = self.path(digest)
        try:
            if target.exists() and target.stat().st_size == len(content) and Digest.of(target.read_bytes()) == digest:
                return digest
            make_kept_folder(target.parent)
            descriptor, staged = tempfile.mkstemp(dir=target.parent, prefix=".staged-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(staged).replace(target)
            except BaseException:
                Path(staged).unlink(missing_ok=True)
                raise
            sync_path(target.parent)
        except OSError as error:
            raise UnavailableError(
                f"An artifact of {len(content)} bytes could not be written below {self.root}: {error.strerror}.",
                "Free space or make the folder writable, then run again.",
            ) from error
        return digest

    def get(self, digest: Digest) -> bytes:
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(
                f"The artifact {digest.short} is not in {self.root}.",
                "Run again to make it anew, or restore the folder from a backup.",
            ) from error
        except OSError as error:
            raise UnavailableError(
                f"The artifact {digest.short} cannot be read from {self.root}: {error.strerror}.",
                "Check the disk and who may read that folder, then try again.",
            ) from error
        found = Digest.of(content)
        if found != digest:
            raise IntegrityError(
                f"The artifact {digest.short} has other bytes than were stored: their digest is {found.short}.",
                "Delete the file and run again to make it anew, or restore it from a backup.",
            )
        return content

    def verify(self, digest: Digest) -> bool:
        try:
            self.get(digest)
        except IntegrityError:
            return False
        return True
