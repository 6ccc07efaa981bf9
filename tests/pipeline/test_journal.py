"""The story of a run goes on without a gap and without a number twice, whatever became of a write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from showcase.errors import UnavailableError
from showcase.kernel.identity import RunId
from showcase.pipeline.events import EventType
from showcase.pipeline.journal import Journal
from showcase.pipeline.steps import eleven_steps, positions
from showcase.store import runs
from showcase.store.engine import Database
from showcase.store.events import read_events
from showcase.store.fence import Connection
from showcase.testing import FixedClock

PLACE = positions(eleven_steps())[0]


@dataclass(slots=True)
class LosesTheAnswer:
    """Units of work whose connection is lost once: before the commit reaches the server, or on the answer's way."""

    inner: Database
    is_committed: bool
    is_lost: bool = False

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.inner.begin() as connection:
            yield connection
            if self.is_lost and not self.is_committed:
                self._lose()
        if self.is_lost:
            self._lose()

    def read(self) -> AbstractContextManager[Connection]:
        return self.inner.read()

    def _lose(self) -> None:
        self.is_lost = False
        raise UnavailableError("The connection was lost.", "Try again.")


@pytest.mark.parametrize("is_committed", [True, False])
def test_an_event_whose_commit_was_not_answered_keeps_no_later_one_from_being_told(
    database: Database, is_committed: bool
) -> None:
    run_id, over = RunId.new(), LosesTheAnswer(database, is_committed)
    with database.begin() as connection:
        runs.insert_run(
            connection, run_id, scenario="sparse", request={}, token=1, holder="me", total_steps=11, workspace_id=None
        )
    journal = Journal(run_id, over, FixedClock())
    journal.write(EventType.STEP_START, PLACE, None, "first")
    over.is_lost = True
    with pytest.raises(UnavailableError):
        journal.write(EventType.STEP_COMPLETE, PLACE, None, "lost or not")
    for detail in ("next", "last"):
        journal.write(EventType.STEP_COMPLETE, PLACE, None, detail)
    with database.read() as connection:
        told = read_events(connection, run_id)
    kept = ["lost or not"] if is_committed else []
    assert [event["detail"] for event in told] == ["first", *kept, "next", "last"]
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
