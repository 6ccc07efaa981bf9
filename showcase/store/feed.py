"""Wakes whoever waits for a run's events: one listening thread a process."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from dataclasses import dataclass, field

import psycopg

from showcase.errors import ShowcaseError
from showcase.store.engine import Database
from showcase.store.events import CHANNEL

log = logging.getLogger(__name__)
_LISTEN_S = 1.0
_RECONNECT_S = 1.0
_ENDS_WITHIN_S = 10.0


@dataclass(slots=True)
class EventFeed:
    """The newest sequence number of each run, as the database announces it.

    It only wakes; what happened is always read from the rows, so a lost announcement costs a wait and nothing else.
    """

    database: Database
    _newest: dict[str, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _wake: socket.socket | None = None

    def wait(self, run_id: str, after: int, timeout_s: float) -> None:
        """Return when the run has events above `after`, or when the time is over."""
        with self._changed:
            if self._thread is None and not self._closing.is_set():
                self._wake, woken = socket.socketpair()
                self._thread = threading.Thread(target=self._listen, args=(woken,), name="showcase-events", daemon=True)
                self._thread.start()
            self._changed.wait_for(
                lambda: self._newest.get(run_id, 0) > after or self._closing.is_set(), timeout=timeout_s
            )

    def close(self) -> None:
        """End the thread at once and wake everybody who waits."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None and self._wake is not None:
            self._wake.close()
            self._thread.join(timeout=_ENDS_WITHIN_S)

    def _listen(self, woken: socket.socket) -> None:
        """Until the other end of `woken` is closed."""
        with woken:
            while not self._closing.is_set():
                self._listen_once(woken)

    def _listen_once(self, woken: socket.socket) -> None:
        try:
            with self.database.lone_connection() as connection, selectors.DefaultSelector() as news:
                connection.execute(f"LISTEN {CHANNEL}")
                for source in (connection, woken):
                    news.register(source, selectors.EVENT_READ)
                while not self._closing.is_set():
                    for notice in connection.notifies(timeout=0):
                        self._announce(notice.payload)
                    news.select(_LISTEN_S)
        except (psycopg.Error, ShowcaseError):
            # the database went away: watchers fall back to their own timeouts until it is there again
            log.info("the event feed lost its connection and tries again")
            self._closing.wait(_RECONNECT_S)

    def _announce(self, payload: str) -> None:
        run_id, _, seq = payload.partition(":")
        if not seq.isdigit():
            return
        with self._changed:
            self._newest[run_id] = max(self._newest.get(run_id, 0), int(seq))
            self._changed.notify_all()
