"""The Data view: the data sets on the left; on the right the one that is looked at, an import, or a wipe."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.choice_rows import ChoiceRows
from showcase.console.data_words import HEADS, NARROW, WIDTHS, data_set_rows
from showcase.console.session import Session
from showcase.console.stores.data import DataStore, Shelf
from showcase.console.stores.run import RunStore
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.text import count
from showcase.console.views.data_set import DataSetView
from showcase.console.views.intake import IntakeView
from showcase.console.views.wipe import WipeView
from showcase.errors import ShowcaseError

_SPLIT = """
display: grid; grid-template-columns: minmax(300px, 0.62fr) minmax(0, 1fr); gap: 12px; height: 100%; min-height: 0;
"""
_FILLS = ":host { height: 100%; min-height: 0; overflow: hidden; }"
_SCROLLS = "height: 100%; min-height: 0; overflow-y: auto; scrollbar-width: thin;"
_SIDE = "display: flex; flex-direction: column; gap: 12px;"
_BUTTONS = "display: grid; grid-template-columns: auto auto 1fr; gap: 8px;"


class DataView(pn.viewable.Viewer):
    """Follows the state's data set; what is imported, chosen or wiped here is told to the other views."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._store, self._surroundings = DataStore(session.installation), RunStore(session.installation)
        self._shelf: Shelf | None = None
        self._looked_at = ""
        self._head, self._words = text(title("Data")), text('<p class="quiet">Reading the data sets</p>')
        self._rows = ChoiceRows(label="Data sets", heads=list(HEADS), widths=WIDTHS, narrow=NARROW, visible=False)
        self._import = pmui.Button(label="Import sales", icon="upload_file", color="primary", size="small", margin=0)
        self._wipe = pmui.Button(label="Wipe all data…", color="error", variant="outlined", size="small", margin=0)
        listed = arranged(self._words, self._rows, css=f"display: block; flex: 1; {_SCROLLS}")
        buttons = arranged(self._import, self._wipe, css=_BUTTONS)
        left = card(self._head, listed, buttons, extra=_FILLS, sizing_mode="stretch_both")
        self.one = DataSetView(self._state, self._store, self._changed, may_change=session.may("operator"))
        self.intake = IntakeView(self._store, self._imported, self._look)
        self.wipe = WipeView(self._store, self._wiped, self._look)
        self._sides = (self.one, self.intake, self.wipe)
        right = arranged(*(side.root for side in self._sides), css=f"{_SIDE} {_SCROLLS}", sizing_mode="stretch_both")
        self.root = arranged(left, right, css=_SPLIT, sizing_mode="stretch_both")
        self._show(self.one)
        self._import.disabled = self._wipe.disabled = not session.may("operator")
        # until it is known what is there
        self._import.visible = self._wipe.visible = False
        show_only(self.one.root, False)
        self._import.on_click(self._open_import)
        self._wipe.on_click(self._open_wipe)
        self._rows.param.watch(self._chosen, "value")

    async def load(self) -> None:
        """Read the data sets anew."""
        try:
            self._fill(await self._store.shelf())
        except ShowcaseError as error:
            self._words.param.update(object=remedy(error), visible=True)
            return
        await self.one.show(self._shelf)

    def leave(self) -> None:
        """Nothing ticks here; an import that is under way goes on."""

    def _fill(self, shelf: Shelf) -> None:
        if self._shelf is None:
            self._show(self.one)
        self._shelf = shelf
        sets, found = shelf.data_sets, shelf.find(self._state.data_set)
        self._head.object = title("Data", count(len(sets), "data set") if sets else "")
        self._words.param.update(object=_nothing_there(), visible=not sets)
        self._wipe.visible = self._import.visible = self.intake.leads_back = bool(sets)
        self._looked_at = str(found.fingerprint) if found else ""
        self._rows.param.update(rows=data_set_rows(sets), value=self._looked_at, visible=bool(sets))
        if not sets:
            show_only(self.intake.root, True)  # all that can be done here

    async def _chosen(self, event: param.parameterized.Event) -> None:
        if event.new and event.new != self._looked_at:
            self._looked_at = event.new
            self._show(self.one)
            # the pair is one of the data set that was looked at before
            self._state.param.update(data_set=event.new, pair="")
            await self.one.show(self._shelf)

    async def _changed(self) -> None:
        """Another data set is the current one: read the list, and let the other views know."""
        await self.load()
        self._session.draft.surroundings = await self._surroundings.surroundings()

    async def _imported(self, fingerprint: str) -> None:
        self._state.param.update(data_set=fingerprint, pair="")
        await self._changed()

    async def _wiped(self) -> None:
        self._state.param.update(data_set="", pair="")
        self._show(self.one)
        await self._changed()

    async def _open_import(self, _event: param.parameterized.Event) -> None:
        self._show(self.intake)

    async def _open_wipe(self, _event: param.parameterized.Event) -> None:
        if self._shelf is not None:
            self.wipe.open(self._shelf.wipe)
            self._show(self.wipe)

    async def _look(self) -> None:
        self._show(self.one)

    def _show(self, shown: DataSetView | IntakeView | WipeView) -> None:
        for side in self._sides:
            show_only(side.root, side is shown)

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _nothing_there() -> str:
    return (
        "<p><b>No demand data yet.</b></p>"
        '<p class="quiet">Import a file of your own sales here, or seed a preset: choose one in Run, and press Run.</p>'
    )
