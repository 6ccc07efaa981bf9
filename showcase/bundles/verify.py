"""Checks a bundle against its own checksums and manifest; the same file is `verify.py` in every bundle.

It needs Python 3.8 and nothing else, opens nothing outside the folder, follows no link, and runs nothing from it:

    python verify.py [FOLDER]

exits with 0 where everything is as it was exported, else with 1 and the first reason.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035  (older Pythons read it, where it is shipped)

BUNDLE_FORMAT_VERSION = 1
CHECKSUMS = "checksums.sha256"
MANIFEST = "manifest.json"
ALWAYS = (MANIFEST, "README.md", "events.jsonl", "report.html", "ro-crate-metadata.json", "verify.py")
"""Files that every bundle has, beside its checksums."""
FOLDERS = {"models": re.compile(r"[0-9a-f]{64}\.zip"), "scenario_plans": re.compile(r"[0-9a-f]{32}\.json")}
"""The folders that a bundle may have, and the names of their files."""
TABLES = {"forecasts.parquet": "forecast", "backtest.parquet": "backtest", "score_parts.parquet": "score_parts"}
"""The tables that a bundle may have, by what they are called in the workspace's created objects."""

MOST_ENTRIES = 20_000
LONGEST_NAME = 120
LONGEST_TEXT = 256 * 1024 * 1024
_BLOCK = 1024 * 1024
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class BundleRefusedError(Exception):
    """Something that is not as it was exported; the message is the first reason."""


@dataclass(frozen=True)
class Verification:
    """What was found: whether all holds, else the first reason; and what was checked up to there."""

    ok: bool
    reason: str | None
    checked: tuple[str, ...]
    workspace_id: str | None = None
    exported_at: str | None = None
    checksums_digest: str | None = None
    digests: dict[str, str] = field(default_factory=dict)


def verify_bundle(path: str | os.PathLike[str]) -> Verification:
    """Check the folder at `path`; never raises for what lies there."""
    checked: list[str] = []
    found: dict[str, Any] = {}
    try:
        for sentence in _check(Path(os.path.realpath(path)), found):
            checked.append(sentence)  # noqa: PERF402  (a refusal keeps what was checked before it)
    except BundleRefusedError as refused:
        return Verification(False, str(refused), tuple(checked), **found)
    except OSError as error:
        return Verification(False, f"the bundle cannot be read: {error.strerror or error}", tuple(checked), **found)
    return Verification(True, None, tuple(checked), **found)


def _check(root: Path, found: dict[str, Any]) -> Iterator[str]:
    """Every check in its order; each gives a sentence when it holds."""
    files = walk(root)
    yield f"{len(files)} files, all of them plain, in no other folders than a bundle has"
    if CHECKSUMS not in files:
        raise BundleRefusedError(f"{CHECKSUMS} is missing")
    content = read_file(root, CHECKSUMS, files)
    digests = parse_checksums(content)
    found["checksums_digest"] = hashlib.sha256(content).hexdigest()
    yield f"{CHECKSUMS} lists {len(digests)} files, once each, in order"
    _compare_names(set(files) - {CHECKSUMS}, digests)
    yield "the folder holds what is listed, and nothing else"
    for name, digest in digests.items():
        if digest_file(root, name, files) != digest:
            raise BundleRefusedError(f"{shown(name)} has other bytes than {CHECKSUMS} says")
    yield f"the SHA-256 of all {len(digests)} files is the listed one"
    manifest = parse_json(read_file(root, MANIFEST, files), MANIFEST)
    _check_manifest(manifest, digests, {name: files[name].st_size for name in files})
    found.update(workspace_id=manifest["workspace"]["workspace_id"], exported_at=manifest["exported_at"])
    found["digests"] = digests
    yield f"{MANIFEST} tells the same names, sizes and digests"
    _check_references(root, manifest, files, digests)
    yield "its model runs, plans and tables are the files that the workspace names"


def shown(name: str) -> str:
    """A name as it can be printed anywhere, cut where it is long."""
    text = ascii(name)
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "..."


def walk(root: Path) -> dict[str, os.stat_result]:
    """Every file below `root` by its path; refuses links, special files, other folders and names, and too many."""
    if not root.is_dir():
        raise BundleRefusedError("there is no such folder" if not root.exists() else "this is no folder")
    files: dict[str, os.stat_result] = {}
    folders = [""]
    for folder in folders:
        names = _names(root / folder)
        if folder and not names:
            raise BundleRefusedError(f"{shown(folder)} is an empty folder")
        for name in names:
            path = f"{folder}/{name}" if folder else name
            status = (root / path).lstat()
            _check_kind(path, status)
            if not stat.S_ISDIR(status.st_mode):
                files[path] = status
            elif path in FOLDERS:
                folders.append(path)
            else:
                raise BundleRefusedError(f"{shown(path)} is a folder that no bundle has")
            if len(files) > MOST_ENTRIES:
                raise BundleRefusedError(f"there are more than {MOST_ENTRIES} files")
    return files


def _names(folder: Path) -> list[str]:
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            names.append(entry.name)
            if len(names) > MOST_ENTRIES:
                raise BundleRefusedError(f"there are more than {MOST_ENTRIES} files")
    return sorted(names)


def _check_kind(path: str, status: os.stat_result) -> None:
    name = path.rpartition("/")[2]
    if len(os.fsencode(name)) > LONGEST_NAME:
        raise BundleRefusedError(f"the name {shown(name)} has more than {LONGEST_NAME} bytes")
    if stat.S_ISLNK(status.st_mode):
        raise BundleRefusedError(f"{shown(path)} is a symbolic link")
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise BundleRefusedError(f"{shown(path)} is no plain file but a fifo, a socket or a device")
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        raise BundleRefusedError(f"{shown(path)} is a hard link: its bytes have {status.st_nlink} names")


def read_blocks(root: Path, path: str, files: dict[str, os.stat_result]) -> Iterator[bytes]:
    """The bytes of a file that was walked over; a file that was exchanged since is refused, and none can block."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(root / path, flags)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        now, before = os.fstat(descriptor), files[path]
        if not stat.S_ISREG(now.st_mode) or (now.st_dev, now.st_ino) != (before.st_dev, before.st_ino):
            raise BundleRefusedError(f"{shown(path)} was exchanged while it was checked")
        while True:
            block = file.read(_BLOCK)
            if not block:
                return
            yield block


def read_file(root: Path, path: str, files: dict[str, os.stat_result]) -> bytes:
    """The bytes of a walked file, which have to fit into memory."""
    if files[path].st_size > LONGEST_TEXT:
        raise BundleRefusedError(f"{shown(path)} has more than {LONGEST_TEXT} bytes")
    return b"".join(read_blocks(root, path, files))


def digest_file(root: Path, path: str, files: dict[str, os.stat_result]) -> str:
    """The SHA-256 of a walked file."""
    state = hashlib.sha256()
    for block in read_blocks(root, path, files):
        state.update(block)
    return state.hexdigest()


def checksum_lines(digests: dict[str, str]) -> bytes:
    """The bytes of checksums.sha256: one line a file, as `sha256sum` writes and checks it, by path."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def parse_checksums(content: bytes) -> dict[str, str]:
    """The digests by path; refuses whatever `checksum_lines` would not have written, with the line that is wrong."""
    whole = ((b"\xef\xbb\xbf", "a byte-order mark"), (b"\0", "a NUL byte"), (b"\r", "a carriage return"))
    for piece, what in whole:
        if piece in content:
            raise BundleRefusedError(f"{CHECKSUMS} has {what}")
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise BundleRefusedError(f"{CHECKSUMS} has a character that no name in a bundle has") from None
    if not text.endswith("\n"):
        raise BundleRefusedError(f"{CHECKSUMS} does not end with the end of a line")
    digests: dict[str, str] = {}
    twins: set[str] = set()
    last = ""
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        digest, path = _parse_line(f"line {number} of {CHECKSUMS}", line)
        if path in digests:
            raise BundleRefusedError(f"line {number} of {CHECKSUMS} lists {shown(path)} a second time")
        if path.lower() in twins:
            raise BundleRefusedError(f"line {number} of {CHECKSUMS} lists {shown(path)}, listed in other case already")
        if path < last:
            raise BundleRefusedError(f"line {number} of {CHECKSUMS} is out of order: {shown(path)}")
        digests[path], last = digest, path
        twins.add(path.lower())
    return digests


def _parse_line(where: str, line: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        if _LINE.fullmatch(line.lower()):
            raise BundleRefusedError(f"{where} has a digest in upper case")
        raise BundleRefusedError(f"{where} is no digest, two spaces and a name: {shown(line)}")
    path = found[2]
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        raise BundleRefusedError(f"{where} lists an absolute path: {shown(path)}")
    if ".." in path.split("/"):
        raise BundleRefusedError(f"{where} lists something outside the folder: {shown(path)}")
    if path != path.strip():
        raise BundleRefusedError(f"{where} has spaces around its name: {shown(path)}")
    folder, _, name = path.rpartition("/")
    if folder not in {"", *FOLDERS} or not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BundleRefusedError(f"{where} lists a name that no bundle has: {shown(path)}")
    if path == CHECKSUMS:
        raise BundleRefusedError(f"{where} lists {CHECKSUMS} itself")
    return found[1], path


def _compare_names(there: set[str], digests: dict[str, str]) -> None:
    for path in sorted(set(digests) - there):
        raise BundleRefusedError(f"{shown(path)} is listed and not there")
    for path in sorted(there - set(digests)):
        raise BundleRefusedError(f"{shown(path)} is there and not listed")
    for path in ALWAYS:
        if path not in digests:
            raise BundleRefusedError(f"{path}, which every bundle has, is missing")
    for path in digests:
        folder, _, name = path.rpartition("/")
        is_known = FOLDERS[folder].fullmatch(name) if folder else name in ALWAYS or name in TABLES
        if not is_known:
            raise BundleRefusedError(f"{shown(path)} is a file that no bundle has")


def parse_json(content: bytes, name: str) -> Any:
    """The JSON in `content`; a key that stands twice, NaN and bottomless nesting are refused."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BundleRefusedError(f"{shown(name)} is no JSON that can be read: {str(error)[:100]}") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _check_manifest(manifest: Any, digests: dict[str, str], sizes: dict[str, int]) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("workspace"), dict):
        raise BundleRefusedError(f"{MANIFEST} tells of no workspace")
    version = manifest.get("bundle_format_version")
    if version != BUNDLE_FORMAT_VERSION:
        raise BundleRefusedError(
            f"{MANIFEST} has bundle format {shown(str(version))}, and this checks {BUNDLE_FORMAT_VERSION}"
        )
    if not re.fullmatch("[0-9a-f]{32}", str(manifest["workspace"].get("workspace_id"))):
        raise BundleRefusedError(f"{MANIFEST} has no workspace id")
    if not isinstance(manifest.get("exported_at"), str):
        raise BundleRefusedError(f"{MANIFEST} does not say when it was exported")
    expected = [
        {"path": path, "sha256": digests[path], "size_bytes": sizes[path]}
        for path in sorted(digests)
        if path != MANIFEST
    ]
    if manifest.get("files") != expected:
        raise BundleRefusedError(f"{MANIFEST} lists other files, sizes or digests than {CHECKSUMS}")


def _check_references(
    root: Path, manifest: dict[str, Any], files: dict[str, os.stat_result], digests: dict[str, str]
) -> None:
    named = _entries(manifest["workspace"].get("created_objects"), "files")
    for path, key in TABLES.items():
        if path in digests and named.get(key) != digests[path]:
            raise BundleRefusedError(f"{path} is not the {key} that the workspace names")
    for path in digests:
        if path.startswith("models/") and path[len("models/") : -len(".zip")] != digests[path]:
            raise BundleRefusedError(f"{path} does not have the digest that it is named by")
    for run in _rows(manifest, "model_runs"):
        if run.get("artifact_verified") is True and f"models/{run.get('artifact_digest')}.zip" not in digests:
            raise BundleRefusedError(f"the artifact of model run {shown(str(run.get('run_id')))} is missing")
    plans = sorted(f"scenario_plans/{plan.get('plan_id')}.json" for plan in _rows(manifest, "scenario_plans"))
    if plans != [path for path in sorted(digests) if path.startswith("scenario_plans/")]:
        raise BundleRefusedError(f"{MANIFEST} names other plans than there are files")
    for path in plans:
        plan = parse_json(read_file(root, path, files), path)
        if not isinstance(plan, dict) or path != f"scenario_plans/{plan.get('plan_id')}.json":
            raise BundleRefusedError(f"{path} holds another plan")


def _entries(value: Any, name: str) -> dict[str, Any]:
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _rows(manifest: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = manifest.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BundleRefusedError(f"{MANIFEST} has no list of {name}")
    return rows


def main(arguments: list[str]) -> int:
    """Check the folder that is named, else the one that this file lies in; 0 where all holds, else 1."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    seen = verify_bundle(folder)
    lines = [f"checked: {sentence}" for sentence in seen.checked]
    lines.append(
        f"the bundle of workspace {seen.workspace_id} is as it was exported at {seen.exported_at}"
        if seen.ok
        else f"NOT as it was exported: {seen.reason}"
    )
    if seen.ok:
        lines.append(f"its fingerprint, to compare with the sender's: {seen.checksums_digest}")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if seen.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
