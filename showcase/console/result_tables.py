"""What the pictures of the forecast and of the leaderboard draw, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import polars as pl

from showcase.kernel.table import DATE, FOLD, FORECAST, UNITS

_BOUNDS = ("lo80", "hi80", "lo95", "hi95")
_SCORES = ("wape", "mae", "rmse", "smape", "bias", "mase", "coverage80", "coverage95")


def forecast_table(
    past: pl.DataFrame | None, forecast: pl.DataFrame | None, tested: pl.DataFrame | None
) -> pd.DataFrame:
    """One row a day: date, sold, backtest (what the winner said, of the last fold that tested it), forecast, bounds."""
    days: dict[Any, dict[str, Any]] = {}
    first = past[DATE].min() if past is not None and past.height else None
    for row in () if past is None else past.iter_rows(named=True):
        days.setdefault(row[DATE], {})["sold"] = row[UNITS]
    for row in () if tested is None else tested.sort(FOLD).iter_rows(named=True):
        if first is None or row[DATE] >= first:
            days.setdefault(row[DATE], {})["backtest"] = row[FORECAST]
    for row in () if forecast is None else forecast.iter_rows(named=True):
        days.setdefault(row[DATE], {}).update({FORECAST: row[FORECAST], **{name: row[name] for name in _BOUNDS}})
    columns = ["sold", "backtest", FORECAST, *_BOUNDS]
    rows = [[day, *(found.get(name) for name in columns)] for day, found in sorted(days.items())]
    return pd.DataFrame(rows, columns=["date", *columns]).astype(dict.fromkeys(columns, float))


def leaderboard_table(board: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rank, model, role (winner, chosen or control) and the scores, best first."""
    rows = [
        [
            row["rank"], str(row["model"]),
            "winner" if row["is_winner"] else "chosen" if row["is_chosen"] else "control",
            *(row.get(name) for name in _SCORES),
        ]
        for row in board
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["rank", "model", "role", *_SCORES]).astype(dict.fromkeys(_SCORES, float))
