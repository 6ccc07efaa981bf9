"""Who replayed whom, as SVG: from left to right, each line with its verdict."""

from __future__ import annotations

from showcase.bundles.markup import Markup, element
from showcase.bundles.pictures import picture
from showcase.workspaces.lineage_layout import Fold, LineageLayout, Link, Place

_LAYER, _ROW, _LEFT, _TOP = 280.0, 56.0, 24.0, 36.0
_DOT = 7.0
_WORDS = 28  # characters of a name beside its node


def lineage_picture(layout: LineageLayout, title: str) -> Markup:
    """A dot a workspace with its name, a square a folded chain; a line leads from a source to its replay.

    Names are what is told: ids differ from one time to the next. Who was asked about has a ring.
    """
    left_from = {(link.x0, link.y0) for link in layout.links}
    drawn = [_link(link) for link in layout.links]
    drawn += [_node(place, is_replayed=(place.x, place.y) in left_from) for place in layout.places]
    drawn += [_fold(fold, is_replayed=(fold.x, fold.y) in left_from) for fold in layout.folds]
    return picture(round(_TOP * 2 + _ROW * max(layout.n_rows - 1, 0)), title, drawn)


def _at(x: float, y: float) -> tuple[float, float]:
    return _LEFT + _LAYER * x, _TOP + _ROW * y


def _link(link: Link) -> Markup:
    (x0, y0), (x1, y1) = _at(link.x0, link.y0), _at(link.x1, link.y1)
    verdict = (link.verdict or "no verdict").replace("_", " ")
    kind = "gone" if link.is_dangling else (link.verdict or "none").replace("_", "-")
    return element(
        "g",
        element("path", class_=f"link {kind}", d=f"M{x0:.2f} {y0:.2f}L{x1:.2f} {y1:.2f}"),
        element("text", verdict, class_="mark middle", x=(x0 + x1) / 2, y=(y0 + y1) / 2 - 7),
    )


def _node(place: Place, *, is_replayed: bool) -> Markup:
    x, y = _at(place.x, place.y)
    node = place.node
    name = "deleted" if node.is_deleted else node.name or "without a name"
    ring = element("circle", class_="ring", cx=x, cy=y, r=_DOT + 4) if node.relation == "self" else None
    kind = "gone" if node.is_deleted else str(node.status)
    return element(
        "g",
        ring,
        element("circle", element("title", f"{name}: {kind}"), class_=f"node {kind}", cx=x, cy=y, r=_DOT),
        _beside(_short(name), x, y, is_replayed=is_replayed),
    )


def _fold(fold: Fold, *, is_replayed: bool) -> Markup:
    x, y = _at(fold.x, fold.y)
    return element(
        "g",
        element("rect", class_="node folded", x=x - _DOT, y=y - _DOT, width=2 * _DOT, height=2 * _DOT),
        _beside(f"{len(fold.nodes)} replays in a row", x, y, is_replayed=is_replayed),
    )


def _beside(words: str, x: float, y: float, *, is_replayed: bool) -> Markup:
    """Words right of a node, or above one whose lines leave there."""
    return element("text", words, x=x - _DOT if is_replayed else x + 16, y=y - 16 if is_replayed else y + 4)


def _short(name: str) -> str:
    return name if len(name) <= _WORDS else f"{name[: _WORDS - 1]}…"
