"""The folds of a backtest over the real dates."""

from __future__ import annotations

from datetime import timedelta

import holoviews as hv
import pandas as pd
import polars as pl

from showcase.console.plots.style import by_day, framed, needs_bokeh
from showcase.console.theme import PLOT

_ALPHA = {"train": 0.45, "gap": 0.25, "test": 1.0}
_COLOUR = {"train": PLOT["ahead"], "gap": PLOT["past"], "test": PLOT["other"]}
_HALF = {"train": 0.3, "gap": 0.12, "test": 0.3}
_MOST_BARS = 20
HEIGHT = 118


def folds_plot(picture: pl.DataFrame) -> hv.Rectangles:
    """One row a fold: what is trained on, the gap, what is tested.

    `picture`: fold, part (train, gap or test), start, end (both included), days, as `fold_picture` gives it.
    """
    needs_bokeh()
    rows = [
        {
            "start": pd.Timestamp(row["start"]),
            "low": row["fold"] - _HALF[row["part"]],
            "end": pd.Timestamp(row["end"] + timedelta(days=1)),
            "high": row["fold"] + _HALF[row["part"]],
            "colour": _COLOUR[row["part"]],
            "alpha": _ALPHA[row["part"]],
            "says": f"Fold {row['fold']}: {row['part']} {row['days']} days",
            "span": f"{row['start']} to {row['end']}",
        }
        for row in picture.iter_rows(named=True)
    ]
    columns = ["start", "low", "end", "high", "colour", "alpha", "says", "span"]
    bars = hv.Rectangles(pd.DataFrame(rows, columns=columns), ["start", "low", "end", "high"], columns[4:])
    last = int(picture["fold"].max() or 1)  # type: ignore[arg-type]  # the column holds whole numbers
    return bars.opts(
        **framed(HEIGHT),
        color="colour",
        fill_alpha="alpha",
        line_alpha=0,
        invert_yaxis=True,
        ylim=(0.4, last + 0.6),
        yaxis=None,
        xlabel="",
        xticks=4,
        xformatter=by_day(_days(picture)),
        tools=["hover"],
        hover_tooltips=[("", "@says"), ("", "@span")],
    )


def _days(picture: pl.DataFrame) -> int:
    """How many days the folds span together."""
    first, last = picture["start"].min(), picture["end"].max()
    return 0 if first is None or last is None else (last - first).days + 1  # type: ignore[operator, union-attr]
