"""The schema's history, applied in code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, MetaData, text

import showcase
from showcase.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from showcase.store.engine import Database
from showcase.store.lock import MIGRATION_LOCK

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_LOCK_LIMIT_S = 120

_PARTITION = re.compile(r".+_\d+")


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """Where a database stands: its revision (None when empty), the program's newest, and those still to apply."""

    current: str | None
    head: str | None
    pending: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return self.current == self.head


def migrations_folder() -> Path:
    """`migrations/` of a checkout, else the copy inside the installed package."""
    package = Path(showcase.__path__[0])
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "migrations").is_dir():
        return checkout / "migrations"
    return package / "_migrations"


def upgrade(database: Database, revision: str = "head", folder: Path | None = None) -> SchemaStatus:
    """Bring the schema up to `revision`, in one transaction: all of it or, after any failure, none.

    Processes that do this at once wait for one another. Raises ConflictError (reason "newer_schema") where the schema
    is newer than this program, InvalidInputError for a revision that is not there.
    """
    return _migrate(database, revision, folder, goes_up=True)


def downgrade(database: Database, revision: str, folder: Path | None = None) -> SchemaStatus:
    """Take the schema back to `revision` ("base", "-1" or an id), in one transaction; errors as for upgrade."""
    return _migrate(database, revision, folder, goes_up=False)


def status(database: Database, folder: Path | None = None) -> SchemaStatus:
    """Where the database stands; changes nothing, and raises nothing for a schema that is newer."""
    with database.read() as connection:
        current = _current(connection)
    return _status(_scripts(_configuration(folder)), current)


def differences(database: Database, tables: MetaData) -> Sequence[Any]:
    """What Alembic would change to make the schema equal `tables`; empty when models and migrations agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    schemas = {table.schema for table in tables.tables.values()}

    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        if kind == "schema":
            return name in schemas
        # the partitions of a data set are made with its rows, not by migrations
        return kind != "table" or name is None or _PARTITION.fullmatch(name) is None

    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_schemas": True,
        "include_name": include_name,
    }
    with database.read() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables))


def _migrate(database: Database, revision: str, folder: Path | None, *, goes_up: bool) -> SchemaStatus:
    from alembic import command
    from alembic.util import CommandError

    configuration = _configuration(folder)
    scripts = _scripts(configuration)
    with database.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_LIMIT_S}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:application, :purpose)"), MIGRATION_LOCK.parameters)
        _refuse_newer(scripts, _current(connection), database.name)
        configuration.attributes["connection"] = connection
        if not revision:
            raise _unknown(revision, "it is empty")
        try:
            (command.upgrade if goes_up else command.downgrade)(configuration, revision)
        except CommandError as error:
            raise _unknown(revision, str(error)) from error
        return _status(scripts, _current(connection))


def _unknown(revision: str, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"A revision of this schema was expected, found {revision!r}: {why}.",
        "Give a revision's number, as 0012, or head or base.",
        [FieldError("revision", repr(revision), "a revision of the schema's history, head, base, +N or -N")],
    )


def _configuration(folder: Path | None) -> Config:
    from alembic.config import Config

    configuration = Config()
    folder = folder or migrations_folder()
    if not (folder / "env.py").is_file():
        raise UnavailableError(
            f"The schema's migrations were expected in {folder}, found none.",
            "Install showcase again, or run it from a whole checkout.",
        )
    configuration.set_main_option("script_location", str(folder).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _scripts(configuration: Config) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(configuration)


def _current(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _status(scripts: ScriptDirectory, current: str | None) -> SchemaStatus:
    history = [script.revision for script in scripts.walk_revisions()][::-1]  # oldest first
    if current is not None and current not in history:
        return SchemaStatus(current, scripts.get_current_head(), ())
    done = history.index(current) + 1 if current is not None else 0
    return SchemaStatus(current, scripts.get_current_head(), tuple(history[done:]))


def _refuse_newer(scripts: ScriptDirectory, current: str | None, where: str) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise ConflictError(
            f"The schema of {where} is at revision {current}, which this program does not know: "
            f"it knows up to {scripts.get_current_head()}, so a newer one made it.",
            "Run the newer showcase, or restore a backup made with this one.",
            reason="newer_schema",
        )
