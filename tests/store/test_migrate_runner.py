"""The runner of migrations, on a history of three small revisions."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, text

from showcase.errors import ConflictError, InvalidInputError, UnavailableError
from showcase.store.engine import Database, open_database
from showcase.store.migrate import SchemaStatus, differences, downgrade, migrations_folder, status, upgrade

pytestmark = pytest.mark.compat

REVISION = """
from alembic import op
revision = {revision!r}
down_revision = {down_revision!r}
branch_labels = None
depends_on = None

def upgrade():
    op.execute({up!r})

def downgrade():
    op.execute({down!r})
"""


def write_revision(folder: Path, revision: str, down_revision: str | None, up: str, down: str) -> None:
    content = REVISION.format(revision=revision, down_revision=down_revision, up=up, down=down)
    (folder / "versions" / f"{revision}.py").write_text(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history in a folder whose name needs care, with the project's own env.py."""
    folder = tmp_path / "100% of it"
    (folder / "versions").mkdir(parents=True)
    shutil.copy(migrations_folder() / "env.py", folder)
    write_revision(folder, "a1", None, "CREATE TABLE first (n int)", "DROP TABLE first")
    write_revision(folder, "b2", "a1", "CREATE TABLE second (n int)", "DROP TABLE second")
    write_revision(folder, "c3", "b2", "INSERT INTO first VALUES (3)", "DELETE FROM first")
    return folder


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(
            connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        ) - {"alembic_version"}


def test_an_empty_database_has_everything_before_it(empty_database: Database, folder: Path) -> None:
    assert status(empty_database, folder) == SchemaStatus(None, "c3", ("a1", "b2", "c3"))
    assert tables(empty_database) == set()


def test_up_to_the_newest_and_down_again(empty_database: Database, folder: Path) -> None:
    assert upgrade(empty_database, folder=folder) == SchemaStatus("c3", "c3", ())
    assert status(empty_database, folder).is_current
    assert tables(empty_database) == {"first", "second"}
    assert downgrade(empty_database, "a1", folder) == SchemaStatus("a1", "c3", ("b2", "c3"))
    assert tables(empty_database) == {"first"}
    assert downgrade(empty_database, "base", folder).current is None
    assert tables(empty_database) == set()


def test_one_step_at_a_time(empty_database: Database, folder: Path) -> None:
    assert upgrade(empty_database, "+1", folder).current == "a1"
    assert upgrade(empty_database, "b2", folder).current == "b2"
    assert downgrade(empty_database, "-1", folder).current == "a1"


def test_upgrading_what_is_current_changes_nothing(empty_database: Database, folder: Path) -> None:
    upgrade(empty_database, folder=folder)
    assert upgrade(empty_database, folder=folder) == SchemaStatus("c3", "c3", ())
    with empty_database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM first")).scalar_one() == 1


@pytest.mark.fault("P14")
def test_a_failing_revision_leaves_nothing_of_those_before_it(empty_database: Database, folder: Path) -> None:
    write_revision(folder, "d4", "c3", "SELECT 1/0", "")
    with pytest.raises(Exception, match="division by zero"):
        upgrade(empty_database, folder=folder)
    assert status(empty_database, folder).current is None
    assert tables(empty_database) == set()


@pytest.mark.fault("P14")
def test_a_migration_that_was_killed_leaves_nothing(empty_database: Database, folder: Path) -> None:
    write_revision(folder, "d4", "c3", "SELECT pg_terminate_backend(pg_backend_pid())", "")
    with pytest.raises(UnavailableError):
        upgrade(empty_database, folder=folder)
    assert status(empty_database, folder).current is None
    assert tables(empty_database) == set()


@pytest.mark.fault("P14")
def test_an_old_program_refuses_a_newer_schema(empty_database: Database, folder: Path) -> None:
    upgrade(empty_database, folder=folder)
    (folder / "versions" / "c3.py").unlink()  # the program before c3 was written
    for move in (lambda: upgrade(empty_database, folder=folder), lambda: downgrade(empty_database, "base", folder)):
        with pytest.raises(ConflictError, match="at revision c3, which this program does not know: it knows up to b2"):
            move()
    assert status(empty_database, folder) == SchemaStatus("c3", "b2", ())
    assert tables(empty_database) == {"first", "second"}


@pytest.mark.parametrize("revision", ["zz", "+9", ""])
def test_a_revision_that_is_not_there_is_refused(empty_database: Database, folder: Path, revision: str) -> None:
    with pytest.raises(InvalidInputError, match="A revision of this schema was expected"):
        upgrade(empty_database, revision, folder)
    assert tables(empty_database) == set()


def test_starters_that_upgrade_at_once_wait_for_one_another(empty_database: Database, folder: Path) -> None:
    def open_and_upgrade() -> SchemaStatus:
        own = open_database(empty_database.url.render_as_string(hide_password=False))
        try:
            return upgrade(own, folder=folder)
        finally:
            own.dispose()

    with ThreadPoolExecutor(6) as starters:
        finished = [starter.result() for starter in [starters.submit(open_and_upgrade) for _ in range(6)]]
    assert finished == [SchemaStatus("c3", "c3", ())] * 6
    with empty_database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM first")).scalar_one() == 1


def test_a_folder_without_migrations_is_named(empty_database: Database, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="were expected in"):
        upgrade(empty_database, folder=tmp_path)


def test_a_checkout_uses_its_own_migrations() -> None:
    assert migrations_folder() == Path(__file__).parents[2] / "migrations"


def test_differences_between_tables_and_schema_are_found(empty_database: Database) -> None:
    with empty_database.begin() as connection:
        connection.execute(text("CREATE TABLE kept (n integer)"))
    expected = MetaData()
    table = Table("kept", expected, Column("n", Integer))
    assert differences(empty_database, expected) == []
    table.append_column(Column("more", Integer))
    assert [difference[0] for difference in differences(empty_database, expected)] == ["add_column"]
