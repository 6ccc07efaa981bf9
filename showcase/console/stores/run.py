"""Reads what the Run view shows, and starts and stops runs, off the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from showcase.console.checks import Ground
from showcase.console.feed import stored_events
from showcase.console.stores.outcome import Outcome, read_outcome
from showcase.console.stores.recall import read_pace
from showcase.console.stores.series import series_of
from showcase.console.story import Story, tell
from showcase.forecasting.zoo import CatalogEntry
from showcase.pipeline.request import RunRequest
from showcase.services.demand import Wipe
from showcase.store.demand import Pair
from showcase.wiring import Installation

_LOOKED_AT = 20
_ENDED = "step_complete"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the run form needs to know: the ground of a draft, what a reset would wipe, and the stores and products.

    `pace` is how much slower than estimated the newest completed run was here.
    """

    ground: Ground
    wipe: Wipe
    stores: tuple[tuple[int, str], ...]
    products: tuple[tuple[int, str], ...]
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a page can show before anybody opens it; no story where there is no run, or one is under way."""

    surroundings: Surroundings
    story: Story | None
    outcome: Outcome | None


class RunStore:
    """Everything a session reads and asks for. Each coroutine leaves the loop free while the database answers."""

    def __init__(self, installation: Installation) -> None:
        self._services = installation.services
        self._launcher = installation.launcher

    @property
    def now(self) -> datetime:
        return self._services.clock.now()

    @property
    def models(self) -> tuple[CatalogEntry, ...]:
        return self._services.models.catalog()

    async def surroundings(self) -> Surroundings:
        return await asyncio.to_thread(self._surroundings)

    async def series(self, store_id: int, product_id: int) -> pl.DataFrame | None:
        """The whole series of a pair of the current data set, as `Outcome.past`; None where it never sold."""
        return await asyncio.to_thread(self._series, store_id, product_id)

    async def focus(self) -> Pair | None:
        """The pair that a run would choose by itself; None on an empty database."""
        return await asyncio.to_thread(self._auto_focus)

    async def start(self, request: RunRequest) -> str:
        """Start a run; returns its id. Every refusal of the launcher comes through."""
        return str((await asyncio.to_thread(self._launcher.start, request)).run_id)

    async def stop(self, run_id: str) -> None:
        await asyncio.to_thread(self._launcher.stop, run_id)

    async def usual_s(self, run_id: str) -> dict[str, float]:
        """Seconds of each step in the last completed run of the preset of this run; empty where there is none."""
        return await asyncio.to_thread(self._usual_s, run_id)

    async def outcome(self, story: Story) -> Outcome:
        return await asyncio.to_thread(read_outcome, self._services, story)

    def read_ahead(self) -> Ahead:
        """All of it at once; ShowcaseError where something cannot be read. Not for the event loop."""
        newest = next(iter(self._launcher.recent(limit=1)), None)
        if newest is None or newest.status == "running":
            return Ahead(self._surroundings(), None, None)
        story = tell(str(newest.run_id), newest.scenario, stored_events(self._launcher, newest.run_id))
        return Ahead(self._surroundings(), story, read_outcome(self._services, story))

    def _surroundings(self) -> Surroundings:
        demand = self._services.demand
        data_set = demand.current()
        stores, products = demand.pairs(data_set) if data_set else ([], [])
        ground = Ground(data_set, self._services.clock.today(), self._services.flags)
        return Surroundings(ground, demand.preview_wipe(), tuple(stores), tuple(products), read_pace(self._launcher))

    def _usual_s(self, run_id: str) -> dict[str, float]:
        scenario = self._launcher.show(run_id).scenario
        ended = self._launcher.recent(status="completed", limit=_LOOKED_AT)
        last = next((run for run in ended if run.scenario == scenario), None)
        events = stored_events(self._launcher, last.run_id) if last else ()
        return {event["step_name"]: event["duration_ms"] / 1000 for event in events if event["event_type"] == _ENDED}

    def _auto_focus(self) -> Pair | None:
        data_set = self._services.demand.current()
        return None if data_set is None else self._services.demand.focus(data_set, None).pair

    def _series(self, store_id: int, product_id: int) -> pl.DataFrame | None:
        data_set = self._services.demand.current()
        if data_set is None:
            return None
        return series_of(self._services, data_set.fingerprint, data_set.id, store_id, product_id)
