"""`showcase db`: the schema of the database, and copies of the whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from showcase.adapters.clock import SystemClock
from showcase.cli.groups import command_group
from showcase.cli.output import print_json, screen
from showcase.errors import InvalidInputError
from showcase.settings import load_settings
from showcase.store import migrate
from showcase.store.backup import Backup, look_at, restore_backup, rows_at_stake, take_backup
from showcase.store.engine import Database
from showcase.store.migrate import SchemaStatus
from showcase.wiring import backups_folder, connect, upgrade_schema

app = command_group("The schema, up and down; backups of the whole.")
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@contextmanager
def _database() -> Iterator[Database]:
    database, embedded = connect(load_settings())
    try:
        yield database
    finally:
        database.dispose()
        if embedded is not None:
            embedded.stop()


def _say(status: SchemaStatus, *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(status), "is_current": status.is_current})
        return
    pending = f", to come: {', '.join(status.pending)}" if status.pending else ""
    screen.print(f"The schema stands at {status.current or 'nothing yet'}; this program needs {status.head}{pending}.")


def confirm(what: str, *, yes: bool, as_json: bool) -> None:
    """Ask at a terminal; elsewhere only --yes says yes."""
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise InvalidInputError(f"{what} Nobody said yes to that.", "Say --yes to do it.")
    screen.print(what, markup=False)
    typer.confirm("Go on?", abort=True)


def _tell(backup: Backup, *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(backup), "path": str(backup.path.absolute())})
        return
    made = f"{backup.size_bytes:,} bytes, made {backup.made_at} by PostgreSQL {backup.server_version}"
    screen.print(f"{backup.path.absolute()}: {made}", markup=False)


@app.command()
def backup(
    path: Annotated[Path | None, typer.Argument(help="A new file; by default one below SHOWCASE_HOME/backups.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole database to one file. Models and bundles are files already: copy SHOWCASE_HOME for those.

    Example: showcase db backup before-the-show.dump
    """
    target = path or backups_folder(load_settings()) / f"{SystemClock().now():%Y%m%dT%H%M%SZ}.dump"
    with _database() as database:
        _tell(take_backup(database, target), as_json=as_json)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A file that `showcase db backup` made.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a backup in the place of all that the database holds, in one transaction.

    Example: showcase db restore before-the-show.dump
    """
    found = look_at(path)
    with _database() as database:
        going = ", ".join(f"{rows:,} rows of {table}" for table, rows in rows_at_stake(database)) or "no row"
        what = f"A restore replaces everything in the database ({going}) by the backup of {found.made_at}."
        confirm(what, yes=yes, as_json=as_json)
        restore_backup(database, path)
        _tell(found, as_json=as_json)


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Say which migration the database stands at. Changes nothing.

    Example: showcase db status
    """
    with _database() as database:
        _say(migrate.status(database), as_json=as_json)


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="A revision, or head.")] = "head", as_json: JsonOption = False
) -> None:
    """Bring the schema up to a revision, the newest by default; rows that are there are backed up first.

    Example: showcase db upgrade
    """
    with _database() as database:
        _say(upgrade_schema(database, backups_folder(load_settings()), revision), as_json=as_json)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="A revision, or base for an empty database.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take the schema down to a revision; the tables that came after it go, with their rows.

    Example: showcase db downgrade 0003
    """
    confirm("A downgrade drops every table that came after that revision, with its rows.", yes=yes, as_json=as_json)
    with _database() as database:
        _say(migrate.downgrade(database, revision), as_json=as_json)
