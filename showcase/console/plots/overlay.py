"""The registered forecasts of several workspaces over one another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

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
_MOST_WINDOWS = 3
"""So many times the longest of them: a calendar with more days than that shows none of them."""


def is_aligned(lines: Sequence[ForecastLine]) -> bool:
    """Whether their days lie so far apart that one calendar would leave slivers: each then begins at its day 0."""
    windows = [(min(days), max(days)) for line in lines if (days := _days_of(line))]
    if len(windows) < 2:
        return False
    longest = max((last - first).days + 1 for first, last in windows)
    whole = (max(last for _, last in windows) - min(first for first, _ in windows)).days + 1
    return whole > _MOST_WINDOWS * longest


def overlay_plot(lines: Sequence[ForecastLine], names: Sequence[str]) -> hv.Overlay | None:
    """Each forecast in its colour and dash over what was sold before; None where there is none to draw.

    `names` are what the workspaces are called, in the order of `lines`. Over the calendar; where that would leave
    slivers, over the days from the first one of each forecast, with what was sold in the colour of its forecast.
    """
    needs_bokeh()
    aligned = is_aligned(lines)
    layers: list[hv.Element] = []
    # one wide band only: five over one another would hide all of them
    first = next(((line, colour) for line, (colour, _dash) in zip(lines, LINES, strict=False) if line.dates), None)
    if first is not None:
        layers.append(_band(*first, _start(first[0], aligned)))
    for line, name, (colour, _dash) in zip(lines, names, LINES, strict=False):
        if line.actual_dates:
            says, tone = (f"{name}, sold", colour) if aligned else ("Sold", PLOT["past"])
            layers.append(_curve(line.actual_dates, line.actual, says, tone, "solid", 1.2, _start(line, aligned)))
    for line, name, (colour, dash) in zip(lines, names, LINES, strict=False):
        if line.dates:
            layers.append(_curve(line.dates, line.forecast, name, colour, dash, 2.2, _start(line, aligned)))
    if not layers:
        return None
    days = [day for line in lines for day in _days_of(line)]
    axis = (
        {"xlabel": "days from the first day that was forecast"}
        if aligned
        else {"xlabel": "", "xformatter": by_day((max(days) - min(days)).days)}
    )
    return hv.Overlay(layers).opts(**framed(HEIGHT), ylabel="units", ylim=(0, None), xticks=6, **axis)


def overlay_table(lines: Sequence[ForecastLine], names: Sequence[str]) -> pd.DataFrame:
    """What the picture draws, one row a workspace and day: workspace, date, sold, forecast, lo80, hi80."""
    columns = ["workspace", "date", "sold", "forecast", "lo80", "hi80"]
    rows: list[tuple[object, ...]] = []
    for line, name in zip(lines, names, strict=False):
        rows += [(name, day, sold, None, None, None) for day, sold in zip(line.actual_dates, line.actual, strict=True)]
        ahead = zip(line.dates, line.forecast, line.lo80, line.hi80, strict=True)
        rows += [(name, day, None, *values) for day, *values in ahead]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))


def _days_of(line: ForecastLine) -> tuple[date, ...]:
    return (*line.actual_dates, *line.dates)


def _start(line: ForecastLine, aligned: bool) -> date | None:
    """The day that is 0 for this line: the first one of its forecast, or after its sales; None over the calendar."""
    if not aligned:
        return None
    return min(line.dates) if line.dates else max(line.actual_dates) + timedelta(days=1)


def _places(dates: Sequence[date], start: date | None) -> pd.Series:
    """Where days stand on the axis: themselves, or how many they lie after `start`."""
    known = pd.Series(pd.to_datetime(list(dates)))
    return known if start is None else (known - pd.Timestamp(start)).dt.days


def _curve(
    dates: Sequence[date],
    values: Sequence[float | None],
    says: str,
    colour: str,
    dash: str,
    width: float,
    start: date | None,
) -> hv.Curve:
    table = pd.DataFrame(
        {
            "place": _places(dates, start),
            "units": pd.Series(values, dtype=float),
            "says": says,
            "date": pd.to_datetime(list(dates)),
        }
    )
    return hv.Curve(table, "place", ["units", "says", "date"]).opts(
        color=colour,
        line_dash=dash,
        line_width=width,
        tools=["hover"],
        hover_tooltips=[("", "@says"), ("", "@date{%-d %b %Y}"), ("units", "@units{0,0.0}")],
        hover_formatters=_FORMATTERS,
    )


def _band(line: ForecastLine, colour: str, start: date | None) -> hv.Area:
    table = pd.DataFrame(
        {
            "place": _places(line.dates, start),
            "low": pd.Series(line.lo80, dtype=float),
            "high": pd.Series(line.hi80, dtype=float),
        }
    )
    return hv.Area(table, "place", ["low", "high"]).opts(
        color=colour, fill_alpha=0.14, line_alpha=0, default_tools=[], tools=[]
    )
