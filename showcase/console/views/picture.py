"""A card with one picture: its title, its table, its numbers as CSV and itself as PNG."""

from __future__ import annotations

from typing import Any

import pandas as pd
import panel as pn
import param

from showcase.console.picture_table import picture_csv, picture_table_html
from showcase.console.picture_tools import PictureTools
from showcase.console.surface import arranged, card, show_only, text, title
from showcase.console.theme import sheet

_HEAD = "display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 8px;"


class PictureCard(pn.viewable.Viewer):
    """Empty until `show`; the card keeps its place from the first moment on where it is given a height."""

    def __init__(self, name: str, file: str, *, min_height: int = 0, waits: str = "") -> None:
        super().__init__()
        self._name, self._waits = name, waits
        self._head, self._words = text(), text(stylesheets=[sheet("numbers")])
        self._tools = PictureTools(file=file, says=name, margin=0)
        self._picture = pn.pane.HoloViews(
            None, min_height=min_height, margin=0, sizing_mode="stretch_width", linked_axes=False
        )
        self._table = text(visible=False, stylesheets=[sheet("rows")])
        head = arranged(self._head, self._tools, css=_HEAD, in_line=True)
        self.root = arranged(
            card(head, self._words, self._picture, self._table), css="display: block; flex: none; --rows-height: 260px;"
        )
        self._tools.param.watch(self._turn, "has_table")
        self.wait()

    def wait(self, *, is_hidden: bool = False) -> None:
        """There is nothing to show yet, and the words say what it waits for; or there never will be."""
        show_only(self.root, not is_hidden)
        self._head.object = title(self._name)
        self._words.object = f'<p class="quiet">{self._waits}</p>'
        self._tools.param.update(visible=False, has_table=False)
        self._picture.object = None
        self._table.object = ""

    def show(self, picture: Any, table: pd.DataFrame, *, aside: str = "", keys: str = "") -> None:
        """Draw the picture; `table` is what it draws, `keys` markup of ours that says what is what."""
        show_only(self.root, True)
        self._head.object = title(self._name, aside)
        self._words.object = keys
        self._tools.param.update(visible=True, csv=picture_csv(table))
        self._table.object = picture_table_html(self._name, table)
        self._picture.object = picture
        self._turn()

    def _turn(self, *_events: param.parameterized.Event) -> None:
        """The table in place of the picture, or the other way round."""
        is_table = self._tools.has_table
        self._table.visible = is_table
        self._picture.visible = not is_table and self._picture.object is not None

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
