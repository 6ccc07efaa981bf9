"""The pictures of the analyst demos."""

from __future__ import annotations

from collections.abc import Mapping

import holoviews as hv
import pandas as pd
from bokeh.models import NumeralTickFormatter

from showcase.console.plots.style import FONT, by_day, framed, needs_bokeh
from showcase.console.theme import PLOT

HEIGHT = 240
_TONES = {
    "identical": PLOT["ahead"], "within tolerance": PLOT["ahead"], "different": PLOT["other"],
    "unknown": PLOT["past"], "does not apply": PLOT["past"],
}  # fmt: skip


def elasticity_plot(table: pd.DataFrame) -> hv.Overlay:
    """Each product's estimated (dot) and true (square) price elasticity; left of -1 a cut earns.

    `table`: product, estimated, true.
    """
    needs_bokeh()
    rows = table.sort_values("true").reset_index(drop=True)
    hover = {
        "tools": ["hover"],
        "hover_tooltips": [("", "@product"), ("estimated", "@estimated{0.00}"), ("true", "@true{0.00}")],
    }
    lines = hv.Segments(rows.assign(y=rows.index, y1=rows.index), ["estimated", "y", "true", "y1"]).opts(
        color=PLOT["past"], line_width=1
    )
    estimated = hv.Points(rows.assign(y=rows.index), ["estimated", "y"], ["product", "true"], label="estimated")
    true = hv.Points(rows.assign(y=rows.index), ["true", "y"], ["product", "estimated"], label="true")
    ticks = [(index, name) for index, name in enumerate(rows["product"])]
    return (
        hv.VLine(-1).opts(color=PLOT["past"], line_width=1, line_dash=[3, 3])
        * lines
        * estimated.opts(color=PLOT["other"], size=8, **hover)
        * true.opts(color=PLOT["ahead"], size=8, marker="square", **hover)
    ).opts(
        **framed(HEIGHT + 60, show_legend=True, legend_position="bottom_right"),
        xlabel="price elasticity",
        ylabel="",
        yticks=ticks,
    )


def cuts_plot(table: pd.DataFrame) -> hv.Layout:
    """Units and revenue by price change, as planned and in truth.

    `table`: cut_pct, units, true_units, revenue, true_revenue.
    """
    needs_bokeh()
    pictures = []
    for planned, true, says, place in (
        ("units", "true_units", "units more", "top_right"),
        ("revenue", "true_revenue", "revenue more", "bottom_right"),
    ):
        curves = [
            hv.Curve(table, "cut_pct", column, label=label).opts(
                color=PLOT[tone], line_width=2, line_dash=dash, tools=["hover"],
                hover_tooltips=[("price", "@cut_pct{0} %"), (label, f"@{column}{{0,0}}")],
            )
            for column, label, tone, dash in ((planned, "planned", "other", [5, 3]), (true, "true", "ahead", []))
        ]  # fmt: skip
        zero = hv.HLine(0).opts(color=PLOT["past"], line_width=1)
        pictures.append(
            hv.Overlay([zero, *curves]).opts(
                **framed(HEIGHT, show_legend=True, legend_position=place), xlabel="price change, %", ylabel=says
            )
        )
    return hv.Layout(pictures).cols(2).opts(toolbar=None, shared_axes=False)


def shelf_plot(left: pd.DataFrame) -> hv.Overlay:
    """What is left on the shelf at the end of each day: date, usual, cut."""
    needs_bokeh()
    rows = left.assign(date=pd.to_datetime(left["date"]))
    curves = [
        hv.Curve(rows, "date", column, label=label).opts(
            color=PLOT[tone], line_width=2, tools=["hover"], hover_formatters={"@date": "datetime"},
            hover_tooltips=[("", "@date{%-d %b}"), (label, f"@{column}{{0,0}} left")],
        )
        for column, label, tone in (("usual", "usual price", "past"), ("cut", "20 % off", "other"))
    ]  # fmt: skip
    return hv.Overlay(curves).opts(
        **framed(HEIGHT, show_legend=True), xlabel="", ylabel="units left", xformatter=by_day(), ylim=(0, None)
    )


def bias_plot(table: pd.DataFrame, says: str) -> hv.Bars:
    """One bar a row: what, value."""
    needs_bokeh()
    rows = table.iloc[::-1].astype({"value": float})
    return hv.Bars(rows, "what", "value").opts(
        **framed(60 + 34 * len(rows)), invert_axes=True, color=PLOT["ahead"], line_alpha=0, bar_width=0.6, xlabel="",
        ylabel=says, xformatter=NumeralTickFormatter(format="0,0"),
        tools=["hover"], hover_tooltips=[("", "@what"), (says, "@value{0,0.0}")],
    )  # fmt: skip


def forecasts_plot(forecasts: Mapping[str, pd.DataFrame]) -> hv.Overlay:
    """Three forecasts by what they are called (date, forecast), each from its own first day on.

    The second is drawn over the first.
    """
    needs_bokeh()
    looks = ({"line_width": 7, "alpha": 0.35}, {"line_width": 2}, {"line_width": 2, "line_dash": [5, 3]})
    tones = (PLOT["ahead"], PLOT["ahead"], PLOT["other"])
    curves = [
        hv.Curve(
            table.assign(ahead=range(1, len(table) + 1), day=table["date"].astype(str).str[:10]),
            "ahead", ["forecast", "day"], label=name,
        ).opts(
            color=tone, tools=["hover"], hover_tooltips=[("", "@day"), (name, "@forecast{0,0.0}")], **look
        )
        for (name, table), look, tone in zip(forecasts.items(), looks, tones, strict=True)
    ]  # fmt: skip
    return hv.Overlay(curves).opts(
        **framed(HEIGHT, show_legend=True, legend_position="bottom_left"), xlabel="days ahead", ylabel="units",
        ylim=(0, None),
    )  # fmt: skip


def verdict_plot(table: pd.DataFrame) -> hv.Overlay:
    """The parts of two verdicts as a board: part, recorded_day, today."""
    needs_bokeh()
    rows = [
        {"column": column, "part": row["part"], "verdict": row[key], "colour": _TONES[row[key]]}
        for _, row in table.iloc[::-1].iterrows()
        for key, column in (("recorded_day", "recorded day"), ("today", "as of today"))
    ]
    board = pd.DataFrame(rows)
    cells = hv.Points(board, ["column", "part"], ["verdict", "colour"]).opts(
        color="colour", marker="square", size=16, tools=["hover"], hover_tooltips=[("@part", "@verdict")]
    )
    words = hv.Labels(board, ["column", "part"], "verdict").opts(
        text_font=FONT, text_font_size="13px", text_align="left", xoffset=0.07, text_color=PLOT["past"]
    )
    return (cells * words).opts(**framed(60 + 26 * len(table)), xlabel="", ylabel="", xaxis="top")
