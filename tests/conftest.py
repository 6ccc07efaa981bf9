"""What all tests share: the settings of a test run, and databases on a real PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from showcase.store.engine import Database

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)


def pytest_configure() -> None:
    os.environ["SHOWCASE_TEST"] = "1"
    os.environ.pop("SHOWCASE_DATABASE_URL", None)  # never the database of a person
    settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server for this session: the embedded one, or that of SHOWCASE_TEST_POSTGRES=<folder of programs>.

    Root's temporary folders are closed to others, so as root this is a database that lies in /var/lib/showcase.
    """
    from sqlalchemy import text

    from showcase.store.embedded import EmbeddedPostgres
    from showcase.store.engine import open_database
    from tests.loopback_server import loopback_server

    with ExitStack() as stack:
        programs = os.environ.get("SHOWCASE_TEST_POSTGRES")
        if programs:
            url = stack.enter_context(loopback_server(Path(programs)))
        else:
            embedded = EmbeddedPostgres(tmp_path_factory.mktemp("home"))
            stack.callback(shutil.rmtree, embedded.location().folder)
            url = stack.enter_context(embedded).url
        database = open_database(url)
        # These databases live for one test each: they need not survive a power cut.
        with database.lone_connection() as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        with database.read() as reading:
            assert reading.execute(text("SELECT 1")).scalar_one() == 1
        database.dispose()
        yield url


@pytest.fixture(scope="session")
def _make_database(postgres_url: str) -> Iterator[Callable[[str], _Fresh]]:
    """Make a database from a template, and drop it at the end of the `with`."""
    from sqlalchemy import make_url

    from showcase.store.engine import open_database

    server = open_database(postgres_url)
    numbers = itertools.count(1)

    @contextmanager
    def fresh(template: str) -> Iterator[Database]:
        name = f"test_{next(numbers)}"
        with server.lone_connection() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        database = open_database(url)
        try:
            yield database
        finally:
            database.dispose()
            with server.lone_connection() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    yield fresh
    server.dispose()
