"""Whoever waits for a run's events is woken by them, and a feed that is closed waits for nothing more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from showcase.kernel.identity import RunId
from showcase.store import feed
from showcase.store.engine import Database
from showcase.store.events import CHANNEL
from showcase.store.feed import EventFeed
from tests.faults.waiting import wait_until

RUN = RunId("1" * 32)
LONG_S = 600.0


@pytest.fixture
def listening(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[EventFeed]:
    """A feed whose thread listens, and would not look up by itself."""
    monkeypatch.setattr(feed, "_LISTEN_S", LONG_S)
    made = EventFeed(empty_database)
    made.wait(RUN, 0, 0.0)
    wait_until(lambda: _listens(empty_database), "nobody listens")
    yield made
    made.close()


def _listens(database: Database) -> bool:
    query = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN %' AND state = 'idle')"
    )
    with database.read() as connection:
        return bool(connection.execute(text(query)).scalar_one())


def _announce(database: Database, payload: str) -> None:
    with database.begin() as connection:
        connection.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})


def test_whoever_waits_is_woken_by_an_announcement(listening: EventFeed, empty_database: Database) -> None:
    _announce(empty_database, "nonsense")
    for seq in (1, 2):
        _announce(empty_database, f"{RUN}:{seq}")
        listening.wait(RUN, seq - 1, LONG_S)
    assert listening._newest == {RUN: 2}


def test_a_feed_that_is_closed_ends_its_thread_though_nothing_happens(listening: EventFeed) -> None:
    thread = listening._thread
    assert thread is not None
    assert thread.is_alive()
    listening.close()
    assert not thread.is_alive()


def test_a_feed_whose_connection_is_lost_listens_anew(listening: EventFeed, empty_database: Database) -> None:
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = :name"
    with empty_database.read() as connection:
        assert connection.execute(text(end), {"name": empty_database.url.database}).scalars().all() == [True]
    wait_until(lambda: _listens(empty_database), "nobody listens any more")
    _announce(empty_database, f"{RUN}:1")
    listening.wait(RUN, 0, LONG_S)
    assert listening._newest == {RUN: 1}
