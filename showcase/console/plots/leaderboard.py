"""The models in the order of their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import holoviews as hv
import pandas as pd

from showcase.console.plots.style import framed, needs_bokeh
from showcase.console.theme import PLOT

_ROW_PX, _AXIS_PX = 26, 30


def leaderboard_height(board: Sequence[Mapping[str, Any]], metric: str) -> int:
    """The pixels that the picture of these models takes."""
    return _AXIS_PX + _ROW_PX * max(sum(row[metric] is not None for row in board), 1)


def leaderboard_plot(board: Sequence[Mapping[str, Any]], metric: str) -> hv.Bars:
    """One bar a model that has a score, best on top: the winner full, the other chosen ones pale, mere controls grey.

    The number stands beside the name, among the ticks, whose colour follows the theme.

    `board`: rows with rank, model, is_chosen, is_winner and the metric, as the backtest step tells them.
    """
    needs_bokeh()
    ranked = [row for row in board if row[metric] is not None]
    rows = pd.DataFrame(
        {
            "label": [f"{row['model']}  {_number(row[metric], metric)}" for row in ranked],
            "model": [str(row["model"]) for row in ranked],
            "score": [float(row[metric]) for row in ranked],
            "colour": [_colour(row) for row in ranked],
            "role": [_role(row) for row in ranked],
            "alpha": [1.0 if row["is_winner"] else 0.55 for row in ranked],
        }
    )
    # bars grow from the bottom: the best comes last
    bars = hv.Bars(rows.iloc[::-1], "label", ["score", "model", "colour", "role", "alpha"])
    return bars.opts(
        **framed(leaderboard_height(board, metric)),
        invert_axes=True,
        color="colour",
        fill_alpha="alpha",
        line_alpha=0,
        bar_width=0.62,
        xlabel="",
        ylabel="",
        ylim=(0, None),
        tools=["hover"],
        hover_tooltips=[("", "@model, @role"), (metric, "@score{0,0.00}")],
    )


def _colour(row: Mapping[str, Any]) -> str:
    return PLOT["ahead"] if row["is_winner"] or row["is_chosen"] else PLOT["past"]


def _role(row: Mapping[str, Any]) -> str:
    if row["is_winner"]:
        return "winner"
    return "chosen" if row["is_chosen"] else "control"


def _number(value: float, metric: str) -> str:
    """To the hundredth, which tells near ones apart."""
    return f"{value:,.2f}{' %' if metric == 'wape' else ''}"
