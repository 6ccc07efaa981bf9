"""A kept run is exported with the means to check it, and comes back whole elsewhere."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from showcase.bundles.verify import verify_bundle
from showcase.errors import ConflictError, IntegrityError, NotFoundError, UnavailableError
from showcase.failpoints import arm
from showcase.services.bundle_reading import workspace_row
from showcase.services.bundles import BundleService
from showcase.store.engine import Database
from showcase.testing import services_over
from tests.bundles.rewriting import contents, rewrite
from tests.faults.waiting import PATIENCE_S, Held, wait_until
from tests.postgres import DatabaseServer
from tests.services.kept import Kept, kept_run
from tests.store.contended import somebody_waits
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item

MADE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    with (
        database_server.fresh(_migrated_template) as fresh,
        kept_run(fresh, tmp_path_factory.mktemp("kept"), workspace_name="first", user_scope=None) as made,
    ):
        yield made


@pytest.fixture
def bundles(kept: Kept) -> BundleService:
    return kept.services.bundles


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path) -> BundleService:
    """An installation that never saw the workspace."""
    return services_over(database, tmp_path / "elsewhere").bundles


def dated(bundles: BundleService, year: int) -> BundleService:
    return dataclasses.replace(bundles, source_date=datetime(year, 1, 1, tzinfo=UTC))


def test_an_export_says_what_it_made_and_is_recorded(kept: Kept, bundles: BundleService) -> None:
    before = len(bundles.exports(kept.workspace_id))
    made = bundles.export(kept.workspace_id)
    assert made.validated
    assert (made.folder, made.bundle_path) == (kept.folder, f"showcase/{kept.workspace_id}")
    assert {file.path: file.size_bytes for file in made.files} == {
        path: len(body) for path, body in contents(kept.folder).items()
    }
    assert set(made.as_json()) == {
        "workspace_id", "bundle_path", "bundle_format_version", "exported_at", "files", "scenario_plans_exported",
        "model_runs_referenced", "unresolved_references", "validated",
    }  # fmt: skip
    assert made.unresolved_references == []
    row, *older = bundles.exports(kept.workspace_id)
    assert len(older) == before
    checksums = next(file for file in made.files if file.path == "checksums.sha256")
    assert (row.checksums_digest, row.exported_at) == (checksums.sha256, made.exported_at)


def test_the_story_stands_in_the_manifest(kept: Kept, bundles: BundleService) -> None:
    manifest = json.loads((bundles.export(kept.workspace_id).folder / "manifest.json").read_bytes())
    assert manifest["workspace"] == workspace_row(kept.services.workspaces.show(kept.workspace_id))
    assert [run["artifact_verified"] for run in manifest["model_runs"]] == [True]
    assert manifest["data"]["recipe"]["seed"] == 42
    assert manifest["data"]["fingerprint"] == manifest["workspace"]["data_fingerprint"]


def test_how_the_winner_did_against_known_truth_is_carried_and_drawn(kept: Kept, bundles: BundleService) -> None:
    services, found = kept.services, kept.services.workspaces.show(kept.workspace_id)
    folder = bundles.export(kept.workspace_id).folder
    told = json.loads((folder / "manifest.json").read_bytes())["data"]["truth"]
    data_set = services.demand.find_by_fingerprint(str(found.data_fingerprint))
    assert data_set is not None
    forecasts = pl.read_parquet(folder / "backtest.parquet").filter(
        pl.col("model") == (found.result_summary or {})["winner_model_type"]
    )
    scores = services.series.truth_scores(data_set, forecasts)
    assert scores is not None
    known = dict(scores.filter(pl.col("n") > 0).select("days", "wape_demand").iter_rows())
    assert {row["days"]: row["wape_demand"] for row in told} == pytest.approx(known, abs=1e-6)
    assert "Against the truth" in (folder / "report.html").read_text()


def test_the_usual_program_and_the_shipped_verifier_pass(kept: Kept, bundles: BundleService) -> None:
    folder = bundles.export(kept.workspace_id).folder
    subprocess.run(["sha256sum", "--check", "--strict", "checksums.sha256"], cwd=folder, check=True)
    # isolated and without site packages: nothing but the standard library is there
    ran = subprocess.run([sys.executable, "-I", "-S", folder / "verify.py"], capture_output=True, text=True, check=True)
    assert f"workspace {kept.workspace_id} is as it was exported" in ran.stdout
    (folder / "README.md").write_bytes(b"")
    ran = subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify.py"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "'README.md' has other bytes" in ran.stdout


def test_two_exports_differ_in_their_moment_alone(kept: Kept, bundles: BundleService) -> None:
    first = contents(dated(bundles, 2025).export(kept.workspace_id).folder)
    again = contents(dated(bundles, 2025).export(kept.workspace_id).folder)
    later = contents(dated(bundles, 2026).export(kept.workspace_id).folder)
    assert first == again
    assert {path for path in first if first[path] != later[path]} == {"manifest.json", "checksums.sha256"}
    assert first["manifest.json"].replace(b"2025-01-01", b"2026-01-01") == later["manifest.json"]


def test_a_bundle_comes_back_whole_in_an_empty_installation(
    kept: Kept, bundles: BundleService, elsewhere: BundleService
) -> None:
    sent = dated(bundles, 2025).export(kept.workspace_id)
    done = elsewhere.import_(sent.folder)
    assert (done.workspace_id, done.outcome) == (kept.workspace_id, "imported")
    back = dated(elsewhere, 2025).export(kept.workspace_id)
    assert contents(back.folder) == contents(sent.folder)
    assert elsewhere.import_(sent.folder).outcome == "unchanged"
    assert elsewhere.verify(sent.folder).here == "known"


@pytest.mark.fault("C11")
def test_of_two_imports_at_once_the_slower_one_finds_the_workspace_there(
    kept: Kept, bundles: BundleService, elsewhere: BundleService, database: Database
) -> None:
    sent, held = bundles.export(kept.workspace_id).folder, Held("commit.before")
    with ThreadPoolExecutor(2) as pool:
        arm(held)
        try:
            first = pool.submit(elsewhere.import_, sent)
            assert held.reached.wait(PATIENCE_S)
            second = pool.submit(elsewhere.import_, sent)
            wait_until(lambda: second.done() or somebody_waits(database), "the second neither waited nor ended")
        finally:
            held.released.set()
            arm(None)
        assert first.result(PATIENCE_S).outcome == "imported"
        slower = second.result(PATIENCE_S)
    assert (slower.outcome, set(slower.added.values())) == ("unchanged", {0})


def test_an_older_change_is_not_undone_in_what_an_import_put_there(
    kept: Kept, bundles: BundleService, database: Database, tmp_path: Path
) -> None:
    services = services_over(database, tmp_path / "elsewhere")
    sent = bundles.export(kept.workspace_id).folder
    services.bundles.import_(sent)
    token = services.bulk.act({"action": "tag", "ids": [kept.workspace_id], "tags": ["old"]}).undo_token
    services.workspaces.delete(kept.workspace_id)
    services.bundles.import_(sent)
    # the imported row counts its own revisions, so both stand at the same one
    edited = services.workspaces.edit(kept.workspace_id, {"tags": ["mine"]})
    assert token is not None
    undone = services.bulk.undo(token)
    assert (undone.affected, [one.why for one in undone.left_out]) == ([], ["changed since"])
    assert services.workspaces.show(kept.workspace_id) == edited


def test_other_content_under_the_same_id_is_refused(
    kept: Kept, bundles: BundleService, elsewhere: BundleService, database: Database
) -> None:
    sent = bundles.export(kept.workspace_id).folder
    elsewhere.import_(sent)
    with database.begin() as connection:
        connection.execute(text("UPDATE showcase_workspace SET notes = 'another one'"))
    with pytest.raises(ConflictError, match="other notes") as refused:
        elsewhere.import_(sent)
    assert refused.value.reason == "other_content"


def test_a_rewritten_bundle_is_found_where_it_was_exported(kept: Kept, bundles: BundleService, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(bundles.export(kept.workspace_id).folder, copied)
    assert bundles.verify(copied).here == "known"
    rewrite(copied, "README.md", b"# Better\n")
    assert verify_bundle(copied).ok
    proof = bundles.verify(copied)
    assert (proof.ok, proof.here) == (False, "recomputed")
    with pytest.raises(IntegrityError, match="all was rewritten"):
        bundles.import_(copied)


def test_a_later_export_of_the_sender_is_not_taken_for_a_rewritten_one(
    kept: Kept, bundles: BundleService, elsewhere: BundleService, tmp_path: Path
) -> None:
    first = Path(shutil.copytree(dated(bundles, 2025).export(kept.workspace_id).folder, tmp_path / "first"))
    later = dated(bundles, 2026).export(kept.workspace_id).folder
    elsewhere.import_(first)
    elsewhere.export(kept.workspace_id)
    assert [elsewhere.verify(one).here for one in (first, later)] == ["known", "unknown"]
    assert elsewhere.import_(later).outcome == "unchanged"
    kept.services.workspaces.edit(kept.workspace_id, {"notes": "better"})
    try:
        with pytest.raises(ConflictError, match="other notes"):
            elsewhere.import_(bundles.export(kept.workspace_id).folder)
    finally:
        kept.services.workspaces.edit(kept.workspace_id, {"notes": None})


def test_a_zip_holds_the_bundle_and_is_the_same_each_time(kept: Kept, bundles: BundleService, tmp_path: Path) -> None:
    sent = dated(bundles, 2025).export(kept.workspace_id)
    first = b"".join(bundles.zip(kept.workspace_id).chunks())
    assert first == b"".join(bundles.zip(kept.workspace_id).chunks())
    (tmp_path / "bundle.zip").write_bytes(first)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        archive.extractall(tmp_path)
    assert contents(tmp_path / kept.workspace_id) == contents(sent.folder)
    (sent.folder / "README.md").unlink()
    with pytest.raises(IntegrityError, match="listed and not there"):
        bundles.zip(kept.workspace_id)


def test_what_cannot_be_exported_is_refused(database: Database, tmp_path: Path) -> None:
    bundles = services_over(database, tmp_path).bundles
    put_items(database, [Item(workspace_id(1), MADE, status="running")])
    with pytest.raises(ConflictError) as refused:
        bundles.export(workspace_id(1))
    assert refused.value.reason == "running"
    with pytest.raises(NotFoundError):
        bundles.export(workspace_id(2))
    with pytest.raises(NotFoundError, match="no bundle here"):
        bundles.zip(workspace_id(2))
    assert not any((tmp_path / "showcase").iterdir())


@pytest.mark.fault("D7")
def test_a_second_export_of_the_same_workspace_at_once_is_refused(kept: Kept, bundles: BundleService) -> None:
    name: Any = bundles.export(kept.workspace_id).workspace_id
    with bundles.folder.exclusive(name), pytest.raises(ConflictError) as refused:
        bundles.export(kept.workspace_id)
    assert refused.value.reason == "exporting"
    assert bundles.export(kept.workspace_id).validated


def test_an_export_is_recorded_for_good(kept: Kept, bundles: BundleService) -> None:
    bundles.export(kept.workspace_id)
    for statement in ("UPDATE bundle_export SET exported_at = now()", "DELETE FROM bundle_export"):
        with pytest.raises(DBAPIError, match="appended and never changed"), bundles.transactions.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.fault("D2")
def test_a_folder_that_is_a_link_is_refused_with_its_path(kept: Kept, bundles: BundleService, tmp_path: Path) -> None:
    folder = dataclasses.replace(bundles.folder, root=tmp_path / "linked")
    (tmp_path / "real").mkdir()
    folder.root.symlink_to(tmp_path / "real")
    with pytest.raises(UnavailableError, match="a symbolic link"):
        dataclasses.replace(bundles, folder=folder).export(kept.workspace_id)
    assert list((tmp_path / "real").iterdir()) == []
