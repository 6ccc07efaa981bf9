"""A what-if plan: the days ahead as they are forecast, and as the plan would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import holoviews as hv
import pandas as pd

from showcase.console.plots.style import by_day, framed, needs_bokeh
from showcase.console.theme import PLOT

HEIGHT = 120


def plan_table(days: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The days of a plan: date, forecast, plan (units of a day)."""
    return pd.DataFrame(
        {
            "date": pd.to_datetime([each["date"] for each in days]),
            "forecast": [float(each["baseline_units"]) for each in days],
            "plan": [float(each["scenario_units"]) for each in days],
        }
    )


def plan_plot(days: Sequence[Mapping[str, Any]], height: int = HEIGHT) -> hv.Overlay:
    """Two lines, forecast dashed and plan full, and the difference between them shaded.

    `days`: date, baseline_units, scenario_units, as a simulated plan tells them.
    """
    needs_bokeh()
    rows = plan_table(days)
    between = hv.Area(rows, "date", ["forecast", "plan"]).opts(
        color=PLOT["ahead"], fill_alpha=0.2, line_alpha=0, default_tools=[], tools=[]
    )
    plan = hv.Curve(rows, "date", ["plan", "forecast"]).opts(
        color=PLOT["ahead"],
        line_width=2.2,
        tools=["hover"],
        hover_tooltips=[("", "@date{%-d %b %Y}"), ("Plan", "@plan{0,0.0}"), ("Forecast", "@forecast{0,0.0}")],
        hover_formatters={"@date": "datetime"},
        hover_mode="vline",
    )
    forecast = hv.Curve(rows, "date", "forecast").opts(color=PLOT["past"], line_width=1.6, line_dash=[4, 3])
    return (between * forecast * plan).opts(
        **framed(height), xlabel="", ylabel="", ylim=(0, None), xticks=4, yticks=3, xformatter=by_day()
    )
