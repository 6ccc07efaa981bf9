"""Copies of the whole database in one file: taken, looked at and put back with PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select, text

from showcase.errors import ConflictError, InvalidInputError, UnavailableError
from showcase.kernel.disk import make_kept_folder, sync_path
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.lock import RunLock
from showcase.store.pg_binaries import choose_binaries

KEPT_AUTOMATIC = 5
_AUTOMATIC = "before-migration-*.dump"
_SCHEMAS = text(
    "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1"
)
# The schema that is made above; and a setting of PostgreSQL 17 and newer, which an older server refuses.
_NOT_WANTED = re.compile(r"^(CREATE SCHEMA public|SET transaction_timeout = 0);$", re.MULTILINE)
_TOLD = (t.demo_run, t.showcase_workspace, t.data_set)


@dataclass(frozen=True, slots=True)
class Backup:
    """One file that holds a whole database."""

    path: Path
    size_bytes: int
    made_at: str
    server_version: str


def take_backup(database: Database, path: Path) -> Backup:
    """Write everything in the database to a new file; it is whole or absent. Runs may go on meanwhile.

    UnavailableError where the disk or the database refuses, InvalidInputError where the file is there already.
    """
    if path.exists():
        raise InvalidInputError(f"{path} is there already.", "Give the name of a new file.")
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        make_kept_folder(path.parent)
        _run(database, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={staged}", _address(database))
        with staged.open("rb+") as file:
            os.fsync(file.fileno())
        staged.rename(path)
        sync_path(path.parent)
    except OSError as error:
        raise UnavailableError(
            f"The backup {path} could not be written: {error.strerror}.",
            "Free disk space, or give a folder that can be written.",
        ) from error
    finally:
        with suppress(OSError):
            staged.unlink()
    return look_at(path)


def look_at(path: Path) -> Backup:
    """What a backup says of itself; InvalidInputError where the file is none."""
    if not path.is_file():
        found = f"{path} is no file" if path.exists() else f"There is no file {path}"
        raise InvalidInputError(f"{found}.", "Give the path of a file that `showcase db backup` made.")
    try:
        told = _program("pg_restore", "--list", str(path)).stdout
    except subprocess.CalledProcessError as error:
        raise InvalidInputError(
            f"{path} is no backup of a database, or it is damaged: {_first_line(error)}",
            "Give a file that `showcase db backup` made.",
        ) from error
    made_at, version = _said(told, "Archive created at"), _said(told, "Dumped from database version")
    return Backup(path, path.stat().st_size, made_at, version)


def restore_backup(database: Database, path: Path) -> None:
    """Put a backup in the place of everything that the database holds, in one transaction: all of it or nothing.

    ConflictError while a run holds the lock; UnavailableError where the server refuses, and nothing has changed then.
    """
    look_at(path)
    lock = RunLock.try_acquire(database)
    if lock is None:
        raise ConflictError(
            "A run is under way, and a restore would take its data away.",
            "Stop it with `showcase runs stop`, or wait until it has ended.",
            reason="busy",
        )
    with lock:
        with database.read() as connection:
            schemas = [row.nspname for row in connection.execute(_SCHEMAS)]
        drop = "".join(f'DROP SCHEMA IF EXISTS "{name}" CASCADE;\n' for name in schemas)
        body = _program("pg_restore", "--no-owner", "--no-acl", "--file=-", str(path)).stdout
        # with its own COMMIT at its end, where --single-transaction commits at any end: a script that stops halfway,
        # since whoever writes it was killed, changes nothing
        script = f"BEGIN;\n{drop}CREATE SCHEMA public;\n{_NOT_WANTED.sub('', body)}\nCOMMIT;\n"
        _run(
            database, "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
            _address(database), given=script,
        )  # fmt: skip
    database.dispose()  # pooled sessions may know plans of the tables that went


def rows_at_stake(database: Database) -> list[tuple[str, int]]:
    """What a restore or a downgrade can take away, as (table, rows); empty where there is nothing."""
    with database.read() as connection:
        there = [table for table in _TOLD if inspect(connection).has_table(table.name)]
        counts = {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one()) for table in there
        }
    return [(name, rows) for name, rows in counts.items() if rows]


def back_up_before_migration(database: Database, folder: Path, revision: str, now: datetime) -> Backup | None:
    """A backup in `folder` where the database holds rows, else None; the oldest of these are removed."""
    if not rows_at_stake(database):
        return None
    made = take_backup(database, folder / f"before-migration-{now:%Y%m%dT%H%M%SZ}-{revision}.dump")
    for old in sorted(folder.glob(_AUTOMATIC))[:-KEPT_AUTOMATIC]:
        old.unlink(missing_ok=True)
    return made


def _address(database: Database) -> str:
    """The database for libpq, without its password, which the list of processes would show."""
    return "--dbname=" + database.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(database: Database, program: str, *arguments: str, given: str | None = None) -> None:
    try:
        _program(program, *arguments, password=database.url.password, given=given)
    except subprocess.CalledProcessError as error:
        raise UnavailableError(
            f"{program} failed on {database.name}: {_first_line(error)}",
            "Mend what it names, then try again; nothing was changed.",
        ) from error


def _program(
    name: str, *arguments: str, password: str | None = None, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command: Sequence[str | Path] = [choose_binaries().program(name), *arguments]
    return subprocess.run(  # noqa: S603 - a program of PostgreSQL's own installation
        command, env=environment, input=given, capture_output=True, text=True, check=True
    )


def _first_line(error: subprocess.CalledProcessError) -> str:
    lines = str(error.stderr).strip().splitlines() or [f"exit {error.returncode}"]
    return next((line for line in lines if "error" in line.lower() or "fatal" in line.lower()), lines[0])


def _said(listing: str, label: str) -> str:
    found = re.search(rf"^;\s+{label}:? (.+)$", listing, re.MULTILINE)
    return found[1] if found else "unknown"
