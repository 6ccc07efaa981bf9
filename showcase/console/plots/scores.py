"""Scores of the models over the horizon, and how often their intervals held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import holoviews as hv
import pandas as pd

from showcase.console.plots.style import framed, needs_bokeh
from showcase.console.theme import PLOT

HORIZON_HEIGHT = 190
_ROW_PX, _AXIS_PX = 24, 44
_LEVELS = {80: ("circle", "other"), 95: ("square", "ahead")}
"""How each interval is marked: by shape and by colour."""


def horizon_table(rows: Sequence[Mapping[str, Any]], metric: str) -> pd.DataFrame:
    """Model, days ahead (the bucket, as 1-7) and the metric, in the order of the horizon; undefined scores stay out."""
    told = [(str(row["model"]), str(row["bucket"]), row[metric]) for row in rows if row.get(metric) is not None]
    table = pd.DataFrame(told, columns=["model", "days ahead", metric]).astype({metric: float})
    begins = table["days ahead"].str.extract(r"^(\d+)", expand=False).astype(float)
    return table.assign(_begins=begins).sort_values(["model", "_begins"]).drop(columns="_begins").reset_index(drop=True)


def horizon_plot(rows: Sequence[Mapping[str, Any]], metric: str, board: Sequence[Mapping[str, Any]]) -> hv.Overlay:
    """The error of each model by days ahead: the winner full, the other chosen ones pale, mere controls grey.

    `rows`: model, bucket and the metric; `board`: the leaderboard, which says who won and who was chosen.
    """
    needs_bokeh()
    table = horizon_table(rows, metric)
    roles = {str(row["model"]): row for row in board}
    buckets = sorted(table["days ahead"].unique(), key=lambda bucket: int(bucket.split("-")[0].rstrip("+")))
    order = sorted(table["model"].unique(), key=lambda model: _is(roles, model, "is_winner"))
    layers: list[hv.Element] = []
    for model in order:
        own = table[table["model"] == model].rename(columns={"days ahead": "bucket", metric: "score"})
        own = own.assign(x=[buckets.index(bucket) for bucket in own["bucket"]])
        is_winner, is_chosen = _is(roles, model, "is_winner"), _is(roles, model, "is_chosen")
        look: dict[str, Any] = {
            "color": PLOT["ahead"] if is_winner or is_chosen else PLOT["past"], "alpha": 1.0 if is_winner else 0.55,
        }  # fmt: skip
        dash = [] if is_chosen else [4, 3]
        layers.append(hv.Curve(own, "x", "score").opts(line_width=2.4 if is_winner else 1.4, line_dash=dash, **look))
        layers.append(
            hv.Points(own, ["x", "score"], ["model", "bucket"]).opts(
                size=8 if is_winner else 6, line_alpha=0, tools=["hover"], **look,
                hover_tooltips=[("", "@model"), ("days ahead", "@bucket"), (metric, "@score{0,0.0}")],
            )
        )  # fmt: skip
    unit = "wape, %" if metric == "wape" else f"{metric}, units"
    ticks = [(position, f"days {bucket}") for position, bucket in enumerate(buckets)]
    return hv.Overlay(layers).opts(
        **framed(HORIZON_HEIGHT), xlabel="", ylabel=unit, ylim=(0, None), yticks=4, xticks=ticks,
        xlim=(-0.25, max(len(buckets) - 0.75, 0.25)),
    )  # fmt: skip


def _is(roles: Mapping[str, Mapping[str, Any]], model: str, role: str) -> bool:
    return bool(roles.get(model, {}).get(role))


def coverage_table(board: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Model, and the share of days (percent) on which its 80 and its 95 % interval held, best model first."""
    told = [
        (str(row["model"]), float(row["coverage80"]), float(row["coverage95"]))
        for row in board
        if row.get("coverage80") is not None and row.get("coverage95") is not None
    ]
    return pd.DataFrame(told, columns=["model", "held_80", "held_95"])


def coverage_height(board: Sequence[Mapping[str, Any]]) -> int:
    """The pixels that the picture of these models takes."""
    return _AXIS_PX + _ROW_PX * max(len(coverage_table(board)), 1)


def coverage_plot(board: Sequence[Mapping[str, Any]]) -> hv.Overlay:
    """How often each interval held (dot 80, square 95) against how often it should have (dotted lines).

    `board`: the leaderboard, with coverage80 and coverage95 in percent.
    """
    needs_bokeh()
    table = coverage_table(board).iloc[::-1].reset_index(drop=True)
    layers: list[hv.Element] = []
    for level, (marker, tone) in _LEVELS.items():
        held = table[f"held_{level}"]
        rows = pd.DataFrame(
            {"held": held, "row": table.index, "wanted": float(level), "row1": table.index, "model": table["model"]}
        )
        layers += [
            hv.VLine(level).opts(color=PLOT[tone], line_width=1, line_dash=[2, 3]),
            hv.Segments(rows, ["held", "row", "wanted", "row1"]).opts(color=PLOT[tone], line_width=2, alpha=0.45),
            hv.Points(rows, ["held", "row"], ["model"]).opts(
                color=PLOT[tone], marker=marker, size=8, line_alpha=0, tools=["hover"],
                hover_tooltips=[("", "@model"), (f"{level} % interval", "held on @held{0.0} % of days")],
            ),
        ]  # fmt: skip
    lowest = min(table["held_80"].min() if len(table) else 70.0, 70.0)
    ticks = [(index, name) for index, name in enumerate(table["model"])]
    return hv.Overlay(layers).opts(
        **framed(coverage_height(board)), xlabel="days on which it held, %", ylabel="", yticks=ticks,
        xlim=(lowest - 4, 102), ylim=(-0.6, len(table) - 0.4),
    )  # fmt: skip
