"""What all pictures share: bare frames, hover in words, no tools in the way."""

from __future__ import annotations

from typing import Any

import holoviews as hv
from bokeh.core.property.vectorization import value
from bokeh.models import DatetimeTickFormatter

FONT = value("Roboto")
"""What words in a picture are set in, as all others of a page; a bare text would name a column."""
_YEAR = 366
_FONT = {"xticks": "11px", "yticks": "11px", "labels": "12px"}


def needs_bokeh() -> None:
    """Load HoloViews' drawing side once, so that a picture also works alone in a notebook."""
    if "bokeh" not in hv.Store.loaded_backends():
        hv.Store.set_current_backend("bokeh") if "bokeh" in hv.Store.renderers else hv.extension("bokeh", logo=False)


def by_day(days: int = 0) -> DatetimeTickFormatter:
    """Days on an axis as `15 Oct`, the year nowhere: the window stands in words beside every picture.

    `days`: how many the axis spans; more than a year of them are told as `Oct 2026`.
    """
    near = "%b %Y" if days > _YEAR else "%-d %b"
    return DatetimeTickFormatter(days=near, months=near, years="%b %Y" if days > _YEAR else "%-d %b %Y", context=None)


def _bare(plot: Any, _element: Any) -> None:
    """Take away what the options cannot: the frame of a dark theme, the year under a tick, and WebGL.

    A browser takes longer to start WebGL for a few hundred points than to draw them.
    """
    plot.state.outline_line_color = None
    plot.state.output_backend = "canvas"
    formatter = plot.handles["xaxis"].formatter
    if isinstance(formatter, DatetimeTickFormatter):
        formatter.context = None


def framed(height: int, **more: Any) -> dict[str, Any]:
    """Options of a picture that fills its width at a fixed height, so that nothing jumps when it arrives."""
    return {
        "responsive": True,
        "height": height,
        "toolbar": None,
        "default_tools": [],
        "show_frame": False,
        "hooks": [_bare],
        "fontsize": _FONT,
        "border": 4,
        "show_legend": False,
        **more,
    }
