"""The focus series: its last weeks, what the winner said about them in the backtest, and the days ahead."""

from __future__ import annotations

import holoviews as hv
import pandas as pd
import polars as pl

from showcase.console.plots.style import by_day, framed, needs_bokeh
from showcase.console.theme import PLOT
from showcase.kernel.table import DATE, FOLD, FORECAST, UNITS, bound_columns

HEIGHT = 230
_HOVER_DAY = ("", "@date{%-d %b %Y}")
_FORMATTERS = {"@date": "datetime"}


def forecast_plot(
    past: pl.DataFrame | None, forecast: pl.DataFrame | None, tested: pl.DataFrame | None = None
) -> hv.Overlay:
    """Actual units, the forecast with its 80 and 95 % intervals, and the tested forecasts of the days before.

    `past`: date, units. `forecast`: date, forecast, lo80, hi80, lo95, hi95. `tested` also has fold. Each may be None;
    missing days break the line.
    """
    needs_bokeh()
    layers: list[hv.Element] = []
    if forecast is not None and forecast.height:
        layers += [_band(forecast, level) for level in (95, 80)]
    if past is not None and past.height:
        layers.append(_curve(past, UNITS, "Sold", color=PLOT["past"], line_width=1.6))
    if tested is not None and tested.height:
        shown = tested if past is None else tested.filter(pl.col(DATE) >= past[DATE].min())
        layers += [
            _curve(fold, FORECAST, "Backtest", color=PLOT["other"], line_width=1.6, line_dash=[4, 3])
            for fold in shown.partition_by(FOLD, maintain_order=True)
        ]
    if forecast is not None and forecast.height:
        layers.append(_curve(forecast, FORECAST, "Forecast", color=PLOT["ahead"], line_width=2.2))
    if past is not None and past.height and forecast is not None and forecast.height:
        layers.append(hv.VLine(pd.Timestamp(past[DATE][-1])).opts(color=PLOT["past"], line_width=1, line_dash=[2, 3]))
    return hv.Overlay(layers).opts(
        **framed(HEIGHT), xlabel="", ylabel="", ylim=(0, None), xticks=5, xformatter=by_day()
    )


def _curve(table: pl.DataFrame, column: str, says: str, **options: object) -> hv.Curve:
    rows = pd.DataFrame({"date": pd.to_datetime(table[DATE].to_list()), "units": table[column].to_numpy()})
    return hv.Curve(rows, "date", "units").opts(
        tools=["hover"],
        hover_tooltips=[_HOVER_DAY, (says, "@units{0,0.0}")],
        hover_formatters=_FORMATTERS,
        hover_mode="vline",
        **options,
    )


def _band(forecast: pl.DataFrame, level: int) -> hv.Area:
    low, high = bound_columns(level)
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(forecast[DATE].to_list()),
            "low": forecast[low].to_numpy(),
            "high": forecast[high].to_numpy(),
        }
    )
    return hv.Area(rows, "date", ["low", "high"]).opts(
        color=PLOT["ahead"], fill_alpha=0.16, line_alpha=0, default_tools=[], tools=[]
    )
