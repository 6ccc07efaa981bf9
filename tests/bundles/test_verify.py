"""The verifier finds every change, says the first reason, and opens nothing outside the folder."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from showcase.bundles import verify
from showcase.bundles.verify import CHECKSUMS, MANIFEST, checksum_lines, verify_bundle
from tests.bundles.made import make_bundle
from tests.bundles.mutations import MUTATIONS

PER_KIND = 6


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "bundle"
    make_bundle(folder, folder.parent / "store")
    return folder


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    """A bundle to change."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def mend_checksums(folder: Path) -> None:
    """Make the checksums agree with whatever lies there now."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    digests = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (folder / CHECKSUMS).write_bytes(checksum_lines(digests))


def test_there_are_seventeen_kinds_of_change() -> None:
    assert len(MUTATIONS) == 17


@pytest.mark.fault("D4")
@pytest.mark.parametrize("kind", MUTATIONS)
def test_every_change_is_found(kind: str, bundle: Path, tmp_path: Path) -> None:
    choose = random.Random(kind)
    for number in range(PER_KIND):
        folder = Path(shutil.copytree(bundle, tmp_path / str(number)))
        MUTATIONS[kind](folder, choose)
        seen = verify_bundle(folder)
        assert not seen.ok, f"{kind}, number {number}"
        assert seen.reason


def test_what_was_not_changed_passes_wherever_it_lies(bundle: Path, tmp_path: Path) -> None:
    plain = verify_bundle(shutil.copytree(bundle, tmp_path / "ä b"))
    assert plain.ok
    assert len(plain.checked) == 6
    (tmp_path / "linked").symlink_to(bundle)
    assert verify_bundle(tmp_path / "linked") == plain


REASONS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (lambda folder: shutil.rmtree(folder), "there is no such folder"),
    "no checksums": (lambda folder: (folder / CHECKSUMS).unlink(), "checksums.sha256 is missing"),
    "bit": (lambda folder: (folder / "report.html").write_bytes(b"x"), "'report.html' has other bytes"),
    "removed": (lambda folder: (folder / "README.md").unlink(), "'README.md' is listed and not there"),
    "hidden": (lambda folder: (folder / ".x").touch(), "'.x' is there and not listed"),
    "empty folder": (lambda folder: (folder / "more").mkdir(), "'more' is a folder that no bundle has"),
    "emptied folder": (lambda folder: [path.unlink() for path in (folder / "models").iterdir()], "empty folder"),
    "fifo": (lambda folder: os.mkfifo(folder / "pipe"), "'pipe' is no plain file"),
    "socket": (lambda folder: socket.socket(socket.AF_UNIX).bind(str(folder / "s")), "'s' is no plain file"),
    "link": (lambda folder: (folder / "x").symlink_to("/etc/passwd"), "'x' is a symbolic link"),
    "hard link": (lambda folder: os.link(folder / "README.md", folder.parent / "x"), "hard link"),
    "emoji": (lambda folder: (folder / ("\N{PACKAGE}" * 60)).touch(), "more than 120 bytes"),
    "upper case": (lambda folder: _edit(folder, lambda text: text.upper()), "digest in upper case"),
    "no end": (lambda folder: _edit(folder, lambda text: text[:-1]), "does not end with the end of a line"),
    "outside": (
        lambda folder: _edit(folder, lambda text: text.replace("  README", "  ../README")),
        "outside the folder",
    ),
    "absolute": (lambda folder: _edit(folder, lambda text: text.replace("  README", "  /README")), "an absolute path"),
    "drive": (lambda folder: _edit(folder, lambda text: text.replace("  README", "  C:README")), "an absolute path"),
}


def _edit(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / CHECKSUMS
    path.write_text(change(path.read_text()))


@pytest.mark.fault("D6")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the socket is a file here, and nobody listens
@pytest.mark.parametrize("case", REASONS)
def test_the_reason_is_concrete(case: str, copy: Path) -> None:
    change, reason = REASONS[case]
    change(copy)
    seen = verify_bundle(copy)
    assert not seen.ok
    assert reason in str(seen.reason)


MENDED: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda folder: (folder / "README.md").write_bytes(b"x"), "lists other files, sizes or digests"),
    "added": (lambda folder: (folder / "more.txt").touch(), "'more.txt' is a file that no bundle has"),
    "removed": (lambda folder: (folder / "verify.py").unlink(), "verify.py, which every bundle has, is missing"),
    "no json": (lambda folder: (folder / MANIFEST).write_bytes(b"{"), "no JSON that can be read"),
    "nested": (lambda folder: (folder / MANIFEST).write_bytes(b"[" * 200_000), "no JSON that can be read"),
    "twice": (lambda folder: (folder / MANIFEST).write_bytes(b'{"a":1,"a":2}'), "a key stands twice"),
    "no workspace": (lambda folder: (folder / MANIFEST).write_bytes(b"{}"), "tells of no workspace"),
    "later format": (lambda folder: _set(folder, "bundle_format_version", 2), "has bundle format '2'"),
    "no moment": (lambda folder: _set(folder, "exported_at", None), "when it was exported"),
    "no runs": (lambda folder: _set(folder, "model_runs", {}), "has no list of model_runs"),
    "no plans": (lambda folder: _set(folder, "scenario_plans", []), "names other plans"),
}


def _set(folder: Path, key: str, value: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(manifest | {key: value}))


@pytest.mark.fault("D4")
@pytest.mark.parametrize("case", MENDED)
def test_checksums_that_were_made_to_agree_do_not_hide_it(case: str, copy: Path) -> None:
    change, reason = MENDED[case]
    change(copy)
    mend_checksums(copy)
    seen = verify_bundle(copy)
    assert not seen.ok
    assert reason in str(seen.reason)


def test_a_table_that_the_workspace_does_not_name_is_found(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_bytes())
    manifest["workspace"]["created_objects"]["files"]["forecast"] = "0" * 64
    (copy / MANIFEST).write_text(json.dumps(manifest))
    mend_checksums(copy)
    assert verify_bundle(copy).reason == "forecasts.parquet is not the forecast that the workspace names"


@pytest.mark.fault("D6")
def test_too_many_files_are_refused_before_they_are_read(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "MOST_ENTRIES", 40)
    for number in range(60):
        (copy / f"{number}.txt").touch()
    assert verify_bundle(copy).reason == "there are more than 40 files"


WATCHED = textwrap.dedent(
    """
    import os, runpy, sys
    verify_bundle = runpy.run_path("verify.py")["verify_bundle"]
    opened = []
    sys.addaudithook(lambda event, facts: opened.append(facts[0]) if event in ("open", "os.scandir") else None)
    seen = verify_bundle(sys.argv[1])
    root = os.path.realpath(sys.argv[1])
    paths = [os.path.realpath(path) for path in opened if not isinstance(path, int)]
    print([path for path in paths if path != root and not path.startswith(root + os.sep)], len(paths) > 0, seen.ok)
    """
)


@pytest.mark.fault("D4")
@pytest.mark.parametrize(
    "kind", ["link", "list_an_absolute_path", "list_a_way_out", "add_a_twin_in_other_case", "rename"]
)
def test_nothing_outside_the_folder_is_opened(kind: str, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    for number in range(4):
        folder = Path(shutil.copytree(copy, tmp_path / str(number)))
        MUTATIONS[kind](folder, random.Random(number))
        # isolated and without site packages: nothing but the standard library is there
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", WATCHED, folder],
            cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert ran.stdout == "[] True False\n"
