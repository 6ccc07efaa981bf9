"""How a run's winner did against what people wanted, kept for all who ask in this process."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from showcase.errors import NotFoundError
from showcase.kernel.identity import Digest
from showcase.kernel.table import MODEL
from showcase.ports import Artifacts
from showcase.services.demand import DemandService
from showcase.services.models import read_frame
from showcase.services.series import SeriesService

_KEPT = 32


def winner_against_demand(
    demand: DemandService, artifacts: Artifacts, fingerprint: str, backtest: str, winner: str
) -> pl.DataFrame | None:
    """`truth_scores` of the winner of a stored backtest, on the data set with this fingerprint.

    None where nobody knows the truth, or the data set or the table are gone; IntegrityError where the table is damaged.
    Both are named by their digests, so the answer stays right as long as the data set is there.
    """
    if demand.find_by_fingerprint(fingerprint) is None:
        return None
    return winner_on_known_data(demand, artifacts, fingerprint, backtest, winner)


def winner_on_known_data(
    demand: DemandService, artifacts: Artifacts, fingerprint: str, backtest: str, winner: str
) -> pl.DataFrame | None:
    """The same for whoever has just seen that the data set is there."""
    try:
        return _kept(demand, artifacts, fingerprint, Digest(backtest), winner)  # type: ignore[arg-type]  # hashable all
    except NotFoundError:
        return None


@lru_cache(maxsize=_KEPT)
def _kept(
    demand: DemandService, artifacts: Artifacts, fingerprint: str, backtest: Digest, winner: str
) -> pl.DataFrame | None:
    forecasts = read_frame(artifacts, backtest).filter(pl.col(MODEL) == winner)
    data_set = demand.find_by_fingerprint(fingerprint)
    if data_set is None:  # wiped in this very moment; nothing is kept of it
        raise NotFoundError("The data set is gone.", "Seed it anew.")
    return SeriesService(demand.transactions).truth_scores(data_set, forecasts)
