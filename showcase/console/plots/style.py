"""What all pictures share: bare frames, hover in words, no tools in the way."""

from __future__ import annotations

from typing import Any

import holoviews as hv

_FONT = {"xticks": "11px", "yticks": "11px", "labels": "12px"}


def needs_bokeh() -> None:
    """Load HoloViews' drawing side once, so that a picture also works alone in a notebook."""
    if "bokeh" not in hv.Store.loaded_backends():
        hv.Store.set_current_backend("bokeh") if "bokeh" in hv.Store.renderers else hv.extension("bokeh", logo=False)


def framed(height: int, **more: Any) -> dict[str, Any]:
    """Options of a picture that fills its width at a fixed height, so that nothing jumps when it arrives."""
    return {
        "responsive": True,
        "height": height,
        "toolbar": None,
        "default_tools": [],
        "fontsize": _FONT,
        "border": 4,
        "show_legend": False,
        **more,
    }
