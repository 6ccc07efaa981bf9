"""Changes that meet: undone by PostgreSQL as if others had come first, or made to wait for one that is under way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, text

from showcase.store.engine import Database
from showcase.store.fence import Transactions
from tests.faults.waiting import PATIENCE_S, wait_until

_TRIGGER = """
CREATE SEQUENCE {table}_tries;
CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('{table}_tries') % {passing} <> 0 THEN RAISE 'given way' USING ERRCODE = '40P01'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER give_way AFTER INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION give_way();
"""


def let_pass_each(database: Database, table: str, passing: int) -> None:
    """Let every so-manieth statement that changes the table pass; a sequence counts those that are undone too."""
    with database.begin() as connection:
        connection.execute(text(_TRIGGER.format(table=table, passing=passing)))


def tries(database: Database, table: str) -> int:
    """How many statements wanted to change the table since then."""
    with database.read() as connection:
        return int(connection.execute(text(f"SELECT last_value FROM {table}_tries")).scalar_one())


def somebody_waits(database: Transactions) -> bool:
    """Whether a session of this database waits for a lock of another."""
    here = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read() as connection:
        return bool(connection.execute(text(here)).scalar_one())


def meet[T](
    database: Transactions,
    first: Callable[[Connection], object],
    second: Callable[[], T],
    then: Callable[[Connection], object] = lambda _: None,
) -> T:
    """What `second` returns that began while `first` was not committed yet, and had to wait for it.

    `then` goes on in the unit of work of `first` while the second waits.
    """
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as connection:
            first(connection)
            waiting = pool.submit(second)
            wait_until(lambda: waiting.done() or somebody_waits(database), "the second neither waited nor ended")
            assert not waiting.done()
            then(connection)
        return waiting.result(PATIENCE_S)
