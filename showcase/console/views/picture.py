"""Pictures, each with its table, its numbers as CSV and itself as PNG; and a card that holds one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import panel as pn
import param

from showcase.console.picture_table import picture_csv, picture_table_html
from showcase.console.picture_tools import PictureTools
from showcase.console.sight import Sight
from showcase.console.surface import arranged, card, show_only, text, title
from showcase.console.theme import sheet

HEAD = "display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 8px;"
"""A row of words with the tools of a picture on its right."""
_ROWS_HEIGHT = ":host { --rows-height: 260px; }"


class Picture:
    """Nothing until `draw`. Place `tools` in words about it and `body` under them, both inside of one card.

    `name` is what it shows, `file` what is saved of it is called; `look` goes to the pane, such as its height.
    """

    def __init__(self, name: str, file: str, **look: Any) -> None:
        self._name = name
        self.tools = PictureTools(file=file, says=name, margin=0, visible=False)
        self.pane = pn.pane.HoloViews(
            None, **{"margin": 0, "sizing_mode": "stretch_width", "linked_axes": False, **look}
        )
        self._table = text(visible=False, stylesheets=[sheet("rows"), _ROWS_HEIGHT])
        self.body = (self.pane, self._table)
        self.tools.param.watch(self._turn, "has_table")

    def draw(self, picture: Any, table: pd.DataFrame, *, file: str = "") -> None:
        """Show the picture; `table` is what it draws, and `file` another name to save it under."""
        self.tools.param.update(visible=True, csv=picture_csv(table), **({"file": file} if file else {}))
        self._table.object = picture_table_html(self._name, table)
        self.pane.object = picture
        self._turn()

    def clear(self, *, keeps_place: bool = False) -> None:
        """Show nothing, in no place, or in that of the picture to come."""
        self.tools.param.update(visible=False, has_table=False, csv="")
        self.pane.object = None
        self._table.object = ""
        self._table.visible = False
        # never by way of False: a pane that holds nothing does not tell the page that it is there again
        self.pane.visible = keeps_place

    def _turn(self, *_events: param.parameterized.Event) -> None:
        """The table in place of the picture, or the other way round."""
        is_table = self.tools.has_table
        self._table.visible = is_table
        self.pane.visible = not is_table and self.pane.object is not None


class PictureCard(pn.viewable.Viewer):
    """Empty until `show`; drawn when somebody sees it, or `at_once`. It keeps its place from the first moment on."""

    def __init__(self, name: str, file: str, *, min_height: int = 0, waits: str = "", at_once: bool = False) -> None:
        super().__init__()
        self._name, self._waits = name, waits
        self._head, self._words = text(), text(stylesheets=[sheet("numbers")])
        self._draw: Callable[[], tuple[Any, pd.DataFrame]] | None = None
        self._sight = Sight(of=file, seen=at_once)
        self._picture = Picture(name, file, min_height=min_height)
        head = arranged(self._head, self._picture.tools, css=HEAD, in_line=True)
        self.root = arranged(
            card(self._sight, head, self._words, *self._picture.body), css="display: block; flex: none;"
        )
        self._sight.then(self._fill)
        self.wait()

    def wait(self, *, is_hidden: bool = False) -> None:
        """There is nothing to show yet, and the words say what it waits for; or there never will be."""
        show_only(self.root, not is_hidden)
        self._head.object = title(self._name)
        self._words.object = f'<p class="quiet">{self._waits}</p>'
        self._draw = None
        self._picture.clear(keeps_place=True)

    def show(
        self, draw: Callable[[], tuple[Any, pd.DataFrame]], *, height: int, aside: str = "", keys: str = ""
    ) -> None:
        """Keep `height` pixels for what `draw` gives: the picture, and the table of what it draws.

        `keys` is markup of ours that says what is what.
        """
        show_only(self.root, True)
        self._head.object = title(self._name, aside)
        self._words.object = keys
        self._picture.pane.min_height = height
        self._draw = draw
        if self._sight.seen:
            self._fill()

    def _fill(self) -> None:
        if self._draw is not None:
            (picture, table), self._draw = self._draw(), None
            self._picture.draw(picture, table)

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
