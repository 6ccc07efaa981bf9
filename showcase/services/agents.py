"""The product's own rule-based agent: reads a run and says what stands out."""

from __future__ import annotations

from typing import Any

import numpy as np

from showcase.evaluation.backtest import CONTROLS
from showcase.forecasting.history import SalesMatrix
from showcase.services.models import Scored, board_rows

_NOMINAL_80 = (75.0, 85.0)
_MANY_STOCKOUTS = 0.05
_MANY_MISSING = 0.10


def _against_controls(winner: dict[str, Any], board: list[dict[str, Any]], metric: str) -> str:
    controls = [row for row in board if row["model"] in CONTROLS and row["model"] != winner["model"]]
    scored = [row for row in controls if row[metric] is not None]
    if not scored:
        return f"{winner['model']} wins with {metric} {winner[metric]:.2f}."
    best = min(scored, key=lambda row: float(row[metric]))
    gain = (1 - winner[metric] / best[metric]) * 100 if best[metric] else 0.0
    word = "better than" if gain >= 0 else "worse than"
    return (
        f"{winner['model']} wins with {metric} {winner[metric]:.2f}, {abs(gain):.0f} % {word} the control "
        f"{best['model']} ({best[metric]:.2f})."
    )


def _about_bias(winner: dict[str, Any]) -> str | None:
    bias, mae = winner["bias"], winner["mae"]
    if bias is None or not mae or abs(bias) < mae / 4:
        return None
    side = "too low" if bias > 0 else "too high"
    return f"Its forecasts lie {side} by {abs(bias):.1f} units a day on average, a good part of its error ({mae:.1f})."


def _about_intervals(winner: dict[str, Any]) -> str | None:
    held = winner["coverage80"]
    if held is None or _NOMINAL_80[0] <= held <= _NOMINAL_80[1]:
        return None
    return f"The 80 % interval held {held:.0f} % of the time; read it with care."


def _about_demand(matrix: SalesMatrix) -> list[str]:
    known = ~np.isnan(matrix.units)
    stocked_out = float(matrix.stockout.sum() / max(known.sum(), 1))
    missing = float(1 - known.mean())
    lines = []
    if stocked_out > _MANY_STOCKOUTS:
        lines.append(f"{stocked_out:.0%} of the days were out of stock: sales show less than was wanted.")
    if missing > _MANY_MISSING:
        lines.append(f"{missing:.0%} of the days are missing; they are neither trained on nor scored.")
    return lines


def read_run(scored: Scored, matrix: SalesMatrix) -> tuple[str, ...]:
    """One to five sentences on the run, the first about the winner. Deterministic; changes nothing."""
    board = board_rows(scored.board)
    winner = next(row for row in board if row["is_winner"])
    lines = [_against_controls(winner, board, scored.backtest.plan.metric)]
    lines += [line for line in (_about_bias(winner), _about_intervals(winner)) if line]
    return (*lines, *_about_demand(matrix))
