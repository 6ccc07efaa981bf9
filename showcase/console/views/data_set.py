"""One data set: what it is, and any of its series under one axis of days."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import panel as pn

from showcase.console.actions import Action
from showcase.console.data_words import data_set_html
from showcase.console.state import ConsoleState
from showcase.console.stores.data import DataStore, Shelf
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.theme import sheet
from showcase.console.views.explorer import ExplorerView
from showcase.errors import ShowcaseError
from showcase.store.demand import DataSet

_COLUMN = "display: flex; flex-direction: column; gap: 12px;"
_FOOT = "display: flex; gap: 12px;"


class DataSetView(pn.viewable.Viewer):
    """The data set that the state names, else the current one."""

    def __init__(
        self, state: ConsoleState, store: DataStore, changed: Callable[[], Awaitable[None]], *, may_change: bool = True
    ) -> None:
        super().__init__()
        self._state, self._store, self._told = state, store, changed
        self._shown: DataSet | None = None
        self._facts = text(stylesheets=[sheet("facts")])
        self.make_current = Action("Make current", self._make_current, icon="task_alt", variant="outlined")
        self.make_current.is_allowed = may_change
        self._foot = arranged(self.make_current.button, css=_FOOT)
        self._card = card(self._facts, self._foot, self.make_current.notice)
        self.explorer = ExplorerView(state, store)
        self.root = arranged(self._card, self.explorer, css=_COLUMN)

    async def show(self, shelf: Shelf | None) -> None:
        """Present the data set that the state names, as the shelf has it."""
        found = shelf.find(self._state.data_set) if shelf is not None else None
        self._shown = found
        if found is None:
            is_empty = shelf is None or not shelf.data_sets
            self._facts.object = _nothing() if is_empty else _gone(self._state.data_set)
        else:
            aside = "current" if found.is_current else "not the current one"
            self._facts.object = title(found.name, aside) + data_set_html(found, self._store.now)
        show_only(self._foot, found is not None and not found.is_current)
        try:
            await self.explorer.show(found)
        except ShowcaseError as error:
            self._facts.object = remedy(error)

    async def _make_current(self) -> None:
        if self._shown is not None:
            await self._store.make_current(self._shown.id)
            await self._told()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _nothing() -> str:
    return (
        title("What stands here")
        + '<p class="quiet">Each seeding and each import makes a data set: its recipe, its days and rows, and a '
        "fingerprint that is equal when the rows are equal. Its series can be looked at here, one under the other: "
        "demand, price, promotions and stock, and for synthetic data what was wanted while the shelf was empty.</p>"
    )


def _gone(fingerprint: str) -> str:
    return (
        title("This data set is gone")
        + f'<p class="quiet">None has the fingerprint {fingerprint[:8]} any more; it was wiped. '
        "Choose one of those on the left.</p>"
    )
