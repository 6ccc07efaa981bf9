"""Every migration goes up, down and up again with rows in its tables, and gives the tables that the code knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from showcase.store import migrate
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.testing import fresh_request, launcher_over
from tests.postgres import DatabaseServer

REVISIONS = sorted(path.name.split("_")[0] for path in (migrate.migrations_folder() / "versions").glob("[0-9]*.py"))
# all the way down, and over the newest ones: they go over every other
WALKED = [
    pytest.param(one, marks=[] if one in (REVISIONS[0], *REVISIONS[-2:]) else pytest.mark.long) for one in REVISIONS
]


@pytest.fixture(scope="module")
def filled(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a database with rows of a kept run, to be copied."""
    with database_server.fresh(_migrated_template) as made:
        launcher = launcher_over(made, tmp_path_factory.mktemp("filled"))
        assert launcher.start(fresh_request(preservation="keep")).wait(60).overall_status == "pass"
        launcher.close()
        made.dispose()  # a database that anybody uses is not copied
        yield str(made.url.database)


@pytest.mark.compat
def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    assert list(migrate.differences(database, t.metadata)) == []


def test_there_is_one_line_of_migrations() -> None:
    assert [f"{number:04d}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS


def _tables(database: Database) -> dict[str, int]:
    """Rows by table, of every table there is now."""
    with database.read() as connection:
        names = connection.execute(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables "
                "WHERE schemaname IN ('public', 'truth') AND tablename <> 'alembic_version'"
            )
        ).scalars()
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


@pytest.mark.fault("P14")
@pytest.mark.compat
@pytest.mark.parametrize("revision", WALKED)
def test_a_revision_goes_down_and_up_with_rows_in_every_table(
    database_server: DatabaseServer, filled: str, tmp_path: Path, revision: str
) -> None:
    with database_server.fresh(filled) as database:
        before = _tables(database)
        position = REVISIONS.index(revision)
        below = REVISIONS[position - 1] if position else "base"
        assert migrate.downgrade(database, below).current == (None if below == "base" else below)
        kept = _tables(database)
        assert all(before[name] == rows for name, rows in kept.items()), "a downgrade touched an older table's rows"
        assert migrate.upgrade(database).is_current
        assert set(_tables(database)) >= {name for name in before if not name[-1].isdigit()}
        assert list(migrate.differences(database, t.metadata)) == []
        # and the schema works: a run is green on it
        again = launcher_over(database, tmp_path)
        assert again.start(fresh_request()).wait(60).overall_status == "pass"
        again.close()
