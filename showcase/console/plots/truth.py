"""What only generated data can tell: the winner against what people wanted, and plans against their true effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import holoviews as hv
import pandas as pd
import polars as pl

from showcase.console.plots.style import FONT, framed, needs_bokeh
from showcase.console.theme import PLOT

TRUTH_HEIGHT = 170
_WHOLE = 100.0  # percent: an error as large as what it is about
_ROW_PX, _AXIS_PX = 24, 44
_LONGEST_NAME = 32
_ROWS = 3  # of a plan: its name, then units and revenue
_DAYS = {"all": "all days", "in_stock": "in stock", "stockout": "out of stock"}
_VIEWS = {"wape_sales": ("against sales", "past"), "wape_demand": ("against demand", "ahead")}


def truth_table(scores: pl.DataFrame) -> pd.DataFrame:
    """Days, how many, and the winner's wape and bias against sales and against demand.

    `scores`: the rows of one model as `evaluation.truth_scores` tells them.
    """
    rows = [
        {
            "days": _DAYS[row["days"]], "scored": row["n"],
            "wape_sales": row["wape_sales"], "wape_demand": row["wape_demand"],
            "bias_sales": row["bias_sales"], "bias_demand": row["bias_demand"],
        }
        for row in scores.iter_rows(named=True)
        if row["n"]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["days", "scored", "wape_sales", "wape_demand", "bias_sales", "bias_demand"])


def truth_plot(scores: pl.DataFrame) -> hv.Overlay:
    """Two bars for all days, for those in stock and for those without: error against sales, and against demand.

    On days without stock next to nothing is sold, and an error against that has no end: such a bar is cut, and its
    number stands above it.
    """
    needs_bokeh()
    table = truth_table(scores)
    top = 1.2 * min(max((table[column].max() for column in _VIEWS), default=_WHOLE), _WHOLE)
    layers: list[hv.Element] = []
    for side, (column, (says, tone)) in enumerate(_VIEWS.items()):
        known = table[table[column].notna()]
        left = known.index + (-0.36 if side == 0 else 0.02)
        bars = pd.DataFrame(
            {
                "x0": left, "y0": 0.0, "x1": left + 0.34, "y1": known[column].clip(upper=top), "days": known["days"],
                "scored": known["scored"], "wape": known[column].astype(float),
            }
        )  # fmt: skip
        cut = bars[bars["wape"] > top].assign(x=lambda rows: (rows["x0"] + rows["x1"]) / 2, y=top)
        words = cut.assign(says=cut["wape"].map("{:,.0f} %".format))
        layers.append(
            hv.Rectangles(bars, ["x0", "y0", "x1", "y1"], ["days", "scored", "wape"]).opts(
                color=PLOT[tone], line_alpha=0, tools=["hover"],
                hover_tooltips=[("", f"@days, {says}"), ("wape", "@wape{0.0} %"), ("scored", "@scored{0,0} days")],
            )
        )  # fmt: skip
        layers.append(
            hv.Labels(words, ["x", "y"], "says").opts(
                text_font=FONT,
                text_font_size="12px",
                text_color=PLOT[tone],
                text_baseline="bottom",
                text_align="center",
            )
        )
    ticks = [(float(index), name) for index, name in enumerate(table["days"])]
    return hv.Overlay(layers).opts(
        **framed(TRUTH_HEIGHT), xlabel="", ylabel="wape, %", ylim=(0, 1.12 * top), xticks=ticks, yticks=4,
        xlim=(-0.6, max(len(table) - 0.4, 0.6)),
    )  # fmt: skip


def effects_table(plans: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What each plan changes: plan, of (units or revenue), estimated, low, high, true, and all four in percent.

    `plans`: summaries of saved plans. True is null where nobody knows it; the percent where the plan starts from
    nothing.
    """
    rows = []
    for plan in plans:
        for of in ("units", "revenue"):
            delta, percent = float(plan[f"{of}_delta"]), plan.get(f"{of}_delta_pct")
            low, high = plan.get(f"{of}_delta_interval") or (None, None)
            true = plan.get(f"true_{of}_delta")
            whole = 100 * delta / percent if percent else None
            values = {"estimated": delta, "low": low, "high": high, "true": true}
            shares = {
                f"{name}_pct": None if value is None or whole is None else 100 * float(value) / whole
                for name, value in values.items()
            }
            rows.append({"plan": str(plan["name"]), "of": of, **values, **shares})
    names = ("estimated", "low", "high", "true")
    table = pd.DataFrame(rows, columns=["plan", "of", *names, *(f"{name}_pct" for name in names)])
    return table.astype(dict.fromkeys(table.columns[2:], float))


def effects_height(plans: Sequence[Mapping[str, Any]]) -> int:
    """The pixels that the picture of these plans takes."""
    return _AXIS_PX + _ROW_PX * _ROWS * max(len(plans), 1)


def effects_plot(plans: Sequence[Mapping[str, Any]]) -> hv.Overlay:
    """Each plan's estimated effect in percent (dot) with its 95 % interval (bar), and the true one (square).

    The name of a plan stands above its two rows, among the ticks, whose colour follows the theme.
    """
    needs_bokeh()
    table = effects_table(plans)
    # rows grow from the bottom, and the first plan stands on top
    height = _ROWS * len(plans) - 1
    places = [height - _ROWS * (index // 2) - 1 - index % 2 for index in table.index]
    rows = table.assign(row=places, row1=places)
    hover: dict[str, Any] = {
        "tools": ["hover"],
        "hover_tooltips": [
            ("", "@plan"), ("estimated", "@estimated{+0,0} @of (@low{+0,0} to @high{+0,0})"), ("true", "@true{+0,0}"),
        ],
    }  # fmt: skip
    details = ["plan", "of", "estimated", "low", "high", "true"]
    bars = hv.Segments(rows, ["low_pct", "row", "high_pct", "row1"]).opts(color=PLOT["other"], line_width=4, alpha=0.5)
    dots = hv.Points(rows, ["estimated_pct", "row"], details).opts(color=PLOT["other"], size=9, line_alpha=0, **hover)
    known = rows[rows["true_pct"].notna()]
    squares = hv.Points(known, ["true_pct", "row"], details).opts(
        color=PLOT["ahead"], size=9, marker="square", line_alpha=0, **hover
    )
    names = [(place + 1, _short(name)) for place, name in zip(places[::2], table["plan"][::2], strict=True)]
    ticks = [*zip(places, table["of"], strict=True), *names]
    spread = table[["low_pct", "high_pct", "estimated_pct", "true_pct"]].stack()
    least, most = min(spread.min() if len(spread) else 0.0, 0.0), max(spread.max() if len(spread) else 0.0, 1.0)
    room = 0.06 * (most - least)
    zero = hv.VLine(0).opts(color=PLOT["past"], line_width=1, line_dash=[2, 3])
    return (zero * bars * dots * squares).opts(
        **framed(effects_height(plans)), xlabel="change, %", ylabel="", yticks=ticks,
        ylim=(-0.6, max(height + 0.6, 0.6)), xlim=(least - room, most + room),
    )  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
