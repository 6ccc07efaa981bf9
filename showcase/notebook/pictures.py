"""Pictures for cells: drawn as SVG, the same bytes for the same numbers, so that a saved notebook keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from showcase.bundles.markup import Markup
from showcase.bundles.pictures import bars_picture, folds_picture, forecast_picture
from showcase.notebook.lineage_picture import lineage_picture
from showcase.pipeline.summary import RunResult
from showcase.workspaces.lineage import Lineage
from showcase.workspaces.lineage_layout import lay_out

_STYLE = """<style>
.drawn { --ink: #14222e; --quiet: #51626f; --line: #d9e1e7; --sold: #6f8494; --ahead: #1786a8; --other: #cf7c22; }
@media (prefers-color-scheme: dark) { .drawn { --ink: #e6edf2; --quiet: #a3b2be; --line: #2f3e4a; } }
.drawn text { fill: var(--ink); font: 13px system-ui, sans-serif; }
.drawn .mark { fill: var(--quiet); font-size: 12px; }
.drawn .end { text-anchor: end; }
.drawn .middle { text-anchor: middle; }
.drawn .value { font-weight: 600; }
.drawn .grid { stroke: var(--line); }
.drawn .axis { stroke: var(--quiet); }
.drawn .cut { stroke: var(--quiet); stroke-dasharray: 2 4; }
.drawn .curve { fill: none; stroke-width: 2; stroke: var(--sold); }
.drawn .curve.tested { stroke: var(--other); stroke-dasharray: 6 4; }
.drawn .curve.ahead { stroke: var(--ahead); stroke-width: 2.5; }
.drawn .dot { fill: transparent; }
.drawn .band { fill: var(--ahead); opacity: .2; }
.drawn .bar { fill: var(--sold); opacity: .6; }
.drawn .bar.best { fill: var(--ahead); opacity: 1; }
.drawn .span.train { fill: var(--sold); opacity: .55; }
.drawn .span.test { fill: var(--ahead); }
.drawn .link { stroke: var(--quiet); stroke-width: 2; }
.drawn .link.identical { stroke: var(--ahead); }
.drawn .link.within-tolerance { stroke: var(--ahead); stroke-dasharray: 6 4; }
.drawn .link.different { stroke: var(--other); stroke-dasharray: 2 4; }
.drawn .node { fill: var(--sold); }
.drawn .node.completed { fill: var(--ahead); }
.drawn .ring { fill: none; stroke: var(--ink); stroke-width: 1.5; }
</style>"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a cell shows it: an SVG that brings its colours, light and dark; in plain text its title."""

    title: str
    drawn: Markup

    def _repr_svg_(self) -> str:
        # the start tag comes first, and nothing in it can hold a >: every attribute is escaped
        opening, _, rest = self.drawn.partition(">")
        return f'{opening} class="drawn">{_STYLE}{rest}'

    def __repr__(self) -> str:
        return f"[picture: {self.title}]"


def draw_folds(result: RunResult) -> Picture:
    """The days that each fold of a run trains on and tests."""
    steps = {step["step_name"]: step["data"] for step in result.steps}
    first_day = date.fromisoformat(steps["status"]["date_start"])
    return _picture("the days of each fold", folds_picture(steps["backtest"]["folds"], first_day))


def draw_bars(table: pd.DataFrame, name: str, value: str, title: str, *, unit: str = "", best: str = "") -> Picture:
    """One bar a row of the table, in its order; the row called `best` stands out. Values below zero have no bar."""
    rows: Sequence[tuple[str, float | None, str]] = [
        (str(row[name]), None if pd.isna(row[value]) else float(row[value]), "best" if row[name] == best else "plain")
        for _, row in table.iterrows()
    ]
    return _picture(title, bars_picture(rows, unit, title))


def draw_forecast(forecast: pd.DataFrame, tested: pd.DataFrame | None = None, *, title: str) -> Picture:
    """The days ahead with both intervals, after what was forecast for the tested days and sold on them.

    `forecast`: date, forecast, lo80, hi80, lo95, hi95; `tested`: date, actual, forecast, fold; both of one series.
    """
    return _picture(title, forecast_picture([] if tested is None else _rows(tested), _rows(forecast), title))


def draw_lineage(graph: Lineage) -> Picture:
    """Whom a workspace replays and who replays it, each line with its verdict; who was asked about has a ring."""
    title = "who replayed whom"
    return _picture(title, lineage_picture(lay_out(graph), title))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table with its days as dates."""
    columns = {str(name): table[name].tolist() for name in table.columns}
    columns["date"] = pd.to_datetime(table["date"]).dt.date.tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _picture(title: str, drawn: Markup) -> Picture:
    return Picture(title, drawn)
