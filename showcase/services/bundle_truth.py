"""What a bundle tells of known truth: how the winner did against what people wanted, in three rows."""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from showcase.errors import IntegrityError, NotFoundError
from showcase.kernel.identity import Digest
from showcase.kernel.table import MODEL
from showcase.ports import Artifacts
from showcase.services.demand import DemandService
from showcase.services.series import SeriesService
from showcase.store.workspaces import Workspace

TOLD = ("days", "n", "wape_sales", "wape_demand", "bias_sales", "bias_demand")


def winner_against_truth(
    demand: DemandService, artifacts: Artifacts, workspace: Workspace
) -> list[dict[str, Any]] | None:
    """The rows of `truth_scores` for the workspace's winner, with the columns of TOLD.

    None where nobody knows the truth: real sales, no winner, a data set or a table that is gone, and a workspace from
    elsewhere, whose ids would name other pairs here (its own bundle told it, if anybody knew).
    """
    winner = (workspace.result_summary or {}).get("winner_model_type")
    digest = workspace.created_objects.get("files", {}).get("backtest")
    if winner is None or digest is None or workspace.imported_from is not None or workspace.data_fingerprint is None:
        return None
    data_set = demand.find_by_fingerprint(workspace.data_fingerprint)
    if data_set is None:
        return None
    try:
        forecasts = pl.read_parquet(io.BytesIO(artifacts.get(Digest(digest)))).filter(pl.col(MODEL) == winner)
    except (NotFoundError, IntegrityError):
        return None  # the bundle says itself that it could not carry the table
    scores = SeriesService(demand.transactions).truth_scores(data_set, demand.matrix(data_set), forecasts)
    return None if scores is None else [row for row in scores.select(TOLD).to_dicts() if row["n"]]
