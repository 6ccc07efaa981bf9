"""`showcase db`: the schema of the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from showcase.cli.output import print_json, screen
from showcase.settings import load_settings
from showcase.store import migrate
from showcase.store.engine import Database
from showcase.store.migrate import SchemaStatus
from showcase.wiring import connect

app = typer.Typer(help="Look at the schema, bring it up or down.", no_args_is_help=True, rich_markup_mode=None)
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
    """Bring the schema up to a revision, the newest by default.

    Example: showcase db upgrade
    """
    with _database() as database:
        _say(migrate.upgrade(database, revision), as_json=as_json)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="A revision, or base for an empty database.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take the schema down to a revision; the tables that came after it go, with their rows.

    Example: showcase db downgrade 0003
    """
    if not yes:
        if as_json or not sys.stdin.isatty():
            screen.print("A downgrade drops tables with their rows. Say --yes to do it.")
            sys.exit(2)
        typer.confirm("This drops every table that came after that revision, with its rows. Go on?", abort=True)
    with _database() as database:
        _say(migrate.downgrade(database, revision), as_json=as_json)
