"""Carries a run's events to any number of listeners, each at its own pace."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool

from showcase.errors import ShowcaseError
from showcase.pipeline.events import as_legacy
from showcase.pipeline.launcher import Launcher

log = logging.getLogger(__name__)
HEARTBEAT_S = 15.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is sent: its number, and its JSON, written once for all listeners."""

    seq: int
    text: str

    @classmethod
    def of(cls, event: dict[str, Any]) -> Told:
        return cls(event["seq"], _text(event))

    def legacy_text(self) -> str:
        """The same for a client of the first version."""
        return _text(as_legacy(json.loads(self.text)))


def _text(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(slots=True, eq=False)
class _Watch:
    """A run that goes on: one thread reads it for all who listen. Its fields belong to the event loop."""

    told: list[Told] = field(default_factory=list)
    listeners: int = 0
    is_over: bool = False
    failure: ShowcaseError | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, told: Told) -> None:
        self.told.append(told)
        self.wake()

    def end(self, failure: ShowcaseError | None) -> None:
        self.is_over, self.failure = True, failure
        self.wake()

    def wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


@dataclass(slots=True, eq=False)
class RunStreams:
    """The runs that are listened to in this process. Listening holds nothing up and ends nothing."""

    launcher: Launcher
    _watches: dict[str, _Watch] = field(default_factory=dict)

    async def follow(self, run_id: str, after: int = 0) -> AsyncGenerator[Told | None]:
        """The events of a run above `after`, as they are stored, to its summary; None where nothing came for a while.

        The run has to be there. An error of the database ends it.
        """
        run = await run_in_threadpool(self.launcher.show, run_id)
        if run.status != "running":
            while page := await run_in_threadpool(self.launcher.events, run_id, after):
                for event in page:
                    yield Told.of(event)
                after = page[-1]["seq"]
            return
        watch = self._join(run_id)
        try:
            async for told in _listen(watch, after):
                yield told
        finally:
            watch.listeners -= 1
            if not watch.listeners and self._watches.get(run_id) is watch:
                del self._watches[run_id]

    def _join(self, run_id: str) -> _Watch:
        watch = self._watches.get(run_id)
        if watch is None or watch.is_over:
            watch = self._watches[run_id] = _Watch(listeners=1)
            loop = asyncio.get_running_loop()
            threading.Thread(
                target=self._read, args=(run_id, watch, loop), name=f"watch-{run_id[:8]}", daemon=True
            ).start()
        else:
            watch.listeners += 1
        return watch

    def _read(self, run_id: str, watch: _Watch, loop: asyncio.AbstractEventLoop) -> None:
        failure = None
        try:
            try:
                for event in self.launcher.watch(run_id, is_wanted=lambda: watch.listeners > 0):
                    loop.call_soon_threadsafe(watch.tell, Told.of(event))
            except ShowcaseError as error:
                failure = error
            loop.call_soon_threadsafe(watch.end, failure)
        except RuntimeError:
            log.debug("the event loop is closed: nobody listens to %s any more", run_id)


async def _listen(watch: _Watch, after: int) -> AsyncGenerator[Told | None]:
    position = 0
    while True:
        while position < len(watch.told):
            told = watch.told[position]
            position += 1
            if told.seq > after:
                yield told
        if watch.is_over:
            if watch.failure is not None:
                raise watch.failure
            return
        changed = watch.changed
        try:
            await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
        except TimeoutError:
            yield None
