"""One whole series: what was sold, when it was promoted, when the shelf was empty."""

from __future__ import annotations

import holoviews as hv
import pandas as pd
import polars as pl

from showcase.console.plots.style import by_day, framed, needs_bokeh
from showcase.console.theme import PLOT
from showcase.kernel.table import DATE, UNITS

HEIGHT = 110


def series_plot(series: pl.DataFrame) -> hv.Overlay:
    """Units as a line, promoted days shaded, days out of stock dotted on the ground line.

    `series`: date, units (null on missing days), promo (0..1), is_stockout.
    """
    needs_bokeh()
    days = pd.to_datetime(series[DATE].to_list())
    rows = pd.DataFrame({"date": days, "units": series[UNITS].to_numpy(), "promo": series["promo"].to_numpy() * 100})
    top = float(rows["units"].max()) if rows["units"].notna().any() else 1.0
    empty = rows[series["is_stockout"].to_numpy()].assign(units=0.0)
    line = hv.Curve(rows, "date", ["units", "promo"]).opts(
        color=PLOT["past"],
        line_width=1.3,
        tools=["hover"],
        hover_tooltips=[("", "@date{%-d %b %Y}"), ("Sold", "@units{0,0}"), ("Discount", "@promo{0} %")],
        hover_formatters={"@date": "datetime"},
        hover_mode="vline",
    )
    promoted = hv.Rectangles(promoted_spans(series, top), ["start", "low", "end", "high"]).opts(
        color=PLOT["ahead"], fill_alpha=0.18, line_alpha=0
    )
    stockouts = hv.Points(empty, ["date", "units"]).opts(color=PLOT["other"], size=4, line_alpha=0)
    return (promoted * line * stockouts).opts(
        **framed(HEIGHT), xlabel="", ylabel="", ylim=(0, None), xticks=4, yticks=3, xformatter=by_day(len(rows))
    )


def promoted_spans(series: pl.DataFrame, top: float) -> pd.DataFrame:
    """The runs of promoted days as boxes from 0 to `top`: start, low, end (the day after), high."""
    runs = (
        series.with_columns((pl.col("promo") > 0).alias("on"))
        .with_columns(pl.col("on").rle_id().alias("run"))
        .filter(pl.col("on"))
        .group_by("run", maintain_order=True)
        .agg(pl.col(DATE).min().alias("start"), pl.col(DATE).max().dt.offset_by("1d").alias("end"))
    )
    return pd.DataFrame(
        {
            "start": pd.to_datetime(runs["start"].to_list()),
            "low": 0.0,
            "end": pd.to_datetime(runs["end"].to_list()),
            "high": top,
        }
    )
