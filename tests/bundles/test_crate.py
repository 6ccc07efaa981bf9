"""The bundle is an RO-Crate that ro-crate-py opens, with every file listed."""

from __future__ import annotations

import shutil
from pathlib import Path

from rocrate.rocrate import ROCrate

from tests.bundles.cases import MADE, WORKSPACE_ID
from tests.bundles.made import make_bundle


def test_the_crate_lists_every_file_and_is_dated_by_the_workspace(tmp_path: Path) -> None:
    written = make_bundle(tmp_path / "bundle", tmp_path / "store")
    crate = ROCrate(tmp_path / "bundle")
    assert crate.root_dataset["datePublished"] == MADE
    assert crate.root_dataset["identifier"] == WORKSPACE_ID
    files = {entity.id: entity for entity in crate.get_by_type("File")}
    assert set(files) == {file.path for file in written.files} - {"ro-crate-metadata.json"}
    assert {part.id for part in crate.root_dataset["hasPart"]} == set(files)
    for file in written.files:
        if file.path not in ("manifest.json", "checksums.sha256", "ro-crate-metadata.json"):
            assert files[file.path]["sha256"] == file.sha256
            assert files[file.path]["contentSize"] == str(file.size_bytes)
    assert crate.root_dataset["mainEntity"].id == "report.html"


def test_ro_crate_py_writes_it_again_with_all_its_files(tmp_path: Path) -> None:
    written = make_bundle(tmp_path / "bundle", tmp_path / "store")
    ROCrate(tmp_path / "bundle").write(tmp_path / "again")
    again = {
        path.relative_to(tmp_path / "again").as_posix() for path in (tmp_path / "again").rglob("*") if path.is_file()
    }
    assert again == {file.path for file in written.files}
    shutil.rmtree(tmp_path / "again")
