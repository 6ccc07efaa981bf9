"""Contract section 11: files and bundles."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from showcase.client import Client
from tests.conformance.asking import UNKNOWN, Json, keep, refused, summary_of

FILES = {
    "manifest.json", "checksums.sha256", "README.md", "report.html", "verify.py", "forecasts.parquet",
    "backtest.parquet", "events.jsonl", "ro-crate-metadata.json",
}  # fmt: skip
MANIFEST = {
    "bundle_format_version", "exported_at", "workspace", "model_runs", "scenario_plans", "unresolved_references",
    "environment", "files",
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(api: Client) -> Json:
    """What the export of one small workspace answered."""
    return api.workspaces.export(keep(api, workspace_name="exported")["workspace_id"])


@pytest.fixture(scope="module")
def folder(api: Client, exported: Json, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same bundle, downloaded and unpacked."""
    path = tmp_path_factory.mktemp("bundle")
    zipped = api.workspaces.download(exported["workspace_id"], path / "bundle.zip")
    with zipfile.ZipFile(zipped) as opened:
        opened.extractall(path / "unpacked")
    return next((path / "unpacked").rglob("manifest.json")).parent


def test_s11_an_export_lists_its_files_with_size_and_digest(exported: Json) -> None:
    assert {file["path"] for file in exported["files"]} >= FILES - {"manifest.json"}
    assert exported["validated"] is True
    assert exported["bundle_format_version"] >= 1
    for file in exported["files"]:
        assert len(file["sha256"]) == 64
        assert file["size_bytes"] > 0


def test_s11_paths_in_answers_are_relative(exported: Json) -> None:
    assert exported["bundle_path"] == f"showcase/{exported['workspace_id']}"


def test_s11_every_file_of_the_contract_is_in_the_bundle(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} >= FILES


def test_s11_the_manifest_has_every_key_and_all_files_but_two(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest) >= MANIFEST
    listed = {file["path"] for file in manifest["files"]}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed == there - {"manifest.json", "checksums.sha256"}


def test_s11_every_checksum_is_right_and_no_file_is_missing(folder: Path) -> None:
    lines = (folder / "checksums.sha256").read_text().splitlines()
    listed = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(listed) == there - {"checksums.sha256"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_s11_a_bundle_verifies_itself_with_the_standard_library(folder: Path) -> None:
    checked = subprocess.run([sys.executable, "-I", folder / "verify.py"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_s11_a_changed_byte_is_found(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.rglob("*"):
        target = copy / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            target.write_bytes(path.read_bytes())
    report = (copy / "report.html").read_bytes()
    (copy / "report.html").write_bytes(report[:-1] + bytes([report[-1] ^ 1]))
    checked = subprocess.run([sys.executable, "-I", copy / "verify.py"], capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert "report.html" in checked.stdout + checked.stderr


def test_s11_the_report_opens_offline(folder: Path) -> None:
    report = (folder / "report.html").read_text()
    assert "<script src" not in report
    assert "http://" not in report.replace("http://www.w3.org", "")


def test_s11_the_events_are_those_of_the_run(api: Client, exported: Json, folder: Path) -> None:
    run_id = api.workspaces.show(exported["workspace_id"])["run_id"]
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert lines == list(api.runs.watch(run_id))


def test_s11_two_exports_differ_in_their_time_alone(api: Client, exported: Json) -> None:
    again = api.workspaces.export(exported["workspace_id"])
    before = {file["path"]: file["sha256"] for file in exported["files"]}
    after = {file["path"]: file["sha256"] for file in again["files"]}
    assert {path for path in before if before[path] != after[path]} <= {"manifest.json", "checksums.sha256"}


def test_s11_the_plans_of_a_rich_run_are_in_its_bundle(api: Client, rich: list[Json]) -> None:
    found = api.workspaces.export(summary_of(rich)["workspace_id"])
    assert found["scenario_plans_exported"] >= 3
    assert found["model_runs_referenced"] >= 2
    assert any(file["path"].startswith("scenario_plans/") for file in found["files"])


def test_s11_an_unknown_workspace_is_not_exported(api: Client) -> None:
    refused(api, 404, "POST", f"/demo/workspaces/{UNKNOWN}/export")
    refused(api, 404, "POST", "/demo/workspaces/..%2F..%2Fetc/export")


def test_s11_a_workspace_that_was_never_exported_has_no_bundle(api: Client) -> None:
    refused(api, 404, "GET", f"/demo/workspaces/{keep(api)['workspace_id']}/bundle.zip")
