"""Follows the newest run for all sessions of this process, whichever process runs it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from showcase.errors import ShowcaseError
from showcase.pipeline.launcher import Launcher
from showcase.store.runs import RunRow

log = logging.getLogger(__name__)
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Following:
    """The newest run with its events so far; None on an empty database. `failure` says what keeps us from it."""

    run: RunRow | None = None
    events: tuple[dict[str, Any], ...] = ()
    failure: ShowcaseError | None = None
    is_known: bool = False


Listener = Callable[[], None]


@dataclass(slots=True, eq=False)
class RunFeed:
    """One thread that watches while anybody listens. Listeners are called from it and must not block.

    It holds functions alone, never a document or a component, so that a session that ends is let go of.
    """

    launcher: Launcher
    following: Following = field(default_factory=Following)
    _listeners: dict[int, Listener] = field(default_factory=dict)
    _changed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _last_key: int = 0

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` whenever `following` changes; returns what ends it."""
        with self._lock:
            self._last_key += 1
            key = self._last_key
            self._listeners[key] = listener
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="console-feed", daemon=True)
                self._thread.start()

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)
            self._changed.set()

        return unsubscribe

    def look(self) -> None:
        """A run was started here: look for it now, not a second later."""
        self._changed.set()

    def close(self) -> None:
        """Forget every listener and wait for the thread to end."""
        with self._lock:
            self._listeners.clear()
            thread = self._thread
        self._changed.set()
        if thread is not None:
            thread.join(timeout=_LOOK_S * 5)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def _follow(self) -> None:
        while self._is_wanted():
            try:
                self._look_once()
            except ShowcaseError as error:
                # the database is away: say so, and try again
                log.info("the newest run cannot be read: %s", error)
                self._tell(Following(self.following.run, self.following.events, error, is_known=True))
            self._changed.wait(_LOOK_S)
            self._changed.clear()

    def _is_wanted(self) -> bool:
        with self._lock:
            if self._listeners:
                return True
            self._thread = None
            self.following = Following()
            return False

    def _look_once(self) -> None:
        newest = next(iter(self.launcher.recent(limit=1)), None)
        known = self.following
        if newest is None:
            if not known.is_known or known.run is not None or known.failure is not None:
                self._tell(Following(is_known=True))
            return
        is_same = known.run is not None and known.run.run_id == newest.run_id
        if is_same and known.failure is None and _has_ended(known):
            return
        events = known.events if is_same else ()
        if newest.status != "running":
            self._tell(Following(newest, stored_events(self.launcher, newest.run_id, events), is_known=True))
            return
        self._tell(Following(newest, events, is_known=True))
        for event in self.launcher.watch(newest.run_id, last_seq(events)):
            events = (*events, event)
            self._tell(Following(newest, events, is_known=True))
            if not self._listeners:
                return

    def _tell(self, following: Following) -> None:
        self.following = following
        with self._lock:
            listeners = list(self._listeners.items())
        for key, listener in listeners:
            try:
                listener()
            except RuntimeError:
                # its event loop is closed: nobody listens there any more
                log.debug("a listener of the newest run is gone")
                with self._lock:
                    self._listeners.pop(key, None)


def stored_events(
    launcher: Launcher, run_id: str, known: tuple[dict[str, Any], ...] = ()
) -> tuple[dict[str, Any], ...]:
    """All events of a run so far, those known already in front; they come in pages."""
    while page := launcher.events(run_id, last_seq(known)):
        known = (*known, *page)
    return known


def last_seq(events: tuple[dict[str, Any], ...]) -> int:
    """The number of the newest of these events; 0 where there is none."""
    return int(events[-1]["seq"]) if events else 0


def _has_ended(following: Following) -> bool:
    """Whether nothing more will come: the run had ended when it was read, or its summary is here."""
    if following.run is not None and following.run.status != "running":
        return True
    return bool(following.events) and following.events[-1]["event_type"] == "pipeline_complete"


_feeds = threading.Lock()
_feed: RunFeed | None = None


def shared_feed(launcher: Launcher) -> RunFeed:
    """The feed of this process for this launcher; a new one where the installation was exchanged."""
    global _feed
    with _feeds:
        if _feed is None or _feed.launcher is not launcher:
            _feed = RunFeed(launcher)
        return _feed
