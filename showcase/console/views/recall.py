"""Opens an old run or a named configuration into the form, and saves the draft under a name."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.draft import RunDraft
from showcase.console.stores.recall import Offers, RecallStore
from showcase.console.surface import arranged

_LINE = "display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr) auto auto; gap: 8px; padding-top: 6px;"
_NARROW = "@container (max-width: 520px) { :host { grid-template-columns: minmax(0, 1fr) auto auto !important; } }"
_SAVED, _RUNS = "Configurations", "Old runs"
_NOTHING = "Nothing opened"


class RecallView(pn.viewable.Viewer):
    """One select with both kinds; the name of a configuration that is open stands in the field to save it again."""

    def __init__(self, draft: RunDraft, store: RecallStore) -> None:
        super().__init__()
        self._draft, self._store = draft, store
        self._offers = Offers({}, {})
        self._is_placing = False
        self._open = pmui.Select(
            label="Open a configuration or an old run", groups={"": [_NOTHING]}, value=_NOTHING, searchable=True,
            size="small", margin=0, sizing_mode="stretch_width", dropdown_height=300,
        )  # fmt: skip
        self._name = pmui.TextInput(
            label="Save as", size="small", margin=0, sizing_mode="stretch_width", max_length=100
        )
        self.save = Action("Save", self._save, icon="bookmark_add", variant="outlined", size="small")
        self.forget = Action("Forget", self._forget, icon="bookmark_remove", variant="text", size="small")
        self._open.param.watch(self._opened, "value")
        self._name.param.watch(self._judge, ["value", "value_input"])
        line = arranged(
            self._open, self._name, self.save.button, self.forget.button, css=_LINE, in_line=True, extra=_NARROW
        )
        self._root = arranged(line, self.save.notice, self.forget.notice, css="display: block;")
        self._judge()

    async def refresh(self) -> None:
        """Read anew what can be opened."""
        self._offers = await self._store.offers()
        self._is_placing = True
        try:
            groups = {"": [_NOTHING], _SAVED: list(self._offers.saved), _RUNS: list(self._offers.runs)}
            self._open.param.update(groups={name: found for name, found in groups.items() if found}, value=_NOTHING)
        finally:
            self._is_placing = False
        self._judge()

    def _opened(self, event: param.parameterized.Event) -> None:
        if self._is_placing:
            return
        source = self._offers.saved.get(event.new) or self._offers.runs.get(event.new)
        if source is None:
            return
        self._draft.load(source.frame, source.name)
        self._name.value = self._name.value_input = event.new if event.new in self._offers.saved else ""
        self._judge()

    async def _save(self) -> None:
        name = self._typed
        await self._store.save(name, self._draft.frame())
        await self.refresh()

    async def _forget(self) -> None:
        await self._store.forget(self._typed)
        self._name.value = self._name.value_input = ""
        await self.refresh()

    @property
    def _typed(self) -> str:
        return (self._name.value_input or self._name.value or "").strip()

    def _judge(self, *_events: param.parameterized.Event) -> None:
        self.save.is_allowed = self._store.may_save and bool(self._typed)
        self.forget.is_allowed = self._store.may_save and self._typed in self._offers.saved

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root
