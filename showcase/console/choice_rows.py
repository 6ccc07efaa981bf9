"""A list of which one row is chosen: a table to look at, a radio group to use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from showcase.console.theme import sheet


class ChoiceRows(JSComponent):
    """Rows in columns; a click or the arrow keys choose one. Texts are set as text, never as markup.

    `heads` are the heads of the columns, `widths` their shares (CSS grid), `narrow` those without the last column.
    `rows` are {key, cells, mark}: as many texts as heads, and a word that stands as a chip after the first of them.
    """

    value = param.String(default="", doc="The key of the chosen row; empty for none.")
    label = param.String(default="", doc="What is chosen here, for readers of the screen.")
    heads = param.List(default=[], item_type=str, doc="The heads of the columns.")
    widths = param.String(default="", doc="The widths of the columns as CSS grid has them.")
    narrow = param.String(default="", doc="The widths where there is little room: of all columns but the last.")
    rows = param.List(default=[], item_type=dict, doc="key, cells and mark of each row.")

    _esm = Path(__file__).with_name("choice_rows.js")
    _stylesheets = [sheet("choice_rows")]  # noqa: RUF012  (Panel's own declaration)

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"margin": 0, "sizing_mode": "stretch_width", **params})
