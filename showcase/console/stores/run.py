"""Reads what the Run view shows, and starts and stops runs, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl

from showcase.console.checks import Ground
from showcase.console.feed import stored_events
from showcase.console.stores.recall import read_pace
from showcase.console.story import Story
from showcase.errors import IntegrityError, NotFoundError
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import CatalogEntry
from showcase.kernel.identity import Digest
from showcase.kernel.table import CUTOFF, DATE, FOLD, MODEL, PRODUCT, STORE, UNITS
from showcase.pipeline.request import RunRequest
from showcase.services.demand import Wipe
from showcase.services.suite import Services
from showcase.store.demand import DataSet, Pair
from showcase.wiring import Installation

PAST_DAYS = 56
_KEPT_SERIES = 64
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
class Outcome:
    """What a run's pictures are made of; a table is None where the run did not get so far or its data are gone.

    `past`: date, units, promo, is_stockout of the focus series; `forecast` and `tested` the winner's rows for it.
    """

    board: tuple[Mapping[str, Any], ...]
    metric: str
    winner: str | None
    focus: str
    past: pl.DataFrame | None
    forecast: pl.DataFrame | None
    tested: pl.DataFrame | None


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
        return await asyncio.to_thread(self._outcome, story)

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
        return self._table(data_set, store_id, product_id)

    def _table(self, data_set: DataSet, store_id: int, product_id: int) -> pl.DataFrame | None:
        return _series_of(self._services, data_set.fingerprint, data_set.id, store_id, product_id)

    def _outcome(self, story: Story) -> Outcome:
        status, scored, registered = story.data("status"), story.data("backtest"), story.data("register")
        store_id, product_id = status.get("store_id"), status.get("product_id")
        winner = scored.get("winner")
        past = self._past(status)
        return Outcome(
            board=tuple(scored.get("leaderboard", ())),
            metric=scored.get("metric", "wape"),
            winner=winner,
            focus=f"{status.get('store_code', '')} / {status.get('sku', '')}",
            past=None if past is None else past.tail(PAST_DAYS),
            forecast=self._rows(registered.get("forecast_file"), store_id, product_id, None),
            tested=self._rows(scored.get("forecasts_file"), store_id, product_id, winner),
        )

    def _past(self, status: Mapping[str, Any]) -> pl.DataFrame | None:
        """The focus series of the run's own data set; None where it was wiped since."""
        if not status:
            return None
        data_set = self._services.demand.find_by_fingerprint(status["fingerprint"])
        pair = data_set and self._services.demand.pair(status["store_id"], status["product_id"])
        if data_set is None or pair is None:
            return None
        return self._table(data_set, pair.store_id, pair.product_id)

    def _rows(self, digest: str | None, store_id: Any, product_id: Any, model: str | None) -> pl.DataFrame | None:
        """The focus rows of a stored forecast, in the order of their days; None where the file is gone."""
        if digest is None:
            return None
        try:
            frame = self._services.models.frame(Digest(digest))
        except (NotFoundError, IntegrityError):
            return None
        mine = (pl.col(STORE) == store_id) & (pl.col(PRODUCT) == product_id)
        if model is not None:
            mine &= pl.col(MODEL) == model
        order = [FOLD, DATE] if FOLD in frame.columns else [CUTOFF, DATE]
        return frame.filter(mine).sort(order)


def series_table(matrix: SalesMatrix, store_id: int, product_id: int) -> pl.DataFrame:
    """One series as a table to draw: date, units (null on missing days), promo (0..1), is_stockout."""
    row = matrix.row_of(store_id, product_id)
    days = pl.date_range(matrix.first_day, matrix.day(matrix.n_days - 1), eager=True)
    return pl.DataFrame(
        {
            DATE: days,
            UNITS: pl.Series(matrix.units[row]).fill_nan(None),
            "promo": matrix.promo[row],
            "is_stockout": matrix.stockout[row],
        }
    )


@lru_cache(maxsize=_KEPT_SERIES)
def _series_of(
    services: Services, fingerprint: str, data_set_id: int, store_id: int, product_id: int
) -> pl.DataFrame | None:
    """One series of a data set, kept for all sessions: a fingerprint and an id never mean other rows later."""
    data_set = services.demand.find_by_fingerprint(fingerprint)
    if data_set is None or data_set.id != data_set_id:
        return None
    matrix = services.demand.matrix(data_set)
    has_pair = ((matrix.store_ids == store_id) & (matrix.product_ids == product_id)).any()
    return series_table(matrix, store_id, product_id) if has_pair else None
