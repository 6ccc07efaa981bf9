"""The registered forecasts of several workspaces over one another."""

from __future__ import annotations

from collections.abc import Sequence

import holoviews as hv
import pandas as pd

from showcase.console.plots.style import by_day, framed, needs_bokeh
from showcase.console.theme import PLOT
from showcase.workspaces.comparison import ForecastLine

HEIGHT = 230
LINES = (
    (PLOT["ahead"], "solid"),
    (PLOT["other"], "dashed"),
    (PLOT["good"], "dotdash"),
    ("#9a5bb5", "dotted"),
    (PLOT["bad"], "dashdot"),
)
"""Colour and dash of each workspace's line, in the order of the comparison: told apart without colour too."""
_FORMATTERS = {"@date": "datetime"}


def overlay_plot(lines: Sequence[ForecastLine], names: Sequence[str]) -> hv.Overlay | None:
    """Each forecast in its colour and dash over what was sold before; None where there is none to draw.

    `names` are what the workspaces are called, in the order of `lines`.
    """
    needs_bokeh()
    layers: list[hv.Element] = [
        _curve(line.actual_dates, line.actual, "Sold", PLOT["past"], "solid", 1.2)
        for line in lines
        if line.actual_dates
    ]
    # one wide band only: five over one another would hide all of them
    drawn = [line for line in lines if line.dates]
    if drawn:
        layers.insert(0, _band(drawn[0]))
    for line, name, (colour, dash) in zip(lines, names, LINES, strict=False):
        if line.dates:
            layers.append(_curve(line.dates, line.forecast, name, colour, dash, 2.2))
    if not layers:
        return None
    days = [day for line in lines for day in (*line.actual_dates, *line.dates)]
    return hv.Overlay(layers).opts(
        **framed(HEIGHT), xlabel="", ylabel="units", ylim=(0, None), xticks=6,
        xformatter=by_day((max(days) - min(days)).days),
    )  # fmt: skip


def overlay_table(lines: Sequence[ForecastLine], names: Sequence[str]) -> pd.DataFrame:
    """What the picture draws, one row a workspace and day: workspace, date, sold, forecast, lo80, hi80."""
    columns = ["workspace", "date", "sold", "forecast", "lo80", "hi80"]
    rows: list[tuple[object, ...]] = []
    for line, name in zip(lines, names, strict=False):
        rows += [(name, day, sold, None, None, None) for day, sold in zip(line.actual_dates, line.actual, strict=True)]
        ahead = zip(line.dates, line.forecast, line.lo80, line.hi80, strict=True)
        rows += [(name, day, None, *values) for day, *values in ahead]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))


def _curve(
    dates: Sequence[object], values: Sequence[float | None], says: str, colour: str, dash: str, width: float
) -> hv.Curve:
    table = pd.DataFrame({"date": pd.to_datetime(list(dates)), "units": pd.Series(values, dtype=float), "says": says})
    return hv.Curve(table, "date", ["units", "says"]).opts(
        color=colour,
        line_dash=dash,
        line_width=width,
        tools=["hover"],
        hover_tooltips=[("", "@says"), ("", "@date{%-d %b %Y}"), ("units", "@units{0,0.0}")],
        hover_formatters=_FORMATTERS,
    )


def _band(line: ForecastLine) -> hv.Area:
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(list(line.dates)),
            "low": pd.Series(line.lo80, dtype=float),
            "high": pd.Series(line.hi80, dtype=float),
        }
    )
    return hv.Area(table, "date", ["low", "high"]).opts(
        color=LINES[0][0], fill_alpha=0.14, line_alpha=0, default_tools=[], tools=[]
    )
