"""One thread follows the newest run for all sessions, whoever runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from showcase.console.feed import RunFeed, stored_events
from showcase.errors import ShowcaseError, UnavailableError
from showcase.kernel.identity import RunId
from showcase.store.runs import RunRow
from tests.console.cases import RUN_ID, ended, under_way

_PATIENCE_S = 20.0
ROW = RunRow(
    run_id=RunId(RUN_ID),
    status="running",
    scenario="sparse",
    request={},
    token=1,
    holder="a process",
    total_steps=11,
    step_name=None,
    step_index=None,
    workspace_id=None,
    reason=None,
    summary=None,
    started_at=datetime(2026, 11, 22, tzinfo=UTC),
    stop_requested_at=None,
    ended_at=None,
)


@dataclass
class FakeLauncher:
    """A launcher whose runs the test makes up."""

    runs: list[RunRow] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    failure: ShowcaseError | None = None
    more: threading.Event = field(default_factory=threading.Event)
    page: int = 2

    def recent(self, *, limit: int) -> list[RunRow]:
        if self.failure is not None:
            raise self.failure
        return self.runs[:limit]

    def events(self, run_id: str, after: int = 0) -> list[dict[str, Any]]:
        return [event for event in self.told if event["seq"] > after][: self.page]

    def watch(self, run_id: str, after: int = 0) -> Iterator[dict[str, Any]]:
        for event in ended("completed")[after:]:
            yield event
            if event["seq"] == 2:
                self.more.wait(_PATIENCE_S)


class Listener:
    """Waits until the feed says what is expected."""

    def __init__(self, feed: RunFeed) -> None:
        self._feed, self._changed = feed, threading.Condition()
        self.unsubscribe = feed.subscribe(self._heard)

    def _heard(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def wait(self, until: Callable[[RunFeed], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: until(self._feed), _PATIENCE_S)


@pytest.fixture
def launcher() -> FakeLauncher:
    return FakeLauncher()


@pytest.fixture
def feed(launcher: FakeLauncher) -> Iterator[RunFeed]:
    made = RunFeed(launcher)  # type: ignore[arg-type]  # the fake has what the feed asks for
    yield made
    launcher.more.set()
    assert made.listeners == 0


def test_an_empty_database_is_known_to_have_no_run(feed: RunFeed) -> None:
    listener = Listener(feed)
    listener.wait(lambda f: f.following.is_known)
    assert feed.following.run is None
    listener.unsubscribe()


def test_a_run_that_ended_before_is_told_whole(feed: RunFeed, launcher: FakeLauncher) -> None:
    launcher.runs, launcher.told = [replace(ROW, status="completed")], ended("completed")
    listener = Listener(feed)
    listener.wait(lambda f: len(f.following.events) == 5)
    listener.unsubscribe()


def test_a_run_under_way_is_followed_and_a_late_joiner_hears_all_of_it(feed: RunFeed, launcher: FakeLauncher) -> None:
    launcher.runs = [ROW]
    first = Listener(feed)
    first.wait(lambda f: len(f.following.events) == 2)
    late = Listener(feed)
    assert len(feed.following.events) == 2
    launcher.more.set()
    late.wait(lambda f: f.following.events[-1]["event_type"] == "pipeline_complete")
    assert [event["seq"] for event in feed.following.events] == [1, 2, 3, 4, 5]
    first.unsubscribe()
    late.unsubscribe()


def test_a_database_that_is_away_is_said_and_found_again(feed: RunFeed, launcher: FakeLauncher) -> None:
    launcher.failure = UnavailableError("It does not answer.", "Start it.")
    listener = Listener(feed)
    listener.wait(lambda f: f.following.failure is launcher.failure)
    launcher.failure = None
    feed.look()
    listener.wait(lambda f: f.following.failure is None)
    listener.unsubscribe()


def test_events_come_in_pages_and_none_is_lost(launcher: FakeLauncher) -> None:
    launcher.told = under_way()
    assert [event["seq"] for event in stored_events(launcher, RUN_ID)] == [1, 2, 3, 4]  # type: ignore[arg-type]
