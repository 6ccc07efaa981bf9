"""What all tests share: the settings of a test run, and databases on a real PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from showcase.store.engine import Database
    from tests.postgres import DatabaseServer

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--base-url", help="tests/conformance: a server that runs already, in place of one of its own")


def pytest_configure() -> None:
    os.environ["SHOWCASE_TEST"] = "1"
    os.environ.pop("SHOWCASE_DATABASE_URL", None)  # never a person's own database
    settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session", autouse=True)
def _no_secret_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Once all tests of this process are done, no file that they left holds a secret that they used."""
    yield
    from tests.canaries import in_folder

    assert not in_folder(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of this session's server: embedded, or started from SHOWCASE_TEST_POSTGRES=<folder of programs>.

    Root's temporary folders are closed to others, so as root the embedded one lies in /var/lib/showcase.
    """
    from tests.canaries import in_server
    from tests.postgres import embedded_server, loopback_server

    programs = os.environ.get("SHOWCASE_TEST_POSTGRES")
    with ExitStack() as stack:
        if programs:
            url = stack.enter_context(loopback_server(Path(programs)))
        else:
            url = stack.enter_context(embedded_server(tmp_path_factory.mktemp("home")))
        yield url
        assert not in_server(url)


@pytest.fixture(scope="session")
def database_server(postgres_url: str) -> Iterator[DatabaseServer]:
    """The same server, for tests that make databases themselves."""
    from tests.postgres import DatabaseServer

    server = DatabaseServer(postgres_url)
    yield server
    server.close()


@pytest.fixture(scope="session")
def _migrated_template(database_server: DatabaseServer) -> str:
    from showcase.store.engine import open_database
    from showcase.store.migrate import upgrade

    name = "migrated_template"
    migrated = open_database(database_server.make(name))
    upgrade(migrated)
    migrated.dispose()
    return name


@pytest.fixture
def database(database_server: DatabaseServer, _migrated_template: str) -> Iterator[Database]:
    """A database of this test's own, migrated to the newest revision and otherwise empty."""
    with database_server.fresh(_migrated_template) as fresh:
        yield fresh


@pytest.fixture
def empty_database(database_server: DatabaseServer) -> Iterator[Database]:
    """A database of this test's own without any table."""
    with database_server.fresh() as fresh:
        yield fresh
