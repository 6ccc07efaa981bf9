"""Disks that really fill up, are read-only or lie elsewhere: under bundles, tables, the log of the database, a home."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from showcase.bundles.verify import verify_bundle
from showcase.errors import UnavailableError
from showcase.services.bundle_files import BundleFolder
from showcase.services.bundles import BundleService
from showcase.settings import Settings
from showcase.store.engine import Database, open_database
from showcase.testing import fresh_request, launcher_over
from showcase.wiring import open_installation
from tests.faults.disks import SmallDisk, folder_for_all, small_disk
from tests.faults.waiting import run_through
from tests.postgres import NOBODY, DatabaseServer, remove_database
from tests.services.kept import Kept, kept_run

MIB = 1024**2
PAGE = 4096


def _is_refused(bundles: BundleService, workspace_id: str) -> bool:
    """Whether an export finds no room; any other failure is one of the test."""
    try:
        bundles.export(workspace_id)
    except UnavailableError as full:
        return "the disk is full" in full.message or pytest.fail(full.message)
    return False


@pytest.mark.fault("D1")
def test_a_disk_with_too_little_room_for_an_export_leaves_the_old_bundle_whole(
    kept: Kept, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with small_disk(tmp_path / "bundles", 16 * MIB) as disk:
        bundles = dataclasses.replace(kept.services.bundles, folder=BundleFolder(disk.path))
        first = bundles.export(kept.workspace_id)
        size = sum(path.stat().st_size for path in first.folder.rglob("*") if path.is_file())
        refused = 0
        steps = range(0, size, max(PAGE, size // 24 // PAGE * PAGE))
        for room in steps:
            with disk.filled(leave_bytes=room):
                refused += _is_refused(bundles, kept.workspace_id)
                found = verify_bundle(disk.path / kept.workspace_id)
                assert found.ok, (room, found.reason)
            assert {path.name for path in disk.path.iterdir()} == {kept.workspace_id}
        assert refused >= len(steps) - 2  # the last ones may be large enough
        assert bundles.export(kept.workspace_id).validated
    record_property("figure", f"{len(steps)} sizes of a real disk: 0 half bundles")


@pytest.mark.fault("D2")
def test_a_read_only_folder_is_named_and_runs_go_on_without_exports(database: Database, tmp_path: Path) -> None:
    with small_disk(tmp_path / "showcase", 16 * MIB) as disk, kept_run(database, tmp_path) as kept:
        disk.be_read_only()
        with pytest.raises(UnavailableError, match="the disk is read-only") as refused:
            kept.services.bundles.export(kept.workspace_id)
        assert str(disk.path) in refused.value.message
        launcher = launcher_over(database, tmp_path)
        assert launcher.start(fresh_request(preservation="keep")).wait(60).overall_status == "pass"
        launcher.close()
        disk.be_read_only(read_only=False)
        assert kept.services.bundles.export(kept.workspace_id).validated


@pytest.mark.fault("D2")
def test_a_read_only_store_of_models_stops_a_run_before_its_work(database: Database, tmp_path: Path) -> None:
    with small_disk(tmp_path / "models", 512 * MIB) as disk:
        disk.be_read_only()
        launcher = launcher_over(database, tmp_path)
        failed = launcher.start(fresh_request()).wait(60)
        assert (failed.run_status, failed.steps[-1]["step_name"]) == ("failed", "precheck")
        assert str(disk.path) in failed.steps[-1]["detail"]
        disk.be_read_only(read_only=False)
        # it lies on another disk than the rest of the home, which is no fault
        assert launcher.start(fresh_request()).wait(60).overall_status == "pass"
        launcher.close()


@pytest.fixture
def template(_migrated_template: str) -> str:
    return _migrated_template


@pytest.mark.fault("P9")
def test_a_run_whose_tables_have_no_room_fails_in_words_and_is_green_with_more(
    database_server: DatabaseServer, template: str, tmp_path: Path
) -> None:
    with folder_for_all() as folder, small_disk(folder / "tables", 512 * MIB) as disk:
        place = disk.path / "space"
        place.mkdir()
        NOBODY.own(place)
        server = open_database(database_server.url)
        url = server.url.set(database="tight").render_as_string(hide_password=False)
        with server.lone_connection() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            try:
                connection.execute(f"CREATE DATABASE tight TEMPLATE {template} TABLESPACE small")
                _run_with_and_without_room(disk, url, tmp_path)
            finally:
                connection.execute("DROP DATABASE IF EXISTS tight WITH (FORCE)")
                connection.execute("DROP TABLESPACE small")
        server.dispose()


def _run_with_and_without_room(disk: SmallDisk, url: str, home: Path) -> None:
    tight = open_database(url)
    launcher = launcher_over(tight, home)
    with disk.filled(leave_bytes=MIB):
        failed = launcher.start(fresh_request(scenario="retail_standard")).wait(60)
        assert failed.run_status == "failed"
        assert "The database's disk is full" in failed.steps[-1]["detail"]
        # the server is alive, and what is committed is there
        assert launcher.show(str(failed.run_id)).status == "failed"
    assert launcher.start(fresh_request(scenario="retail_standard")).wait(60).overall_status == "pass"
    launcher.close()
    tight.dispose()


@pytest.mark.fault("P10")
def test_a_full_disk_under_the_log_of_the_database_is_survived_with_every_committed_row() -> None:
    with folder_for_all() as folder, small_disk(folder / "disk", 900 * MIB) as disk:
        home = disk.path / "home"
        with open_installation(Settings(home=home, test=True)) as installation:
            installation.live_long(look_every_s=0.5)
            done = installation.launcher.start(fresh_request(preservation="keep")).wait(60)
            kept = installation.services.workspaces.show(str(done.summary["workspace_id"]))

            def fill_the_log() -> None:
                with disk.filled(leave_bytes=20 * MIB):
                    _write_log_until_it_panics(installation.database)

            assert run_through(installation, fill_the_log) in ("interrupted", "failed")
            assert installation.services.workspaces.show(str(kept.workspace_id)) == kept
        remove_database(home)


def _write_log_until_it_panics(database: Database) -> None:
    with database.lone_connection() as connection, pytest.raises(psycopg.OperationalError):
        _write_log(connection)


def _write_log(connection: psycopg.Connection[Any]) -> None:
    """Every turn begins a new file of sixteen megabytes."""
    for _ in range(40):
        connection.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)), pg_switch_wal()")
