"""Of two units of work that wait for each other one gives way and is begun anew; one that never passes is refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from showcase.errors import ConflictError
from showcase.store.contention import TRIES, begun_anew
from showcase.store.engine import Database
from showcase.store.fence import JoinedTransactions

pytestmark = [pytest.mark.compat, pytest.mark.fault("P12")]


@pytest.fixture
def notes(empty_database: Database) -> Database:
    """Two rows of table `note`, 1 and 2, each with no changes yet."""
    with empty_database.begin() as connection:
        connection.execute(text("CREATE TABLE note AS SELECT id, 0 AS changes FROM generate_series(1, 2) AS id"))
    return empty_database


def change(connection: Connection, note: int) -> None:
    connection.execute(text("UPDATE note SET changes = changes + 1 WHERE id = :note"), {"note": note})


def changes(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT changes FROM note ORDER BY id")).scalars())


class GivingWay:
    """A unit of work that changes the first note, and is undone by the server the first `times` times."""

    def __init__(self, times: int, code: str) -> None:
        self.times, self.code, self.tries = times, code, 0

    def __call__(self, connection: Connection) -> int:
        self.tries += 1
        change(connection, 1)
        if self.tries <= self.times:
            connection.execute(text(f"DO $$ BEGIN RAISE 'given way' USING ERRCODE = '{self.code}'; END $$"))
        return self.tries


def test_two_that_wait_for_each_other_both_come_to_their_end(notes: Database) -> None:
    met, tries = threading.Barrier(2), [0, 0]

    def change_both(first: int) -> None:
        def work(connection: Connection) -> None:
            tries[first - 1] += 1
            change(connection, first)
            if tries[first - 1] == 1:
                met.wait(60)  # each holds its first row now, and wants the other's
            change(connection, 3 - first)

        begun_anew(notes, work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change_both, (1, 2)))
    assert changes(notes) == [2, 2]
    assert sorted(tries) == [1, 2]


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_it_is_begun_anew_until_it_passes_and_nothing_of_an_undone_try_is_left(notes: Database, code: str) -> None:
    assert begun_anew(notes, GivingWay(TRIES - 1, code)) == TRIES
    assert changes(notes) == [1, 0]


def test_one_that_never_passes_is_refused_after_the_last_try(notes: Database) -> None:
    work = GivingWay(TRIES, "40P01")
    with pytest.raises(ConflictError) as refusal:
        begun_anew(notes, work)
    assert (refusal.value.reason, refusal.value.remedy) == ("contended", "Try again.")
    assert work.tries == TRIES
    assert changes(notes) == [0, 0]


@pytest.mark.parametrize("code", ["55P03", "57014"])
def test_who_waited_too_long_already_is_not_made_to_wait_again(notes: Database, code: str) -> None:
    work = GivingWay(1, code)
    with pytest.raises(ConflictError) as refusal:
        begun_anew(notes, work)
    assert (refusal.value.reason, work.tries) == ("contended", 1)


def test_a_refusal_of_the_work_itself_is_told_at_once(notes: Database) -> None:
    tries = []

    def refuse(connection: Connection) -> None:
        tries.append(connection)
        raise ConflictError("The note is closed.", "Open it.", reason="closed")

    with pytest.raises(ConflictError, match="is closed"):
        begun_anew(notes, refuse)
    assert len(tries) == 1


def test_inside_another_unit_of_work_the_outer_one_is_begun_anew(notes: Database) -> None:
    inner = GivingWay(1, "40P01")

    def outer(connection: Connection) -> None:
        change(connection, 2)
        begun_anew(JoinedTransactions(connection), inner)

    begun_anew(notes, outer)
    assert inner.tries == 2
    assert changes(notes) == [1, 1]
