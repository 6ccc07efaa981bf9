"""A backup is whole, comes back whole, and is taken by itself before a migration that could lose rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from showcase.errors import ConflictError, InvalidInputError, UnavailableError
from showcase.store import backup, migrate
from showcase.store.backup import (
    KEPT_AUTOMATIC,
    back_up_before_migration,
    look_at,
    restore_backup,
    rows_at_stake,
    take_backup,
)
from showcase.store.engine import Database
from showcase.store.lock import RunLock
from showcase.testing import fresh_request, launcher_over

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _contents(database: Database) -> dict[str, object]:
    """Every row of every table, as a digest a table."""
    with database.read() as connection:
        names = connection.execute(
            text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_catalog|information_schema)$'")
        ).all()
        return {
            f"{schema}.{name}": sorted(
                str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{schema}"."{name}"'))
            )
            for schema, name in names
        }


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    """A database with a kept run, its data and its model."""
    launcher = launcher_over(database, tmp_path)
    launcher.start(fresh_request(preservation="keep", workspace_name="kept")).wait(60)
    launcher.close()
    return database


@pytest.mark.compat
def test_what_was_backed_up_comes_back_to_the_last_row(filled: Database, tmp_path: Path) -> None:
    before = _contents(filled)
    made = take_backup(filled, tmp_path / "one.dump")
    assert look_at(made.path) == made
    assert made.size_bytes > 0
    launcher = launcher_over(filled, tmp_path)
    launcher.start(fresh_request(scenario="sparse")).wait(60)
    assert _contents(filled) != before
    restore_backup(filled, made.path)
    assert _contents(filled) == before
    assert migrate.status(filled).is_current
    assert launcher.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    launcher.close()


_ROW = re.compile(r"^COPY public\..+ FROM stdin;\n[^\\].*\n", re.MULTILINE)
BREAKS: dict[str, Callable[[str], str]] = {
    "fails at its end": lambda script: script.removesuffix("COMMIT;\n") + "SELECT no_such_column;\nCOMMIT;\n",
    # as PostgreSQL's program sees it where this process is killed while it hands the script over
    "is cut in its tables": lambda script: script[: next(_ROW.finditer(script)).end()],
    "is cut in its keys": lambda script: script[: script.rindex("ALTER TABLE")],
    "is cut before its end": lambda script: script.removesuffix("COMMIT;\n"),
}


@pytest.mark.fault("P16")
@pytest.mark.parametrize("how", BREAKS)
def test_a_restore_that_breaks_off_changes_nothing(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    made, before, plain = take_backup(filled, tmp_path / "one.dump"), _contents(filled), backup._program

    def broken(name: str, *arguments: str, password: str | None = None, given: str | None = None) -> object:
        return plain(name, *arguments, password=password, given=given and BREAKS[how](given))

    monkeypatch.setattr(backup, "_program", broken)
    is_told = how == "fails at its end"  # a killed process tells nobody
    with pytest.raises(UnavailableError, match="no_such_column") if is_told else suppress(UnavailableError):
        restore_backup(filled, made.path)
    assert _contents(filled) == before


def test_nothing_is_restored_while_a_run_holds_the_lock(filled: Database, tmp_path: Path) -> None:
    made = take_backup(filled, tmp_path / "one.dump")
    with RunLock.try_acquire(filled) or pytest.fail("the lock is free"), pytest.raises(ConflictError) as refused:
        restore_backup(filled, made.path)
    assert refused.value.reason == "busy"


def test_a_damaged_or_foreign_file_is_refused_before_anything_is_touched(filled: Database, tmp_path: Path) -> None:
    made, before = take_backup(filled, tmp_path / "one.dump"), _contents(filled)
    cut = tmp_path / "cut.dump"
    cut.write_bytes(made.path.read_bytes()[:2000])
    foreign = tmp_path / "foreign.dump"
    foreign.write_text("no dump")
    for path in (foreign, tmp_path / "missing.dump"):
        with pytest.raises(InvalidInputError):
            restore_backup(filled, path)
    with pytest.raises((InvalidInputError, UnavailableError)):
        restore_backup(filled, cut)
    assert _contents(filled) == before


def test_a_backup_never_overwrites_and_leaves_nothing_half(filled: Database, tmp_path: Path) -> None:
    taken = tmp_path / "taken.dump"
    taken.write_text("mine")
    with pytest.raises(InvalidInputError, match="there already"):
        take_backup(filled, taken)
    assert taken.read_text() == "mine"
    (tmp_path / "a-file").write_text("")
    with pytest.raises(UnavailableError):
        take_backup(filled, tmp_path / "a-file" / "below.dump")


def test_before_a_migration_a_database_with_rows_is_backed_up_and_the_oldest_go(
    filled: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    for number in range(KEPT_AUTOMATIC + 2):
        assert back_up_before_migration(filled, folder, "0001", NOW + timedelta(seconds=number))
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == KEPT_AUTOMATIC
    assert kept[0] == "before-migration-20261122T120002Z-0001.dump"


def test_an_empty_database_needs_no_backup(database: Database, empty_database: Database, tmp_path: Path) -> None:
    for each in (database, empty_database):
        assert rows_at_stake(each) == []
        assert back_up_before_migration(each, tmp_path, "0001", NOW) is None
    assert not list(tmp_path.iterdir())
