"""One exploration as a page of its own, to be served or shown in a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import panel as pn
import panel_material_ui as pmui

from showcase.console.change import run_in_order
from showcase.console.explorations.dataset import DatasetExploration
from showcase.console.explorations.forecasts import ForecastExploration
from showcase.console.lifetime import release_on_close
from showcase.console.live_page import live_page
from showcase.console.surface import arranged, card, text
from showcase.console.text import plain, words
from showcase.console.theme import sheet
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
    head = text(
        f'<p class="small"><a href="../notebooks">All notebooks</a></p><h1>{plain(title)}</h1><p>{plain(question)}</p>',
        stylesheets=[sheet("demo")],
    )
    shown = make(shared_installation())
    root = arranged(card(head), shown, css=_PAGE)
    page = live_page(
        site_url="../", main=[root], sidebar_variant="temporary",
        sx={"& .main": {"backgroundColor": "background.default"}},
    )  # fmt: skip
    release_on_close(page)
    pn.state.onload(shown.begin)
    return page
