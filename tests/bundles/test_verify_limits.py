"""What the verifier refuses, line by line and at the very edge: its first reason, and the limit itself passes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from showcase.bundles import verify
from showcase.bundles.verify import (
    CHECKSUMS,
    LONGEST_NAME,
    MANIFEST,
    TABLES,
    BundleRefusedError,
    Verification,
    parse_checksums,
    parse_json,
    read_file,
    shown,
    verify_bundle,
    walk,
)
from tests.bundles.made import make_bundle
from tests.bundles.test_verify import mend_checksums

A, B = "a" * 64, "b" * 64
LONGEST = "x" * LONGEST_NAME


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    make_bundle(tmp_path / "bundle", tmp_path / "store")
    return tmp_path / "bundle"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("\N{BOM}" + f"{A}  a\n", "has a byte-order mark"),
        (f"{A}  a\0\n", "has a NUL byte"),
        (f"{A}  a\r\n", "has a carriage return"),
        (f"{A}  \N{LATIN SMALL LETTER A WITH DIAERESIS}\n", "has a character that no name in a bundle has"),
        (f"{A}  a", "does not end with the end of a line"),
        ("", "does not end with the end of a line"),
        (f"{A}  a\n{A}  a\n", "line 2 of checksums.sha256 lists 'a' a second time"),
        (f"{A}  README\n{A}  readme\n", "line 2 of checksums.sha256 lists 'readme', listed in other case already"),
        (f"{A}  b\n{A}  a\n", "line 2 of checksums.sha256 is out of order: 'a'"),
        (f"{A.upper()}  a\n", "line 1 of checksums.sha256 has a digest in upper case"),
        (f"{A[1:]}  a\n", "line 1 of checksums.sha256 is no digest, two spaces and a name: "),
        (f"{A} a\n", "is no digest, two spaces and a name"),
        (f"{A}  /etc/passwd\n", "lists an absolute path: '/etc/passwd'"),
        (f"{A}  \\\\there\n", "lists an absolute path"),
        (f"{A}  c:file\n", "lists an absolute path: 'c:file'"),
        (f"{A}  models/../a\n", "lists something outside the folder: 'models/../a'"),
        (f"{A}  a \n", "has spaces around its name: 'a '"),
        (f"{A}   a\n", "has spaces around its name: ' a'"),
        (f"{A}  other/a\n", "lists a name that no bundle has: 'other/a'"),
        (f"{A}  .hidden\n", "lists a name that no bundle has: '.hidden'"),
        (f"{A}  {LONGEST}x\n", "lists a name that no bundle has"),
        (f"{A}  {CHECKSUMS}\n", f"lists {CHECKSUMS} itself"),
    ],
)
def test_a_line_is_refused_with_the_first_reason(content: str, reason: str) -> None:
    with pytest.raises(BundleRefusedError, match=re.escape(reason)):
        parse_checksums(content.encode())


def test_lines_that_an_export_writes_are_read() -> None:
    listed = {LONGEST: A, f"models/{B}.zip": B}
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(listed.items()))
    assert parse_checksums(lines.encode()) == listed


def test_a_name_is_shown_whole_up_to_its_limit() -> None:
    assert shown("x" * (LONGEST_NAME - 2)) == f"'{'x' * (LONGEST_NAME - 2)}'"
    assert shown("x" * (LONGEST_NAME - 1)) == f"'{'x' * (LONGEST_NAME - 1)}..."


def test_as_many_files_as_are_allowed_are_walked_and_not_one_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "MOST_ENTRIES", 4)
    for number in range(4):
        (tmp_path / f"{number}").touch()
    assert len(walk(tmp_path)) == 4
    (tmp_path / "one-more").touch()
    with pytest.raises(BundleRefusedError, match="more than 4 files"):
        walk(tmp_path)


def test_files_of_all_folders_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "MOST_ENTRIES", 4)
    for folder in ("models", "scenario_plans"):
        (tmp_path / folder).mkdir()
        for number in range(3):
            (tmp_path / folder / f"{number}").touch()
    with pytest.raises(BundleRefusedError, match="more than 4 files"):
        walk(tmp_path)


def test_a_name_may_have_as_many_bytes_as_are_allowed(tmp_path: Path) -> None:
    (tmp_path / LONGEST).touch()
    assert set(walk(tmp_path)) == {LONGEST}
    (tmp_path / f"{LONGEST}x").touch()
    with pytest.raises(BundleRefusedError, match="more than 120 bytes"):
        walk(tmp_path)


def test_a_text_may_be_as_long_as_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LONGEST_TEXT", 3)
    (tmp_path / "text").write_bytes(b"abc")
    assert read_file(tmp_path, "text", walk(tmp_path)) == b"abc"
    (tmp_path / "text").write_bytes(b"abcd")
    with pytest.raises(BundleRefusedError, match="'text' has more than 3 bytes"):
        read_file(tmp_path, "text", walk(tmp_path))


def test_a_file_that_is_exchanged_after_it_was_walked_over_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"abc")
    files = walk(tmp_path)
    (tmp_path / "other").write_bytes(b"abc")
    (tmp_path / "other").rename(tmp_path / "text")
    with pytest.raises(BundleRefusedError, match="'text' was exchanged"):
        read_file(tmp_path, "text", files)


def test_a_file_that_becomes_a_pipe_or_a_link_is_refused_and_blocks_nothing(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"abc")
    files = walk(tmp_path)
    (tmp_path / "text").unlink()
    os.mkfifo(tmp_path / "text")
    with pytest.raises(BundleRefusedError, match="'text' was exchanged"):
        read_file(tmp_path, "text", files)
    (tmp_path / "text").unlink()
    (tmp_path / "there").write_bytes(b"abc")
    (tmp_path / "text").symlink_to(tmp_path / "there")
    with pytest.raises(OSError):
        read_file(tmp_path, "text", files)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": -Infinity}', '{"a": 1, "a": 1}', "\udcff", "[" * 100_000])
def test_json_that_others_read_in_another_way_is_refused(text: str) -> None:
    with pytest.raises(BundleRefusedError, match="is no JSON that can be read"):
        parse_json(text.encode("utf-8", "surrogateescape"), "plan")


def test_what_was_found_is_told_with_what_holds(bundle: Path) -> None:
    seen = verify_bundle(bundle)
    manifest = json.loads((bundle / MANIFEST).read_bytes())
    assert (seen.ok, seen.reason) == (True, None)
    assert (seen.workspace_id, seen.exported_at) == (manifest["workspace"]["workspace_id"], manifest["exported_at"])
    assert seen.digests == parse_checksums((bundle / CHECKSUMS).read_bytes())


def test_a_refusal_keeps_what_was_checked_before_it(bundle: Path) -> None:
    (bundle / "README.md").write_bytes(b"x")
    seen = verify_bundle(bundle)
    assert (len(seen.checked), seen.workspace_id, seen.digests) == (3, None, {})
    assert seen.checksums_digest is not None


def test_a_folder_that_cannot_be_read_is_a_reason_too(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Any:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(verify, "digest_file", full)
    seen = verify_bundle(bundle)
    assert isinstance(seen, Verification)
    assert (seen.ok, seen.reason, len(seen.checked)) == (False, "the bundle cannot be read: Input/output error", 3)


def change(bundle: Path, changed: Any) -> str | None:
    """The reason for which a bundle is refused whose manifest was changed, its checksums made to agree."""
    manifest = json.loads((bundle / MANIFEST).read_bytes())
    changed(manifest)
    (bundle / MANIFEST).write_text(json.dumps(manifest))
    mend_checksums(bundle)
    return verify_bundle(bundle).reason


@pytest.mark.parametrize("path", TABLES)
def test_each_table_is_the_one_that_the_workspace_names(bundle: Path, path: str) -> None:
    if not (bundle / path).exists():
        shutil.copy(bundle / "forecasts.parquet", bundle / path)

    def name_another(manifest: dict[str, Any]) -> None:
        digests = {one["path"]: one for one in manifest["files"]}
        digest, size = verify.digest_file(bundle, path, walk(bundle)), (bundle / path).stat().st_size
        digests[path] = {"path": path, "sha256": digest, "size_bytes": size}
        manifest["files"] = [digests[name] for name in sorted(digests)]
        files = manifest["workspace"]["created_objects"].setdefault("files", {})
        files[TABLES[path]] = "0" * 64

    assert change(bundle, name_another) == f"{path} is not the {TABLES[path]} that the workspace names"


def test_a_model_whose_bytes_were_verified_has_to_be_there(bundle: Path) -> None:
    def verify_one_more(manifest: dict[str, Any]) -> None:
        manifest["model_runs"].append({"run_id": "f" * 32, "artifact_digest": "0" * 64, "artifact_verified": True})

    assert change(bundle, verify_one_more) == f"the artifact of model run '{'f' * 32}' is missing"


def test_a_model_whose_bytes_were_not_verified_may_be_away(bundle: Path) -> None:
    def name_one_more(manifest: dict[str, Any]) -> None:
        manifest["model_runs"].append({"run_id": "f" * 32, "artifact_digest": "0" * 64, "artifact_verified": False})

    assert change(bundle, name_one_more) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (lambda manifest: manifest.update(workspace=[]), "tells of no workspace"),
        (lambda manifest: manifest["workspace"].update(workspace_id="A" * 32), "has no workspace id"),
        (lambda manifest: manifest.update(exported_at=1), "does not say when it was exported"),
        (lambda manifest: manifest.update(model_runs=[1]), "has no list of model_runs"),
        (lambda manifest: manifest.pop("scenario_plans"), "has no list of scenario_plans"),
        (lambda manifest: manifest["files"].reverse(), "lists other files, sizes or digests"),
        (lambda manifest: manifest["workspace"].update(created_objects=None), "is not the"),
        (lambda manifest: manifest["workspace"].update(created_objects={"files": []}), "is not the"),
    ],
)
def test_a_manifest_is_refused_with_the_first_reason(bundle: Path, changed: Any, reason: str) -> None:
    assert reason in str(change(bundle, changed))


def test_a_plan_lies_under_its_own_id(bundle: Path) -> None:
    first, second = sorted((bundle / "scenario_plans").iterdir())
    first.write_bytes(second.read_bytes())

    def list_it(manifest: dict[str, Any]) -> None:
        (listed,) = (one for one in manifest["files"] if one["path"] == f"scenario_plans/{first.name}")
        listed |= {"sha256": verify.digest_file(first.parent, first.name, walk(first.parent)),
                   "size_bytes": first.stat().st_size}  # fmt: skip

    assert change(bundle, list_it) == f"scenario_plans/{first.name} holds another plan"


def test_a_model_lies_under_its_own_digest(bundle: Path) -> None:
    first, *_ = sorted((bundle / "models").iterdir())
    first.write_bytes(b"other")

    def list_it(manifest: dict[str, Any]) -> None:
        (listed,) = (one for one in manifest["files"] if one["path"] == f"models/{first.name}")
        listed |= {"sha256": verify.digest_file(first.parent, first.name, walk(first.parent)), "size_bytes": 5}

    assert change(bundle, list_it) == f"models/{first.name} does not have the digest that it is named by"


def test_the_command_says_what_holds_and_ends_with_0_or_1(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(bundle)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said[:6]] == ["checked"] * 6
    assert said[6].startswith("the bundle of workspace ")
    assert said[7].endswith(str(verify_bundle(bundle).checksums_digest))
    (bundle / "README.md").write_bytes(b"x")
    assert verify.main([str(bundle)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "NOT as it was exported: 'README.md' has other bytes than checksums.sha256 says"


def test_the_file_in_a_bundle_checks_the_folder_it_lies_in_or_the_one_that_is_named(bundle: Path) -> None:
    command = [sys.executable, "-I", "-S", bundle / "verify.py"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    elsewhere = subprocess.run([*command, bundle / "models"], capture_output=True, text=True, check=False)
    assert (elsewhere.returncode, "checksums.sha256 is missing" in elsewhere.stdout) == (1, True)
