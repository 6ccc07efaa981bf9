"""One exploration as a page of its own, to be served or shown in a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import panel as pn
import panel_material_ui as pmui

from showcase.console.change import run_in_order
from showcase.console.explorations.dataset import DatasetExploration
from showcase.console.explorations.forecasts import ForecastExploration
from showcase.console.side_page import side_head, side_page
from showcase.console.surface import arranged, card
from showcase.console.text import words
from showcase.errors import NotFoundError
from showcase.wiring import Installation, shared_installation

_PAGE = """
max-width: 1080px; width: 100% !important; margin: 0 auto !important;
display: flex; flex-direction: column; gap: 12px; padding: 16px;
box-sizing: border-box;
"""

EXPLORATIONS: Mapping[str, tuple[str, str, Callable[[Installation], DatasetExploration | ForecastExploration]]] = {
    "dataset": (
        "Explore demand",
        "What do the knobs make of the demand? Everything here is generated to be looked at, and kept nowhere.",
        lambda _installation: DatasetExploration(),
    ),
    "forecasts": (
        "Explore forecasts",
        "What does another model, horizon or gap make of the forecast? Nothing here is registered or kept.",
        ForecastExploration,
    ),
}
"""The table of explorations: title, question, and what makes the content; each has its notebook."""


def explore(name: str) -> pmui.Page:
    """The exploration of this name over this process's installation; NotFoundError lists the names."""
    if name not in EXPLORATIONS:
        raise NotFoundError(f"There is no exploration {name!r:.60}.", f"Choose one of {words(EXPLORATIONS)}.")
    run_in_order()
    pn.extension(notifications=False)
    title, question, make = EXPLORATIONS[name]
    shown = make(shared_installation())
    page = side_page(arranged(card(side_head(title, question)), shown, css=_PAGE))
    pn.state.onload(shown.begin)
    return page
