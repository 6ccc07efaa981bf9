"""The small drawing of a preset's demand, as the path of an SVG: eight full plots would slow every page."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

WIDTH, HEIGHT = 160, 34
_MOST_POINTS = 120


def sparkline(units: Sequence[float]) -> str:
    """The daily units as the `d` of an SVG path in a box of WIDTH x HEIGHT; a missing day (NaN) lifts the pen.

    Longer series are thinned to every k-th day. Empty where nothing is known.
    """
    step = max(1, -(-len(units) // _MOST_POINTS))
    kept = [float(value) for value in units[::step]]
    known = [value for value in kept if not isnan(value)]
    if not known:
        return ""
    # scaled from zero, so that a quiet series looks quiet; the top leaves room for the line's width
    top = max(known) or 1.0
    right = max(len(kept) - 1, 1)
    parts, pen_is_down = [], False
    for position, value in enumerate(kept):
        if isnan(value):
            pen_is_down = False
            continue
        x, y = WIDTH * position / right, 1 + (HEIGHT - 2) * (1 - value / top)
        parts.append(f"{'L' if pen_is_down else 'M'}{x:.1f} {y:.1f}")
        pen_is_down = True
    return "".join(parts)
