"""PostgreSQL servers for tests, and a database of its own for each."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from showcase.store.embedded import EmbeddedPostgres
from showcase.store.engine import Database, open_database
from showcase.store.placement import ServerUser, place
from tests.loopback import free_port

NOBODY = ServerUser(65534, 65534, "nobody")


class DatabaseServer:
    """Makes and drops databases on the server at `url`, which need not survive a power cut."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._own = open_database(url)
        self._numbers = itertools.count(1)
        self._execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def make(self, name: str, template: str = "template1") -> str:
        """Create a database and return its URL."""
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[Database]:
        """A new database, dropped at the end whoever is still connected to it."""
        name = f"test_{next(self._numbers)}"
        database = open_database(self.make(name, template))
        try:
            yield database
        finally:
            database.dispose()
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._own.dispose()

    def _execute(self, *statements: str) -> None:
        with self._own.lone_connection() as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def embedded_server(home: Path) -> Iterator[str]:
    """The embedded server of `home`, whose data are removed at the end wherever they lie."""
    try:
        with EmbeddedPostgres(home) as server:
            yield server.url
    finally:
        remove_database(home)


def remove_database(home: Path) -> None:
    """Remove the database of `home`, also from outside of it."""
    shutil.rmtree(place(home).folder, ignore_errors=True)


@contextmanager
def loopback_server(programs: Path) -> Iterator[str]:
    """A server on 127.0.0.1 made with the programs in a folder such as /usr/lib/postgresql/15/bin."""
    user = NOBODY if os.geteuid() == 0 else ServerUser(os.geteuid(), os.getegid(), "own")
    folder = Path(tempfile.mkdtemp(prefix="showcase-loopback-", dir="/tmp"))
    data, log, port = folder / "cluster", folder / "server.log", free_port()
    user.own(folder)

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "--pgdata", data, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user.run_as())

    try:
        run("initdb", "--username=showcase", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=200"
        run("pg_ctl", "start", "--wait", "--silent", f"--log={log}", f"--options={options}")
        try:
            yield f"postgresql://showcase@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate")
    finally:
        shutil.rmtree(folder)
