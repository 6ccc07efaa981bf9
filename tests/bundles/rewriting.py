"""A bundle that somebody rewrote as a whole, so that it is whole in itself."""

from __future__ import annotations

import json
from pathlib import Path

from showcase.bundles.content import pretty_json
from showcase.bundles.manifest import BundleFile
from showcase.bundles.verify import CHECKSUMS, MANIFEST, checksum_lines


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rewrite(folder: Path, path: str, body: bytes) -> None:
    """Change a file, and make the manifest and the checksums agree with it."""
    (folder / path).write_bytes(body)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    inside = {name: content for name, content in contents(folder).items() if name not in (MANIFEST, CHECKSUMS)}
    manifest["files"] = [BundleFile.of(name, inside[name]).as_json() for name in sorted(inside)]
    inside[MANIFEST] = pretty_json(manifest)
    (folder / MANIFEST).write_bytes(inside[MANIFEST])
    digests = {name: str(BundleFile.of(name, content).sha256) for name, content in inside.items()}
    (folder / CHECKSUMS).write_bytes(checksum_lines(digests))
