"""One session's sight of the newest run: follows the feed, and keeps its story and its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import panel as pn
import param
from panel.io.state import set_curdoc

from showcase.console.feed import RunFeed
from showcase.console.stores.run import Outcome, RunStore
from showcase.console.story import Story, tell
from showcase.errors import ShowcaseError

_WITH_PICTURES = ("status", "backtest", "register")


class RunProgress(param.Parameterized):
    """What the newest run has told so far. Changes reach it on the session's own thread, many events in one change."""

    story = param.Parameter(doc="The story of the newest run; None where there never was one.")
    outcome = param.Parameter(doc="What its pictures are made of; None until a step that has some is done.")
    failure = param.Parameter(doc="What keeps us from reading the run; None while all is well.")
    is_known = param.Boolean(default=False, doc="Whether the newest run was looked up.")

    def __init__(self, feed: RunFeed, store: RunStore, **params: Any) -> None:
        super().__init__(**params)
        self._feed, self._store = feed, store
        self._is_scheduled = False
        self._drawn: tuple[Any, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.story is not None and self.story.is_running

    def follow(self) -> None:
        """Listen from now on, until the session ends."""
        document, loop = pn.state.curdoc, asyncio.get_running_loop()
        has_session = document is not None and document.session_context is not None

        def wake() -> None:
            """Called on the feed's thread: leave it at once, and come back on the session's own."""
            if self._is_scheduled:
                return
            self._is_scheduled = True
            if has_session:
                with set_curdoc(document):
                    # without the document's lock: what is read for a picture may take its time
                    pn.state.execute(self._refresh)
            else:
                loop.call_soon_threadsafe(lambda: loop.create_task(self._refresh()))

        unsubscribe = self._feed.subscribe(wake)
        if has_session:
            pn.state.on_session_destroyed(_ending(unsubscribe))
        wake()

    async def _refresh(self) -> None:
        self._is_scheduled = False
        found = self._feed.following
        story = tell(str(found.run.run_id), found.run.scenario, found.events) if found.run is not None else None
        self.param.update(story=story, failure=found.failure, is_known=found.is_known)
        await self._draw(story)

    async def _draw(self, story: Story | None) -> None:
        """Read the outcome anew when a step with pictures was done since."""
        done = () if story is None else (story.run_id, *(bool(story.data(name)) for name in _WITH_PICTURES))
        if done == self._drawn:
            return
        self._drawn = done
        if story is None or not any(done[1:]):
            self.outcome = None
            return
        try:
            outcome: Outcome = await self._store.outcome(story)
        except ShowcaseError as error:
            self.failure = error
            return
        if done == self._drawn:
            self.outcome = outcome


def _ending(unsubscribe: Callable[[], None]) -> Callable[[Any], None]:
    def ended(_session: Any) -> None:
        unsubscribe()

    return ended
