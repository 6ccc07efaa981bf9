"""What a bundle tells of known truth: how the winner did against what people wanted, in three rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showcase.errors import IntegrityError
from showcase.ports import Artifacts
from showcase.services.demand import DemandService
from showcase.services.known_truth import winner_on_known_data
from showcase.store.workspaces import Workspace

TOLD = ("days", "n", "wape_sales", "wape_demand", "bias_sales", "bias_demand")
_DIGITS = 6


def winner_against_truth(
    demand: DemandService, artifacts: Artifacts, workspace: Workspace, data: Mapping[str, Any]
) -> list[dict[str, Any]] | None:
    """The rows of `truth_scores` for the workspace's winner, with the columns of TOLD, rounded to _DIGITS.

    `data` is what a bundle tells of the data set. A workspace from elsewhere keeps what its own bundle told: its ids
    would name other pairs here. None where nobody knows the truth: real sales, no winner, a data set or a table that is
    gone.
    """
    if workspace.imported_from is not None:
        told: list[dict[str, Any]] | None = (workspace.imported_from.get("data") or {}).get("truth")
        return told
    winner = (workspace.result_summary or {}).get("winner_model_type")
    digest = workspace.created_objects.get("files", {}).get("backtest")
    if winner is None or digest is None or workspace.data_fingerprint is None or data["kind"] is None:
        return None
    try:
        scores = winner_on_known_data(demand, artifacts, workspace.data_fingerprint, digest, winner)
    except IntegrityError:
        return None  # the bundle says itself that it could not carry the table
    if scores is None:
        return None
    return [_told(row) for row in scores.to_dicts() if row["n"]]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    rounded = {name: None if row[name] is None else round(row[name], _DIGITS) for name in TOLD[2:]}
    return {name: row[name] for name in TOLD[:2]} | rounded
