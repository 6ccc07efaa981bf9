"""Units of work, reads, COPY and lone connections on a real server, and what a person is told when it fails."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import IntegrityError, InternalError

from showcase.errors import ConflictError, InvalidInputError, UnavailableError
from showcase.store import engine
from showcase.store.engine import POOL_SIZE, Database, driver_of, open_database, session_name
from showcase.store.failures import explain

pytestmark = pytest.mark.compat


class OwnMistakeError(Exception):
    """Raised by the code inside a unit of work."""


@pytest.fixture
def table(empty_database: Database) -> Database:
    """A database with one empty table `note` of one unique column."""
    with empty_database.begin() as connection:
        connection.execute(text("CREATE TABLE note (words text UNIQUE)"))
    return empty_database


def words(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT words FROM note ORDER BY words")).scalars())


def add(database: Database, word: str) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO note VALUES (:word)"), {"word": word})


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql+psycopg://me:secret@/showcase?host=%2Fhome%2Fsocket&port=5432", "showcase in /home/socket"),
        ("postgresql+psycopg://me:secret@far/showcase", "showcase at far:5432"),
        ("postgresql+psycopg://me:secret@far:6000/showcase", "showcase at far:6000"),
    ],
)
def test_a_database_is_told_by_its_name_and_place_without_who_asks(url: str, name: str) -> None:
    unused = create_engine(url)
    assert Database(unused.url, unused).name == name


def test_a_failure_names_the_place_once() -> None:
    said = 'connection failed: connection to server on socket "/s/.s.PGSQL.5432" failed: No such file or directory'
    told = explain(psycopg.OperationalError(said), "showcase in /s")
    assert told is not None
    assert told.message == "The database showcase in /s does not answer: No such file or directory"


def test_a_unit_of_work_commits_on_a_clean_exit(table: Database) -> None:
    add(table, "kept")
    assert words(table) == ["kept"]


def test_a_unit_of_work_rolls_back_on_any_error(table: Database) -> None:
    def add_and_fail() -> None:
        with table.begin() as connection:
            connection.execute(text("INSERT INTO note VALUES ('lost')"))
            raise OwnMistakeError

    with pytest.raises(OwnMistakeError):
        add_and_fail()
    assert words(table) == []


def test_copy_shares_the_transaction_of_its_unit_of_work(table: Database) -> None:
    def copy(connection: psycopg.Connection[tuple[object, ...]], word: str) -> None:
        with connection.cursor().copy("COPY note FROM STDIN") as rows:
            rows.write_row((word,))

    def copy_and_fail() -> None:
        with table.begin() as connection:
            copy(driver_of(connection), "lost")
            raise OwnMistakeError

    with table.raw() as driver:
        copy(driver, "copied")
    with pytest.raises(OwnMistakeError):
        copy_and_fail()
    assert words(table) == ["copied"]


def test_a_read_cannot_write_and_the_next_unit_of_work_can(table: Database) -> None:
    with pytest.raises(InternalError, match="read-only"), table.read() as connection:
        connection.execute(text("INSERT INTO note VALUES ('sneaked')"))
    for word in "abcde":  # more often than there are connections
        add(table, word)
    assert words(table) == ["a", "b", "c", "d", "e"]


def test_a_violated_constraint_stays_the_programs_own_business(table: Database) -> None:
    add(table, "once")
    with pytest.raises(IntegrityError):
        add(table, "once")


def test_every_session_is_in_utc_and_named(empty_database: Database) -> None:
    with empty_database.read() as connection, empty_database.lone_connection() as lone:
        pooled = connection.execute(text("SELECT current_setting('TimeZone'), current_setting('application_name')"))
        alone = lone.execute("SELECT current_setting('TimeZone'), current_setting('application_name')").fetchone()
        assert tuple(pooled.one()) == alone == ("UTC", session_name())
    assert session_name().startswith(f"showcase {os.getpid()}@")


def test_options_of_the_url_are_kept_beside_ours(empty_database: Database) -> None:
    url = empty_database.url.update_query_dict({"options": "-c work_mem=7MB", "application_name": "mine"})
    database = open_database(url.render_as_string(hide_password=False))
    query = "SELECT current_setting('work_mem'), current_setting('TimeZone'), current_setting('application_name')"
    with database.read() as connection, database.lone_connection({"lock_timeout": "9s"}) as lone:
        assert tuple(connection.execute(text(query)).one()) == lone.execute(query).fetchone() == ("7MB", "UTC", "mine")
        assert lone.execute("SHOW lock_timeout").fetchone() == ("9s",)
    database.dispose()


def test_a_lone_connection_is_not_of_the_pool(empty_database: Database) -> None:
    with empty_database.lone_connection() as first, empty_database.lone_connection() as second:
        assert first.info.backend_pid != second.info.backend_pid
        assert first.autocommit
        assert empty_database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_the_pool_has_four_connections_and_says_when_all_are_in_use(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_POOL_TIMEOUT_S", 0.01)
    database = open_database(empty_database.url.render_as_string(hide_password=False))
    held = [database.engine.connect() for _ in range(POOL_SIZE)]
    with pytest.raises(UnavailableError, match="All connections of this process"), database.read():
        pass
    for connection in held:
        connection.close()
    database.dispose()


def end_session(database: Database, pid: int) -> None:
    with database.lone_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.fault("P8")
def test_a_connection_lost_in_a_unit_of_work_is_an_outage_and_the_next_one_is_new(table: Database) -> None:
    def lose_the_connection() -> None:
        with table.begin() as connection:
            connection.execute(text("INSERT INTO note VALUES ('lost')"))
            end_session(table, driver_of(connection).info.backend_pid)
            connection.execute(text("SELECT 1"))

    with pytest.raises(UnavailableError, match=r"stopping|lost|does not answer") as outage:
        lose_the_connection()
    assert outage.value.remedy
    add(table, "later")
    assert words(table) == ["later"]


@pytest.mark.fault("P8")
def test_a_connection_lost_in_the_pool_is_replaced_unseen(table: Database) -> None:
    with table.read() as connection:
        pid = driver_of(connection).info.backend_pid
    end_session(table, pid)
    add(table, "unharmed")
    assert words(table) == ["unharmed"]


@pytest.mark.fault("P12")
def test_contention_asks_to_try_again(table: Database) -> None:
    add(table, "row")

    def change_without_patience() -> None:
        with table.begin() as waiter:
            waiter.execute(text("SET LOCAL lock_timeout = '1ms'"))
            waiter.execute(text("UPDATE note SET words = 'second'"))

    with table.begin() as holder:
        holder.execute(text("UPDATE note SET words = 'first'"))
        with pytest.raises(ConflictError) as contended:
            change_without_patience()
    assert contended.value.reason == "contended"
    assert words(table) == ["first"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.set(database="not_there"), "not_there"),
        (lambda url: url.set(username="stranger"), "stranger"),
    ],
)
def test_a_database_or_user_that_is_not_there_is_named_with_a_remedy(
    empty_database: Database, change: Callable[..., object], told: str
) -> None:
    with pytest.raises(UnavailableError, match=told) as refusal:
        open_database(change(empty_database.url).render_as_string(hide_password=False))  # type: ignore[attr-defined]
    assert refusal.value.remedy


def test_no_password_is_ever_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound but not listening: nobody else can take the port
        port = closed.getsockname()[1]
        with pytest.raises(UnavailableError, match=rf"x at 127\.0\.0\.1:{port} does not answer") as outage:
            open_database(f"postgresql://me:s3cret@127.0.0.1:{port}/x")
    assert "s3cret" not in str(outage.value)


@pytest.mark.fault("P8")
def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UnavailableError, match="timeout"):
            open_database(f"postgresql://me@127.0.0.1:{port}/x?connect_timeout=2")


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql+asyncpg://host/x", "mysql://host/x", "nonsense", ""])
def test_a_url_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="postgresql://") as refusal:
        open_database(url)
    assert refusal.value.errors[0].field == "SHOWCASE_DATABASE_URL"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_spellings_of_the_url_are_accepted(empty_database: Database, scheme: str) -> None:
    url = empty_database.url.set(drivername=scheme).render_as_string(hide_password=False)
    opened = open_database(url)
    assert opened.url == make_url(url).set(drivername="postgresql+psycopg")
    opened.dispose()


def test_a_server_that_is_too_old_is_refused(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST_MAJOR", 99)
    with pytest.raises(UnavailableError, match=r"PostgreSQL 99 or newer was expected at .*, found 1\d\."):
        open_database(empty_database.url.render_as_string(hide_password=False))


def test_threads_share_the_database(table: Database) -> None:
    threads = [threading.Thread(target=add, args=(table, f"{n:02}")) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert words(table) == [f"{n:02}" for n in range(20)]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (psycopg.errors.TooManyConnections("x"), UnavailableError),
        (psycopg.errors.DiskFull("x"), UnavailableError),
        (psycopg.errors.AdminShutdown("x"), UnavailableError),
        (psycopg.errors.CannotConnectNow("x"), UnavailableError),
        (psycopg.errors.ConnectionFailure("x"), UnavailableError),
        (psycopg.errors.IoError("x"), UnavailableError),
        (psycopg.errors.SerializationFailure("x"), ConflictError),
        (psycopg.errors.DeadlockDetected("x"), ConflictError),
        (psycopg.errors.QueryCanceled("x"), ConflictError),
    ],
)
def test_each_failure_of_the_server_has_a_remedy(failure: psycopg.Error, kind: type) -> None:
    explained = explain(failure, "here")
    assert type(explained) is kind
    assert explained is not None
    assert explained.remedy.endswith(".")


@pytest.mark.parametrize(
    "mistake", [psycopg.errors.SyntaxError("x"), psycopg.errors.UniqueViolation("x"), ValueError("x")]
)
def test_a_mistake_of_the_program_is_not_explained_away(mistake: Exception) -> None:
    assert explain(mistake, "here") is None
