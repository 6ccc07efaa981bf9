"""`showcase workspaces export` and `showcase bundle` on the command line, with and without a database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.bundles.made import make_bundle
from tests.cli.conftest import Showcase


def test_a_workspace_is_exported_verified_and_imported(showcase: Showcase, tmp_path: Path) -> None:
    ran = showcase("run", "--reseed", "--keep", "--json")
    workspace_id = json.loads(ran.stdout.splitlines()[-1])["data"]["workspace_id"]
    exported = json.loads(showcase("workspaces", "export", workspace_id, "--zip", f"{tmp_path}/b.zip", "--json").stdout)
    folder = exported["bundle_path"]
    assert Path(folder).is_absolute()
    assert exported["validated"] is True
    assert {file["path"] for file in exported["files"]} >= {"manifest.json", "checksums.sha256", "report.html"}
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert f"{workspace_id}/report.html" in archive.namelist()

    seen = showcase("bundle", "verify", folder, "--json")
    assert (seen.returncode, json.loads(seen.stdout)["here"]) == (0, "known")
    told = showcase("bundle", "verify", folder, "--no-database")
    assert told.returncode == 0
    assert f"The bundle of workspace {workspace_id} is as it was exported" in told.stdout

    assert "here already, with the same content" in showcase("bundle", "import", folder).stdout
    showcase("workspaces", "delete", workspace_id)
    back = json.loads(showcase("bundle", "import", folder, "--json").stdout)
    assert (back["outcome"], back["added"]["workspaces"]) == ("imported", 1)

    changed = shutil.copytree(folder, tmp_path / "changed")
    (changed / "README.md").write_text("better")
    seen = showcase("bundle", "verify", str(changed))
    assert seen.returncode == 1
    assert "NOT as it was exported: 'README.md' has other bytes" in seen.stdout
    refused = showcase("bundle", "import", str(changed))
    assert refused.returncode == 2
    assert "The bundle was not imported" in refused.stderr


def test_a_bundle_without_its_file_is_refused_with_the_first_reason(showcase: Showcase, tmp_path: Path) -> None:
    seen = showcase("bundle", "verify", f"{tmp_path}/nowhere", "--json")
    assert (seen.returncode, json.loads(seen.stdout)["reason"]) == (1, "there is no such folder")


def test_who_only_verifies_gets_no_database_made(tmp_path: Path) -> None:
    make_bundle(tmp_path / "bundle", tmp_path / "store")
    environment = {name: value for name, value in os.environ.items() if name != "SHOWCASE_DATABASE_URL"}
    ran = subprocess.run(
        [sys.executable, "-c", "from showcase.cli import main; main()", "bundle", "verify", tmp_path / "bundle"],
        env={**environment, "SHOWCASE_HOME": str(tmp_path / "home")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "is as it was exported" in ran.stdout
    assert "this installation: not asked" in ran.stdout
    assert not (tmp_path / "home").exists()
