"""Writes a bundle, file by file, into a staged folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from showcase.bundles import verify as verifier
from showcase.bundles.content import BundleContent, Unresolved, stored_files, text_files
from showcase.bundles.crate import CRATE, write_crate
from showcase.bundles.manifest import BundleFile, write_manifest
from showcase.bundles.readme import README, write_readme
from showcase.bundles.report import REPORT, write_report
from showcase.bundles.verify import CHECKSUMS, MANIFEST, TABLES, checksum_lines
from showcase.errors import IntegrityError, NotFoundError
from showcase.kernel.identity import Digest
from showcase.ports import Artifacts

Write = Callable[[str, bytes], None]
_VERIFIER = "verify.py"
_LAST = (README, CRATE, MANIFEST, CHECKSUMS)


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a bundle by path, what could not be carried, and the digest of its checksums."""

    files: tuple[BundleFile, ...]
    unresolved: tuple[Unresolved, ...]
    checksums_digest: Digest


def write_bundle(content: BundleContent, artifacts: Artifacts, write: Write, exported_at: datetime) -> Written:
    """Give every file of the bundle to `write`, by path; a stored file that is gone or damaged becomes an unresolved
    reference."""
    files: list[BundleFile] = []

    def add(path: str, body: bytes, digest: Digest | None = None) -> None:
        write(path, body)
        files.append(BundleFile(path, digest or Digest.of(body), len(body)))

    tables: dict[str, bytes] = {}
    unresolved = list(content.unresolved)
    for stored in stored_files(content):
        try:
            body = artifacts.get(stored.digest)
        except (NotFoundError, IntegrityError) as error:
            why = "gone" if isinstance(error, NotFoundError) else "damaged"
            unresolved.append(Unresolved(stored.key, "artifact", stored.digest, why))
            continue
        add(stored.path, body, stored.digest)  # which it was found to have when it was read
        if stored.path in TABLES:
            tables[TABLES[stored.path]] = body
    for path, body in text_files(content).items():
        add(path, body)
    add(REPORT, write_report(content, tables))
    add(_VERIFIER, Path(verifier.__file__).read_bytes())
    add(README, write_readme(content, {file.path for file in files} | set(_LAST)))
    add(CRATE, write_crate(content, files))
    add(MANIFEST, write_manifest(content, files, unresolved, exported_at))
    checksums = checksum_lines({file.path: str(file.sha256) for file in files})
    add(CHECKSUMS, checksums)
    by_path = sorted(files, key=lambda file: file.path)
    return Written(tuple(by_path), tuple(unresolved), Digest.of(checksums))
