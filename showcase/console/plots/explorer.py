"""One series under one axis of days: demand with its known truth, price, promotions and stock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import holoviews as hv
import pandas as pd
import polars as pl

from showcase.console.plots.style import by_day, framed, needs_bokeh
from showcase.console.theme import PLOT
from showcase.kernel.table import DATE, UNITS

PICTURES: Mapping[str, tuple[int, str]] = {
    "demand": (148, "units"),
    "price": (70, "price"),
    "promotion": (56, "off, %"),
    "stock": (86, "stock"),
}
"""The pictures from top to bottom, each with its height in pixels and what its axis says."""
_AXIS_PX, _LOW_PX, _HALF_A_WORD_PX = 24, 80, 8
HEIGHT = sum(height for height, _ in PICTURES.values()) + _AXIS_PX

_DAY = ("", "@date{%a %-d %b %Y}")
# drag: look closer at these days; double click: back to all of them
_TOOLS = ["xbox_zoom"]


def explorer_plot(days: pl.DataFrame) -> hv.Layout:
    """All that is known of one series; dragging over days looks closer at them in every picture at once.

    `days`: date, units (null on missing days), price, promo (0..1), is_open, on_hand, received, is_stockout, event and
    latent (null where nobody knows it), one row a day. A picture is left out where there is nothing to draw in it, and
    leaves its room to that of demand.
    """
    needs_bokeh()
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(days[DATE].to_list()),
            "units": days[UNITS].cast(pl.Float64).to_numpy(),
            "latent": days["latent"].cast(pl.Float64).to_numpy(),
            "price": days["price"].to_numpy(),
            "promo": days["promo"].to_numpy() * 100,
            "on_hand": days["on_hand"].cast(pl.Float64).to_numpy(),
            "event": days["event"].fill_null("").to_list(),
            "is_stockout": days["is_stockout"].to_numpy(),
        }
    )
    pictures: dict[str, hv.Overlay | None] = {
        "demand": _demand(table),
        "price": _price(table),
        "promotion": _promotion(table) if table["promo"].max() > 0 else None,
        "stock": _stock(table) if table["on_hand"].notna().any() else None,
    }
    names = [name for name, picture in pictures.items() if picture is not None]
    spare = HEIGHT - _AXIS_PX - sum(PICTURES[name][0] for name in names)
    shown = [
        _under_days(pictures[name], name, len(table), more=spare if name == "demand" else 0, has_days=name == names[-1])
        for name in names
    ]
    return hv.Layout(shown).cols(1).opts(toolbar=None, shared_axes=True)


def _under_days(picture: hv.Overlay, name: str, days: int, *, more: int, has_days: bool) -> hv.Overlay:
    """The picture of so many days in its frame, so much higher than usual; the days stand under the last one alone."""
    height, words = PICTURES[name]
    height += more
    options = framed(height + (_AXIS_PX if has_days else 0), xlabel="", xticks=6, ylabel=words, xformatter=by_day(days))
    options |= {"yticks": 2 if height < _LOW_PX else 3}
    options |= {"default_tools": _TOOLS, "active_tools": _TOOLS, "labelled": ["y"]}
    if not has_days:
        options["hooks"] = [*options["hooks"], _without_days]
    return picture.opts(**options)


def _without_days(plot: Any, _element: Any) -> None:
    """Hide the axis of days: an option that does so does not reach the linked axes of an overlay."""
    plot.handles["xaxis"].visible = False
    plot.handles["plot"].min_border_bottom = _HALF_A_WORD_PX  # or the lowest number of the other axis is cut


def _hover(*lines: tuple[str, str]) -> dict[str, Any]:
    return {
        "tools": ["hover"],
        "hover_tooltips": [_DAY, *lines],
        "hover_formatters": {"@date": "datetime"},
        "hover_mode": "vline",
    }


def _demand(table: pd.DataFrame) -> hv.Overlay:
    """Sold units, above them what was wanted where that is known, and a dot for each empty shelf."""
    lines = [("Sold", "@units{0,0}"), ("", "@event")]
    has_truth = table["latent"].notna().any()
    if has_truth:
        lines.insert(1, ("Wanted", "@latent{0,0}"))
    sold = hv.Curve(table, "date", ["units", "latent", "event"], label="sold").opts(
        color=PLOT["past"], line_width=1.5, **_hover(*lines)
    )
    layers: list[hv.Element] = []
    if has_truth:
        layers.append(
            hv.Curve(table, "date", "latent", label="wanted").opts(
                color=PLOT["ahead"], line_width=1.3, line_dash=[4, 3], tools=[], default_tools=[]
            )
        )
    empty = hv.Points(table[table["is_stockout"]], ["date", "units"]).opts(
        color=PLOT["other"], size=5, line_alpha=0, tools=[], default_tools=[]
    )
    return hv.Overlay([*layers, sold, empty]).opts(ylim=(0, None))


def _price(table: pd.DataFrame) -> hv.Overlay:
    curve = hv.Curve(table, "date", "price").opts(
        color=PLOT["past"], line_width=1.5, interpolation="steps-mid", **_hover(("Price", "@price{0,0.00}"))
    )
    return hv.Overlay([curve])


def _promotion(table: pd.DataFrame) -> hv.Overlay:
    # steps that are filled: bars of one day would be too thin over a long window
    area = hv.Curve(table, "date", "promo").opts(
        color=PLOT["other"], line_width=1.5, interpolation="steps-mid", **_hover(("Discount", "@promo{0} %"))
    )
    return hv.Overlay([area]).opts(ylim=(0, max(10.0, float(table["promo"].max()) * 1.15)))


def _stock(table: pd.DataFrame) -> hv.Overlay:
    area = hv.Area(table, "date", "on_hand").opts(
        color=PLOT["past"], fill_alpha=0.25, line_alpha=0, tools=[], default_tools=[]
    )
    line = hv.Curve(table, "date", "on_hand").opts(
        color=PLOT["past"], line_width=1.2, **_hover(("On hand", "@on_hand{0,0}"))
    )
    empty = hv.Points(table[table["is_stockout"]].assign(on_hand=0.0), ["date", "on_hand"]).opts(
        color=PLOT["other"], size=5, line_alpha=0, tools=[], default_tools=[]
    )
    return hv.Overlay([area, line, empty]).opts(ylim=(0, None))
