"""The connections of this process to its database."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from showcase.errors import FieldError, InvalidInputError, UnavailableError
from showcase.failpoints import reach
from showcase.store.failures import explained
from showcase.store.pg_binaries import OLDEST_MAJOR

POOL_SIZE = 4
SESSION_PREFIX = "showcase "
_LONGEST_SESSION_NAME = 63  # what PostgreSQL keeps
_CONNECT_TIMEOUT_S = 5
_POOL_TIMEOUT_S = 30.0
# A peer that vanished without a word is noticed after about 15 s; libpq ignores these on a socket file.
_KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


_PORT = 5432  # of PostgreSQL, where the URL names none


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of at most POOL_SIZE connections, safe to share between threads; times are UTC in every session.

    Every method turns a failure of the database or of the way to it into UnavailableError, and contention into
    ConflictError (reason "contended"); a constraint that was violated stays SQLAlchemy's IntegrityError.
    """

    url: URL
    engine: Engine

    @property
    def name(self) -> str:
        """The database in words, without user and password: its name, and its server or the folder of its socket."""
        hosts = self.url.query.get("host") or self.url.host or "localhost"
        host = hosts if isinstance(hosts, str) else ", ".join(hosts)
        return f"{self.url.database} {f'in {host}' if host.startswith('/') else f'at {host}:{self.url.port or _PORT}'}"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A unit of work: committed on a clean exit, rolled back on any other."""
        with explained(self.name), self.engine.begin() as connection:
            yield connection
            reach("commit.before")
        reach("commit.after")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; PostgreSQL refuses to write on it, and nothing is kept open afterwards."""
        with explained(self.name), self.engine.connect() as connection:
            yield connection.execution_options(postgresql_readonly=True)

    @contextmanager
    def raw(self) -> Iterator[psycopg.Connection[Any]]:
        """A unit of work on psycopg's own connection, for COPY."""
        with self.begin() as connection:
            yield driver_of(connection)

    def lone_connection(self, settings: Mapping[str, str] | None = None) -> psycopg.Connection[Any]:
        """A connection of its own, outside the pool and in autocommit, that the caller closes; for locks and LISTEN.

        `settings` are the session's settings beside the time zone.
        """
        _, named = self.engine.dialect.create_connect_args(self.url)
        named = {**named, **_connect_arguments(self.url, settings)}
        with explained(self.name):
            connection: psycopg.Connection[Any] = psycopg.connect(**named, autocommit=True)
        return connection

    def dispose(self) -> None:
        """Close all pooled connections that are not in use."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Connect to the PostgreSQL database at `url` and check its version.

    Raises InvalidInputError for a URL of something else, UnavailableError when it does not answer or is older than
    OLDEST_MAJOR.
    """
    parsed = _parse_url(url)
    engine = create_engine(
        parsed,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args=_connect_arguments(parsed, None),
    )
    database = Database(parsed, engine)
    try:
        _refuse_old_server(database)
    except BaseException:
        database.dispose()
        raise
    return database


def session_name() -> str:
    """How all sessions of this process are named at the server, so that they can be told from those of others."""
    return f"{SESSION_PREFIX}{os.getpid()}@{socket.gethostname()}"[:_LONGEST_SESSION_NAME]


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """psycopg's connection under a SQLAlchemy one: the same transaction, for COPY inside a unit of work."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _parse_url(url: str) -> URL:
    allowed = "postgresql://user@host:5432/name, or postgresql://user@/name?host=/socket/folder"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = URL.create("unreadable")
    if parsed.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise InvalidInputError(
            f"The database's URL should begin with postgresql://, found {parsed.drivername}://.",
            "Set SHOWCASE_DATABASE_URL to a PostgreSQL URL, or unset it for the embedded database.",
            [FieldError("SHOWCASE_DATABASE_URL", f"{parsed.drivername}://", allowed)],
        )
    return parsed.set(drivername="postgresql+psycopg")


def _connect_arguments(url: URL, settings: Mapping[str, str] | None) -> dict[str, Any]:
    session = {"TimeZone": "UTC", **(settings or {})}
    given = url.query.get("options", "")
    options = [given] if isinstance(given, str) else list(given)
    options += [f"-c {name}={setting}" for name, setting in session.items()]
    unless_given = {"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": session_name(), **_KEEPALIVE}
    arguments: dict[str, Any] = {name: choice for name, choice in unless_given.items() if name not in url.query}
    return {**arguments, "options": " ".join(options).strip()}


def _refuse_old_server(database: Database) -> None:
    with database.read() as connection:
        version = driver_of(connection).info.server_version
    if version < OLDEST_MAJOR * 10_000:
        raise UnavailableError(
            f"PostgreSQL {OLDEST_MAJOR} or newer was expected at {database.name}, found {version // 10_000}.",
            f"Upgrade that server to PostgreSQL {OLDEST_MAJOR} or newer, or unset SHOWCASE_DATABASE_URL.",
        )
