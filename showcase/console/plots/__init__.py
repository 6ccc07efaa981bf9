"""Pictures: pure functions from a table to a HoloViews element (or, for the small ones, to a path)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from showcase.kernel.lazy import loaded_when_asked

if TYPE_CHECKING:
    from showcase.console.plots.forecast import forecast_plot
    from showcase.console.plots.leaderboard import leaderboard_plot
    from showcase.console.plots.scores import coverage_plot, horizon_plot
    from showcase.console.plots.truth import effects_plot, truth_plot

__all__ = ["coverage_plot", "effects_plot", "forecast_plot", "horizon_plot", "leaderboard_plot", "truth_plot"]

_HOMES = {
    "coverage_plot": "showcase.console.plots.scores",
    "effects_plot": "showcase.console.plots.truth",
    "forecast_plot": "showcase.console.plots.forecast",
    "horizon_plot": "showcase.console.plots.scores",
    "leaderboard_plot": "showcase.console.plots.leaderboard",
    "truth_plot": "showcase.console.plots.truth",
}
"""The pictures of a result, which a notebook draws too."""

# HoloViews is loaded when a picture is asked for, not by importing the package
__getattr__ = loaded_when_asked(__name__, _HOMES)
