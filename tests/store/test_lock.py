"""The run lock among many contenders, and after the death of its holder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from showcase.store.engine import Database
from showcase.store.lock import APPLICATION_KEY, MIGRATION_LOCK, RUN_LOCK, HeldLock, RunLock, lock_is_free
from tests.faults.waiting import TWO_S

pytestmark = pytest.mark.compat
REPOSITORY = Path(__file__).parents[2]

# One contender in a process of its own: each line on its input is a round, answered by 1 (won) or 0;
# an empty line gives the lock back.
CONTENDER = """
import sys
from showcase.store.engine import open_database
from showcase.store.lock import RunLock
database = open_database(sys.argv[1])
print("ready", flush=True)
held = None
for line in sys.stdin:
    if line.strip():
        held = RunLock.try_acquire(database)
    elif held is not None:
        held = held.release()
    print(int(held is not None), flush=True)
"""


class Contender:
    """Another process that can be told to try for the lock."""

    def __init__(self, database: Database) -> None:
        url = database.url.render_as_string(hide_password=False)
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTENDER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def ready_contenders(database: Database, number: int) -> Iterator[list[Contender]]:
    """So many processes that are ready to contend."""
    processes = [Contender(database) for _ in range(number)]
    try:
        for process in processes:
            assert process.hear() == "ready"
        yield processes
    finally:
        for process in processes:
            process.kill()


@pytest.fixture
def contenders(empty_database: Database) -> Iterator[list[Contender]]:
    with ready_contenders(empty_database, 3) as processes:
        yield processes


def test_one_holder_at_a_time(empty_database: Database) -> None:
    assert lock_is_free(empty_database)
    with RunLock.try_acquire(empty_database) or pytest.fail("a free lock was refused") as held:
        assert held.is_held()
        assert RunLock.try_acquire(empty_database) is None
        assert not lock_is_free(empty_database)
    assert not held.is_held()
    assert lock_is_free(empty_database)


def test_every_version_of_the_program_calls_the_locks_by_the_same_numbers() -> None:
    """Two versions at one database have to meet at the same lock."""
    assert RUN_LOCK.parameters == {"application": 0x5C0FFEE, "purpose": 1}
    assert MIGRATION_LOCK.parameters == {"application": APPLICATION_KEY, "purpose": 2}


def test_a_contender_that_is_interrupted_leaves_no_connection_behind(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    class Interrupted:
        closed = False

        def __init__(self, _database: Database, _session: object) -> None:
            opened.append(self)

        def execute(self, *_: object) -> None:
            raise KeyboardInterrupt

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(Database, "lone_connection", lambda *given: Interrupted(*given))
    with pytest.raises(KeyboardInterrupt):
        RunLock.try_acquire(empty_database)
    assert [each.closed for each in opened] == [True]


def test_a_contender_that_comes_too_late_leaves_no_connection_behind(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, connect = [], Database.lone_connection
    monkeypatch.setattr(Database, "lone_connection", lambda *given: opened.append(connect(*given)) or opened[-1])
    with RunLock.try_acquire(empty_database) or pytest.fail("a free lock was refused"):
        assert RunLock.try_acquire(empty_database) is None
        assert [each.closed for each in opened] == [False, True]


def test_a_released_lock_is_free_at_once(empty_database: Database) -> None:
    for _ in range(20):
        held = RunLock.try_acquire(empty_database)
        assert held is not None
        held.release()
        held.release()  # twice does nothing


def test_looking_does_not_turn_a_contender_away(empty_database: Database) -> None:
    stopped = threading.Event()

    def look() -> None:
        while not stopped.is_set():
            lock_is_free(empty_database)

    with ThreadPoolExecutor(2) as lookers:
        looking = [lookers.submit(look) for _ in range(2)]
        for _ in range(30):
            held = RunLock.try_acquire(empty_database)
            assert held is not None
            held.release()
        stopped.set()
        for looker in looking:
            looker.result()


def test_databases_of_one_server_have_locks_of_their_own(empty_database: Database, database: Database) -> None:
    first, second = RunLock.try_acquire(empty_database), RunLock.try_acquire(database)
    assert first is not None
    assert second is not None
    first.release()
    assert lock_is_free(empty_database)
    assert not lock_is_free(database)
    second.release()


def test_the_pool_never_carries_the_lock(empty_database: Database) -> None:
    held = RunLock.try_acquire(empty_database)
    assert held is not None
    with empty_database.read() as connection:
        assert connection.connection.driver_connection.info.backend_pid != held.backend_pid  # type: ignore[union-attr]
    held.release()


def _contend(database: Database, contenders: list[Contender], rounds: int) -> None:
    """Fifty try for the lock at once, in threads and in processes; each round has one winner."""
    threads = 50 - len(contenders)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for number in range(rounds):
            together = threading.Barrier(threads + 1)

            def try_for_it(together: threading.Barrier = together) -> HeldLock | None:
                together.wait()
                return RunLock.try_acquire(database)

            trying = [pool.submit(try_for_it) for _ in range(threads)]
            for contender in contenders:
                contender.tell(f"round {number}")
            together.wait()
            winners_here = [held for held in (attempt.result() for attempt in trying) if held is not None]
            winners_there = [contender.hear() for contender in contenders].count("1")
            assert len(winners_here) + winners_there == 1
            for held in winners_here:
                held.release()
            for contender in contenders:
                contender.tell("")
            assert [contender.hear() for contender in contenders] == ["0"] * len(contenders)


@pytest.mark.fault("C1")
def test_fifty_contenders_in_threads_and_processes_have_one_winner_every_round(
    empty_database: Database, contenders: list[Contender]
) -> None:
    _contend(empty_database, contenders, rounds=6)


@pytest.mark.slow
@pytest.mark.fault("C1")
def test_two_hundred_rounds_of_fifty_contenders_have_one_winner_each(
    empty_database: Database, contenders: list[Contender], record_property: Callable[[str, object], None]
) -> None:
    _contend(empty_database, contenders, rounds=200)
    record_property("figure", "200 rounds of 47 threads and 3 processes, one winner each")


@pytest.mark.slow
@pytest.mark.fault("C1")
def test_two_hundred_rounds_of_fifty_processes_have_one_winner_each(
    empty_database: Database, record_property: Callable[[str, object], None]
) -> None:
    with ready_contenders(empty_database, 50) as processes:
        _contend(empty_database, processes, rounds=200)
    record_property("figure", "200 rounds of 50 processes, one winner each")


@pytest.mark.fault("P1")
def test_the_lock_of_a_killed_holder_is_free_within_two_seconds(
    empty_database: Database, contenders: list[Contender], record_property: Callable[[str, object], None]
) -> None:
    holder, *_ = contenders
    holder.tell("take it")
    assert holder.hear() == "1"
    assert not lock_is_free(empty_database)
    killed_at = time.monotonic()
    holder.kill()
    free_after_s = _until_free(empty_database, killed_at)
    record_property("figure", f"the lock free {free_after_s:.2f} s after kill -9 of an idle holder")
    with RunLock.try_acquire(empty_database) or pytest.fail("the lock of the dead was refused") as held:
        assert held.is_held()


@pytest.mark.fault("P1")
def test_a_holder_killed_in_the_middle_of_a_statement_is_noticed_as_well(
    empty_database: Database, record_property: Callable[[str, object], None]
) -> None:
    held = RunLock.try_acquire(empty_database)
    assert held is not None
    connection = held._connection
    connection.pgconn.send_query(b"SELECT pg_sleep(60)")
    killed_at = time.monotonic()
    connection.pgconn.finish()  # the socket closes as it does when a process is killed
    free_after_s = _until_free(empty_database, killed_at)
    record_property("figure", f"the lock free {free_after_s:.2f} s after its socket closed in a statement")


def _until_free(database: Database, killed_at: float) -> float:
    """The seconds from the kill until the lock was free."""
    while not lock_is_free(database):
        assert time.monotonic() - killed_at < TWO_S
    return time.monotonic() - killed_at


def test_a_holder_whose_session_was_ended_knows_that_it_lost_the_lock(empty_database: Database) -> None:
    held = RunLock.try_acquire(empty_database)
    assert held is not None
    with empty_database.lone_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [held.backend_pid])
    assert not held.is_held()
    assert lock_is_free(empty_database)
    held.release()


def test_locks_of_other_programs_and_purposes_are_not_the_run_lock(empty_database: Database) -> None:
    with empty_database.lone_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [1, RUN_LOCK.purpose])
        other.execute("SELECT pg_advisory_lock(%s)", [RUN_LOCK.purpose])
        assert lock_is_free(empty_database)
