"""One session's sight of the newest run: follows the feed, and keeps its story and its outcome."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import panel as pn
import param
from bokeh.document import Document

from showcase.console.change import Change
from showcase.console.feed import RunFeed, last_seq
from showcase.console.stores.outcome import WITH_PICTURES, Outcome
from showcase.console.stores.run import RunStore
from showcase.console.story import Story, tell
from showcase.errors import ShowcaseError, UnavailableError

log = logging.getLogger(__name__)
_TICK_S = 1.0
_REST_S = 0.15
"""Between two changes of the page, so that a burst of events is one change."""
_AGAIN_S, _RAREST_S = 1.0, 300.0
"""After a fault in a view: begin again, ever more rarely where it stays."""


class RunProgress(param.Parameterized):
    """What the newest run has told so far, and the moment at which that was so.

    All changes are made in one place, on a worker thread that holds the session's lock, as Panel's own callbacks are.
    Neither the feed's thread nor the event loop touches the document: two threads that change it at once lose
    updates, and the page then stands still until somebody clicks.
    """

    story = param.Parameter(doc="The story of the newest run; None where there never was one.")
    outcome = param.Parameter(doc="What its pictures are made of; None until a step that has some is done.")
    failure = param.Parameter(doc="What keeps us from reading the run; None while all is well.")
    refusal = param.Parameter(doc="Why its pictures cannot be made; None while all is well.")
    is_known = param.Boolean(default=False, doc="Whether the newest run was looked up.")
    usual = param.Dict(default={}, doc="Seconds that each step took in the last completed run of the same preset.")
    now = param.Parameter(doc="The moment of the newest look; it moves every second while a run is under way.")

    def __init__(self, feed: RunFeed, store: RunStore, **params: Any) -> None:
        super().__init__(**{"now": store.now, **params})
        self._feed, self._store = feed, store
        self._drawn: tuple[Any, ...] = ()
        self._rest_s = _AGAIN_S

    @property
    def is_away(self) -> bool:
        """Whether the database does not answer."""
        return isinstance(self.failure, UnavailableError)

    @property
    def is_running(self) -> bool:
        return self.story is not None and self.story.is_running

    def begin_with(self, story: Story, outcome: Outcome | None) -> None:
        """Show a run that has ended, before anything is followed; nothing of it is read again while it stays so."""
        self._drawn = _told_to_draw(story)
        self.param.update(story=story, outcome=outcome, is_known=True, now=self._store.now)

    def follow(self) -> None:
        """Listen from now on, until the session ends."""
        document, loop, changed = pn.state.curdoc, asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            """Called on the feed's thread; raises RuntimeError where the loop is closed, and is then forgotten."""
            loop.call_soon_threadsafe(changed.set)

        changed.set()
        unsubscribe = self._feed.subscribe(wake)
        served = document if document is not None and document.session_context is not None else None
        watching: list[asyncio.Task[None]] = []

        def begin() -> None:
            watching[:] = [loop.create_task(self._keep_up(changed, served))]
            watching[0].add_done_callback(again)

        def again(task: asyncio.Task[None]) -> None:
            """A fault in a view must not end the watching: the page would stand still until it is loaded anew."""
            if task.cancelled() or not watching:
                return
            log.error("a page failed to follow the newest run, and tries again", exc_info=task.exception())
            changed.set()
            loop.call_later(self._rest_s, lambda: begin() if watching else None)
            self._rest_s = min(2 * self._rest_s, _RAREST_S)

        def end() -> None:
            for task in watching:
                task.cancel()
            watching.clear()

        def ended(_session: Any) -> None:
            unsubscribe()
            loop.call_soon_threadsafe(end)

        begin()

        if served is not None:
            pn.state.on_session_destroyed(ended)

    async def _keep_up(self, changed: asyncio.Event, document: Document | None) -> None:
        change = Change(document)
        while True:
            try:
                await asyncio.wait_for(changed.wait(), _TICK_S)
            except TimeoutError:
                if not self.is_running:
                    continue
            changed.clear()
            await self._refresh(change)
            await asyncio.sleep(_REST_S)

    async def _refresh(self, change: Change) -> None:
        found = self._feed.following
        if not found.is_known:
            return  # nobody has looked yet: what a page shows that was made ahead stays
        known: Story | None = self.story
        if found.run is None:
            story = None
        elif known is not None and (known.run_id, known.last_seq) == (str(found.run.run_id), last_seq(found.events)):
            story = known
        else:
            story = await asyncio.to_thread(tell, str(found.run.run_id), found.run.scenario, found.events)
        told = {"failure": found.failure, "is_known": found.is_known, "story": story}
        fresh = {name: value for name, value in told.items() if value is not getattr(self, name)}
        await change(lambda: self.param.update(**fresh, now=self._store.now))
        await self._expect(known, story, change)
        await self._draw(story, change)

    async def _expect(self, known: Story | None, story: Story | None, change: Change) -> None:
        """When a run begins, read how long its steps usually take."""
        if story is None or not story.is_running or (known is not None and known.run_id == story.run_id):
            return
        with suppress(ShowcaseError):
            usual = await self._store.usual_s(story.run_id)
            await change(lambda: self.param.update(usual=usual))

    async def _draw(self, story: Story | None, change: Change) -> None:
        """Read the outcome anew when a step with pictures was done since."""
        done = _told_to_draw(story)
        if done == self._drawn:
            return
        outcome: Outcome | None = None
        refusal: ShowcaseError | None = None
        if story is not None and any(done[1:]):
            try:
                outcome = await self._store.outcome(story)
            except ShowcaseError as error:
                refusal = error
        await change(lambda: self.param.update(outcome=outcome, refusal=refusal))
        # while the database is away every look tries again
        self._drawn = () if isinstance(refusal, UnavailableError) else done


def _told_to_draw(story: Story | None) -> tuple[Any, ...]:
    """Which of the steps that have pictures are done, and of which run."""
    return () if story is None else (story.run_id, *(bool(story.data(name)) for name in WITH_PICTURES))
