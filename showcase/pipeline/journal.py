"""Writes the events of one run, each one stored before anybody sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from showcase.kernel.identity import RunId
from showcase.pipeline.events import Event, EventType, StepStatus
from showcase.pipeline.steps import Position
from showcase.ports import Clock
from showcase.store import runs
from showcase.store.events import append_events, last_event
from showcase.store.fence import Connection, Transactions

PROGRESS_INTERVAL_S = 0.2
"""At most five commits a second for progress; starts, completions and the summary are written at once."""


@dataclass(slots=True)
class Journal:
    """The numbered events of one run. Thread-safe: a step may report from its workers."""

    run_id: RunId
    transactions: Transactions
    clock: Clock
    last_seq: int = 0
    _is_sure: bool = True
    _last_progress_at: float = -1.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(
        self,
        event_type: EventType,
        position: Position,
        status: StepStatus | None,
        detail: str,
        *,
        data: Mapping[str, Any] | None = None,
        duration_ms: float | None = None,
        first: Callable[[Connection], Mapping[str, Any]] | None = None,
        also: Callable[[Connection], None] | None = None,
    ) -> Event:
        """Store one event; `also` changes other rows in the same transaction.

        `first` does so too, before the event is made, and gives its data.
        """
        with self._lock:
            with self.transactions.begin() as connection:
                self._find_last(connection)
                self._is_sure = False
                event = Event(
                    event_type=event_type,
                    step_name=position.step_name,
                    step_index=position.step_index,
                    total_steps=position.total_steps,
                    status=status,
                    detail=detail,
                    duration_ms=None if duration_ms is None else round(duration_ms, 3),
                    data=(first(connection) if first is not None else data) or {},
                    timestamp=self.clock.now(),
                    phase_name=position.phase_name,
                    phase_index=position.phase_index,
                    phase_total=position.phase_total,
                    run_id=self.run_id,
                    seq=self.last_seq + 1,
                )
                append_events(connection, self.run_id, [(event.seq, event.as_json())])
                if event_type is EventType.STEP_START:
                    runs.enter_step(connection, self.run_id, position.step_name, position.step_index)
                if also is not None:
                    also(connection)
            self.last_seq, self._is_sure = event.seq, True
            return event

    def _find_last(self, connection: Connection) -> None:
        """Look where the story ends, after a write whose commit was not answered: nobody can say what came of it."""
        if not self._is_sure:
            newest = last_event(connection, self.run_id)
            self.last_seq = newest["seq"] if newest is not None else 0

    def announce(self, position: Position, detail: str, first: Callable[[Connection], Mapping[str, Any]]) -> None:
        """Store a progress event at once, whenever the last one was; `first` gives its data."""
        self.write(EventType.STEP_PROGRESS, position, StepStatus.RUNNING, detail, first=first)

    def progress(self, position: Position, share: float, detail: str, rows: int | None) -> None:
        """Store a progress event, unless one was stored a moment ago."""
        now = self.clock.monotonic()
        if now - self._last_progress_at < PROGRESS_INTERVAL_S:
            return
        self._last_progress_at = now
        data: dict[str, Any] = {"share": round(min(max(share, 0.0), 1.0), 4), "what": detail}
        if rows is not None:
            data["rows"] = rows
        self.write(EventType.STEP_PROGRESS, position, StepStatus.RUNNING, detail, data=data)
