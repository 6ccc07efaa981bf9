"""Who replayed whom, as a picture from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import atan2, degrees

import holoviews as hv
import pandas as pd

from showcase.console.plots.style import FONT, framed, needs_bokeh
from showcase.console.theme import INK, PLOT
from showcase.workspaces.lineage import LineageNode
from showcase.workspaces.lineage_layout import Fold, LineageLayout, Link, Place

MOST_LABELS = 80
"""More names than these would cover one another; hover tells them."""
_ROW_PX, _LEAST_PX, _MOST_PX = 34, 160, 720
_WORDS = 24  # characters of a name beside its node

_MARKS: Mapping[str, tuple[str, str]] = {
    "completed": ("circle", PLOT["good"]),
    "running": ("triangle", PLOT["ahead"]),
    "failed": ("square", PLOT["bad"]),
    "cancelled": ("diamond", PLOT["other"]),
    "interrupted": ("hex", PLOT["other"]),
    "gone": ("x", PLOT["past"]),
    "folded": ("square_pin", PLOT["past"]),
}
"""Shape and colour of a node by the status of its run."""
_LINES: Mapping[str, tuple[str, str]] = {
    "identical": ("solid", PLOT["good"]),
    "within_tolerance": ("dashed", PLOT["ahead"]),
    "different": ("dotted", PLOT["bad"]),
    "unknown": ("dotdash", PLOT["past"]),
    "none": ("solid", PLOT["past"]),
    "gone": ("dashed", PLOT["past"]),
}
"""Dash and colour of an arrow by the verdict of the replay; `none` has no verdict yet."""

TOLD = ("workspace_id", "name", "status", "scenario", "verdict", "made")
NODE_COLUMNS = (*TOLD, "marker", "colour", "size", "edge")
MARKS = ("size", "edge")
"""The columns of a node that tell whether it is selected."""
_HEAD_OFF = 0.09  # layers between the middle of a head and that of its node
_STRETCH = 5.0  # a layer is about so many times as wide as a row is high


def lineage_plot(layout: LineageLayout, *, selected: str | None = None, is_dark: bool = False) -> hv.Overlay:
    """Arrows, their heads, nodes, and names where there are few: Segments * Points * Points * Labels.

    The nodes are the Points that carry `workspace_id`; of a fold that is the id that opens it, its status `folded`.
    Colour and shape of a node say the status, dash and colour of an arrow the verdict; what is gone is grey. A click is
    found with a Tap stream and `nearest`: a Selection1D names many where nodes lie over one another.
    """
    needs_bokeh()
    nodes = node_table(layout, selected)
    links = link_table(layout)
    layers: list[hv.Element] = [_arrows(links, says) for says in _LINES if (links["says"] == says).any()]
    if len(links):
        layers.append(_heads(links))
    layers.append(_nodes(nodes, is_dark=is_dark))
    if len(nodes) <= MOST_LABELS:
        layers += _labels(nodes, is_dark=is_dark)
    height = min(max(_ROW_PX * layout.n_rows + 2 * _ROW_PX, _LEAST_PX), _MOST_PX)
    return hv.Overlay(layers).opts(
        **framed(height, default_tools=["pan", "wheel_zoom", "tap"]),
        active_tools=["pan", "wheel_zoom"],
        invert_yaxis=True,
        xaxis=None,
        yaxis=None,
        xlim=(-0.5, max(layout.n_layers - 0.1, 1.9)),
        ylim=(-0.75, max(layout.n_rows - 0.25, 0.75)),
    )


def nearest(layout: LineageLayout, x: float, y: float, *, within: float = 0.4) -> str | None:
    """The id of the node that a click at (x, y) means, None where none lies within so many layers and rows."""
    spots = [(abs(one.x - x) + abs(one.y - y), one) for one in (*layout.places, *layout.folds)]
    if not spots:
        return None
    off, one = min(spots, key=lambda spot: spot[0])
    return None if off > within else one.name if isinstance(one, Fold) else one.node.workspace_id


def node_table(layout: LineageLayout, selected: str | None = None) -> pd.DataFrame:
    """One row a node or fold: x, y, NODE_COLUMNS in words that hover can show, and is_replayed."""
    left_from = {(link.x0, link.y0) for link in layout.links}
    shown = (*layout.places, *layout.folds)
    rows = [(one.x, one.y, *_told(one, selected), (one.x, one.y) in left_from) for one in shown]
    return pd.DataFrame(rows, columns=["x", "y", *NODE_COLUMNS, "is_replayed"])


def told_table(layout: LineageLayout) -> pd.DataFrame:
    """One row a node or fold, in words: workspace_id, name, status, scenario, verdict, made."""
    return node_table(layout)[list(TOLD)]


def link_table(layout: LineageLayout) -> pd.DataFrame:
    """One row an arrow: x0, y0, x1, y1, what it says (a verdict, none or gone), and the angle of its head."""
    rows = [(one.x0, one.y0, one.x1, one.y1, _says(one), _angle(one)) for one in layout.links]
    return pd.DataFrame(rows, columns=["x0", "y0", "x1", "y1", "says", "angle"])


def _told(one: Place | Fold, selected: str | None) -> Sequence[object]:
    if isinstance(one, Fold):
        words = f"{len(one.nodes)} replays in a row"
        statuses = ", ".join(dict.fromkeys(node.status or "" for node in one.nodes))
        marker, colour = _MARKS["folded"]
        return (one.name, words, f"folded: {statuses}", "", "", "click to open", marker, colour, 13, 1.0)
    node = one.node
    kind = "gone" if node.is_deleted else str(node.status)
    marker, colour = _MARKS.get(kind, _MARKS["gone"])
    is_marked = node.workspace_id == selected or node.relation == "self"
    return (
        node.workspace_id, _name(node), "deleted" if node.is_deleted else kind, node.scenario or "",
        node.verdict or "", "" if node.created_at is None else f"{node.created_at:%Y-%m-%d %H:%M} UTC",
        marker, colour, 15 if is_marked else 11, 3.0 if is_marked else 1.0,
    )  # fmt: skip


def _name(node: LineageNode) -> str:
    return node.name or node.workspace_id[:8]


def _short(name: str) -> str:
    return name if len(name) <= _WORDS else f"{name[: _WORDS - 1]}…"


def _says(link: Link) -> str:
    if link.is_dangling:
        return "gone"
    return link.verdict if link.verdict in _LINES else "none"


def _angle(link: Link) -> float:
    """The turn of a triangle that points up, in degrees; rows grow downwards."""
    return degrees(atan2(link.y0 - link.y1, _STRETCH * (link.x1 - link.x0))) - 90


def _arrows(links: pd.DataFrame, says: str) -> hv.Segments:
    dash, colour = _LINES[says]
    rows = links[links["says"] == says]
    return hv.Segments(rows, ["x0", "y0", "x1", "y1"], []).opts(
        line_dash=dash, color=colour, line_width=1.6, nonselection_alpha=1, tools=[]
    )


def _heads(links: pd.DataFrame) -> hv.Points:
    """A triangle a link, near enough to its node to show where it leads."""
    across = links["x1"] - links["x0"]
    share = 1 - _HEAD_OFF / across.abs().clip(lower=1)
    rows = links.assign(
        x=links["x0"] + share * across,
        y=links["y0"] + share * (links["y1"] - links["y0"]),
        colour=[_LINES[says][1] for says in links["says"]],
    )
    return hv.Points(rows, ["x", "y"], ["angle", "colour"]).opts(
        marker="triangle", angle="angle", color="colour", size=7, line_alpha=0, nonselection_alpha=1, tools=[]
    )


def _nodes(nodes: pd.DataFrame, *, is_dark: bool) -> hv.Points:
    # a cross is nothing but its outline
    drawn = nodes.assign(outline=[PLOT["past"] if marker == "x" else INK[is_dark] for marker in nodes["marker"]])
    return hv.Points(drawn, ["x", "y"], [*NODE_COLUMNS, "outline"]).opts(
        marker="marker",
        color="colour",
        size="size",
        line_color="outline",
        line_width="edge",
        nonselection_alpha=1,
        tools=["hover", "tap"],
        hover_tooltips=[("", "@name"), ("", "@status @scenario"), ("verdict", "@verdict"), ("", "@made")],
    )


def _labels(nodes: pd.DataFrame, *, is_dark: bool) -> list[hv.Labels]:
    """Names: right of a node that nobody replayed, above one whose arrows leave there.

    Those of one name, as a run and its replays, are told apart by the first characters of their ids.
    """
    alike = nodes["name"].duplicated(keep=False)
    words = nodes.assign(
        text=[
            f"{_short(name)} · {workspace_id[:8]}" if is_alike else _short(name)
            for name, workspace_id, is_alike in zip(nodes["name"], nodes["workspace_id"], alike, strict=True)
        ]
    )
    sides = (
        (words[~words["is_replayed"]], {"text_align": "left", "text_baseline": "middle", "xoffset": 0.06}),
        (words[words["is_replayed"]], {"text_align": "center", "text_baseline": "bottom", "yoffset": -0.22}),
    )
    return [
        hv.Labels(rows, ["x", "y"], "text").opts(
            text_color=INK[is_dark], text_font=FONT, text_font_size="13px", tools=[], **side
        )
        for rows, side in sides
        if len(rows)
    ]
