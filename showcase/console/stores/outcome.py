"""Reads what a run found, as its events and its stored tables tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from showcase.console.stores.series import series_of
from showcase.console.story import Story
from showcase.errors import IntegrityError, NotFoundError
from showcase.kernel.identity import Digest
from showcase.kernel.table import CUTOFF, DATE, FOLD, MODEL, PRODUCT, STORE
from showcase.services.known_truth import winner_against_demand
from showcase.services.suite import Services

PAST_DAYS = 56
WITH_PICTURES = (
    "status", "backtest", "register", "scenario_simulate_and_save", "multi_plan_compare", "agent_hitl_flow",
)  # fmt: skip
"""The steps that tell something to draw."""

Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run's pictures are made of; a table is None where the run did not get so far or its data are gone.

    `past`: date, units, promo, is_stockout of the focus series; `forecast` and `tested` the winner's rows for it.
    `by_bucket`: the scores of each model by horizon bucket. `truth`: `truth_scores` of the winner, None where nobody
    knows the truth. `plans`: the saved what-ifs as summaries, of which those with `days` tell them. `decided`: how a
    person decided, None where none was asked.
    """

    board: Rows
    metric: str
    winner: str | None
    focus: str
    past: pl.DataFrame | None
    forecast: pl.DataFrame | None
    tested: pl.DataFrame | None
    by_bucket: Rows = ()
    truth: pl.DataFrame | None = None
    plans: Rows = ()
    decided: Mapping[str, Any] | None = None


def read_outcome(services: Services, story: Story) -> Outcome:
    """The outcome of a run so far."""
    status, scored, registered = story.data("status"), story.data("backtest"), story.data("register")
    store_id, product_id = status.get("store_id"), status.get("product_id")
    winner = scored.get("winner")
    past = _past(services, status)
    return Outcome(
        board=tuple(scored.get("leaderboard", ())),
        metric=scored.get("metric", "wape"),
        winner=winner,
        focus=f"{status.get('store_code', '')} / {status.get('sku', '')}",
        past=None if past is None else past.tail(PAST_DAYS),
        forecast=_rows(services, registered.get("forecast_file"), store_id, product_id, None),
        tested=_rows(services, scored.get("forecasts_file"), store_id, product_id, winner),
        by_bucket=tuple(scored.get("by_bucket", ())),
        truth=_truth(services, str(status["fingerprint"]), scored["forecasts_file"], winner) if winner else None,
        plans=_plans(story),
        decided=story.data("agent_hitl_flow").get("approval"),
    )


def _plans(story: Story) -> Rows:
    """The saved what-ifs, each once, the one with days first."""
    first, compared = story.data("scenario_simulate_and_save"), story.data("multi_plan_compare").get("plans", ())
    saved = [first] if first.get("plan_id") else []
    return (*saved, *(plan for plan in compared if plan["plan_id"] not in {one["plan_id"] for one in saved}))


def _past(services: Services, status: Mapping[str, Any]) -> pl.DataFrame | None:
    """The focus series of the run's own data set; None where it was wiped since.

    By its codes: a run that was imported has the ids of another database, which may name another pair here.
    """
    if not status:
        return None
    data_set = services.demand.find_by_fingerprint(status["fingerprint"])
    pair = data_set and services.demand.pair_by_code(data_set, status["store_code"], status["sku"])
    if data_set is None or pair is None:
        return None
    return series_of(services, data_set.fingerprint, data_set.id, pair.store_id, pair.product_id)


def _rows(
    services: Services, digest: str | None, store_id: Any, product_id: Any, model: str | None
) -> pl.DataFrame | None:
    """The focus rows of a stored forecast, in the order of their days; None where the file is gone."""
    frame = None if digest is None else _frame(services, digest)
    if frame is None:
        return None
    mine = (pl.col(STORE) == store_id) & (pl.col(PRODUCT) == product_id)
    if model is not None:
        mine &= pl.col(MODEL) == model
    order = [FOLD, DATE] if FOLD in frame.columns else [CUTOFF, DATE]
    return frame.filter(mine).sort(order)


def _frame(services: Services, digest: str) -> pl.DataFrame | None:
    try:
        return services.models.frame(Digest(digest))
    except (NotFoundError, IntegrityError):
        return None


def _truth(services: Services, fingerprint: str, forecasts_file: str, model: str) -> pl.DataFrame | None:
    """The winner against what people wanted; None where nobody knows it or the data are gone."""
    try:
        return winner_against_demand(services.demand, services.artifacts, fingerprint, forecasts_file, model)
    except IntegrityError:
        return None
