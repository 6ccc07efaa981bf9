"""Looks after a process that lives long: settles runs whose process is gone, and brings a lost embedded server back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from showcase.errors import ShowcaseError, UnavailableError
from showcase.pipeline.settle import settle_interrupted
from showcase.ports import Clock
from showcase.store.engine import Database

log = logging.getLogger(__name__)
INTERVAL_S = 15.0


@dataclass(slots=True)
class Reaper:
    """One thread; `revive` is called where the database does not answer."""

    database: Database
    clock: Clock
    revive: Callable[[], object]
    interval_s: float = INTERVAL_S
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, every `interval_s` seconds."""
        self._thread = threading.Thread(target=self._watch, name="showcase-reaper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout=self.interval_s)

    def _watch(self) -> None:
        while not self._closing.wait(self.interval_s):
            self.look_once()

    def look_once(self) -> None:
        """Settle what can be settled; a database that does not answer is brought back, or waited for."""
        try:
            for run_id in settle_interrupted(self.database, self.clock):
                log.warning("run %s was interrupted: its process is gone", run_id)
        except UnavailableError as error:
            log.warning("the database does not answer: %s", error.message)
            self._try_to_revive()
        except ShowcaseError as error:
            log.warning("runs could not be settled now: %s", error.message)

    def _try_to_revive(self) -> None:
        try:
            self.revive()
        except ShowcaseError as error:
            log.warning("the database could not be brought back yet: %s", error.message)
