"""Wiping all demand data: what would go stands there first, and a word has to be typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.data_words import wipe_html
from showcase.console.stores.data import DataStore
from showcase.console.surface import arranged, card, text, title
from showcase.console.text import count
from showcase.console.theme import sheet
from showcase.services.demand import Wipe

WORD = "wipe"
_ROW = "padding-top: 6px; display: grid; grid-template-columns: 220px auto auto 1fr; gap: 12px; align-items: center;"
_RED = ":host { border-color: var(--mui-palette-error-main); --rows-height: 380px; }"


class WipeView(pn.viewable.Viewer):
    """`wiped` is called when it is done, `left` when somebody thinks better of it."""

    def __init__(
        self, store: DataStore, wiped: Callable[[], Awaitable[None]], left: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._store, self._wiped, self._left = store, wiped, left
        self._head, self._lines = text(), text(stylesheets=[sheet("rows")])
        self._typed = pmui.TextInput(label=f"Type {WORD} to go on", size="small", margin=0, sizing_mode="stretch_width")
        self.act = Action("Wipe", self._act, icon="delete_forever", color="error", variant="contained", size="small")
        self._back = pmui.Button(label="Keep everything", variant="text", size="small", margin=0)
        row = arranged(self._typed, self.act.button, self._back, css=_ROW)
        self._card = card(self._head, self._lines, row, self.act.notice, extra=_RED)
        self.root = arranged(self._card, css="display: block;")
        self._typed.param.watch(self._show, ["value_input", "value"])
        self._back.on_click(self._leave)

    def open(self, wipe: Wipe) -> None:
        """Present what would go now."""
        self._typed.param.update(value="", value_input="")
        self._head.object = title("Wipe all demand data") + (
            f'<p><b class="bad">{count(wipe.rows, "row")} of {count(wipe.data_sets, "data set")} would go</b>, '
            "imported sales too. Runs, workspaces, plans and models stay.</p>"
        )
        self._lines.object = wipe_html(wipe)
        self._show()

    def _show(self, *_events: param.parameterized.Event) -> None:
        self.act.is_allowed = (self._typed.value_input or self._typed.value or "").strip() == WORD

    async def _act(self) -> None:
        await self._store.wipe()
        self._typed.param.update(value="", value_input="")
        await self._wiped()

    async def _leave(self, _event: param.parameterized.Event) -> None:
        await self._left()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
