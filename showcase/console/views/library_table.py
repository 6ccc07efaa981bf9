"""The page of the library as a table: rows to tick, to pin and to open."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.library_columns import COLUMNS, Line, fitting, fixed_widths, library_table
from showcase.console.shelf import Shelf
from showcase.console.surface import arranged, remedy, show_only, text
from showcase.console.theme import sheet
from showcase.store.workspaces import Workspace

_STACK = "display: flex; flex-direction: column; gap: 4px; height: 100%; min-height: 0; flex: 1;"
_PAGER = "display: grid; grid-template-columns: auto auto; justify-content: end; gap: 8px; flex: none;"
_WIDTHS = ("(min-width: 1151px)", "(min-width: 1600px)")
_ROOMS_PX = ((740, 470), (10**6, 660), (10**6, 10**6))
"""What the columns share, by how many of the widths the window has; the second where a workspace is open beside."""


class LibraryTable(pn.viewable.Viewer):
    """Shows the shelf's page. The rows are the page's alone; what is ticked is kept by id."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self._shelf = shelf
        self._rows: list[Workspace] = []
        self._is_filling, self._widths = False, 1
        self._words = text('<p class="quiet">Reading the library</p>')
        self._table: pn.widgets.Tabulator | None = None
        self._previous = pmui.Button(label="Previous", icon="chevron_left", size="small", margin=0, variant="text")
        self._next = pmui.Button(label="Next", end_icon="chevron_right", size="small", margin=0, variant="text")
        self._pager = arranged(self._previous, self._next, css=_PAGER)
        self._shown = arranged(self._words, css=_STACK, sizing_mode="stretch_both")
        # they draw nothing: they tell how wide the window is
        self._windows = [
            pmui.BreakpointSwitcher(media_query=width, small=text(), large=text(), height=0, margin=0)
            for width in _WIDTHS
        ]
        self._root = arranged(self._shown, *self._windows, css=_STACK, sizing_mode="stretch_both")
        for window in self._windows:
            window.param.watch(self._measured, "current")
        self._previous.on_click(self._back)
        self._next.on_click(self._on)
        shelf.param.watch(self._show, ["listing", "failure"])
        shelf.param.watch(self._mark, ["ticked", "takes_all"])
        shelf.state.param.watch(self._show, "workspace")

    def _show(self, *_events: param.parameterized.Event) -> None:
        shelf = self._shelf
        if shelf.failure is not None:
            self._say(remedy(shelf.failure))
        elif shelf.listing is not None:
            self._rows = list(shelf.listing.page.workspaces)
            # a table that is there stays, with no row: to take it away and bring it back costs a browser half a second
            if self._rows or (self._table is not None and shelf.listing.kept):
                self._fill()
            else:
                self._say(_nothing_found() if shelf.listing.kept else _nothing_kept())

    def _say(self, html: str) -> None:
        """Words in place of the table."""
        self._words.object = html
        self._shown.objects = [self._words]

    def _fill(self) -> None:
        """Show the rows; the table is made with the first of them, for a hidden one would measure no widths."""
        shelf, now, opened = self._shelf, self._shelf.store.now, self._shelf.state.workspace
        columns = fitting(shelf.columns, _ROOMS_PX[self._widths][bool(opened)])
        lines = [
            Line(one, shelf.listing.replays.get(one.workspace_id, 0), one.workspace_id == opened, now)
            for one in self._rows
        ]
        frame, look = library_table(lines, columns), _look(columns)
        self._is_filling = True
        # rows and ticks in one change: between two the browser would tell of ticks that nobody made
        if self._table is None:
            self._table = _table(frame, look | {"selection": self._ticks()})
            self._table.on_click(self._tapped)
            self._table.param.watch(self._ticked, "selection")
        elif list(self._table.value.columns) == list(frame.columns):
            self._table.param.update(value=frame, selection=self._ticks())
        else:
            self._table.param.update(value=frame, selection=self._ticks(), **look)
        self._is_filling = False
        page = shelf.listing.page
        self._previous.disabled, self._next.disabled = page.previous is None, page.next is None
        show_only(self._pager, page.previous is not None or page.next is not None)
        if self._table not in self._shown.objects:
            self._shown.objects = [self._table, self._pager]

    def _mark(self, *_events: param.parameterized.Event) -> None:
        """Tick the boxes of this page as the shelf has them."""
        if self._table is None or self._is_filling:
            return
        ticked = self._ticks()
        if ticked != sorted(self._table.selection):
            self._is_filling = True
            self._table.selection = ticked
            self._is_filling = False

    def _ticks(self) -> list[int]:
        """The rows of this page that the shelf has ticked."""
        shelf = self._shelf
        return [at for at, one in enumerate(self._rows) if shelf.takes_all or one.workspace_id in shelf.ticked]

    def _measured(self, *_events: param.parameterized.Event) -> None:
        if any(window.current is None for window in self._windows):
            return  # the browser tells them one by one
        widths = sum(window.current is window.large for window in self._windows)
        if widths != self._widths:
            self._widths = widths
            self._show()

    def _ticked(self, event: param.parameterized.Event) -> None:
        # at once, while the rows are those that were ticked
        wanted = [str(self._rows[at].workspace_id) for at in event.new if at < len(self._rows)]
        here = [str(one.workspace_id) for one in self._rows]
        shown = [each for each in here if self._shelf.takes_all or each in self._shelf.ticked]
        if not self._is_filling and set(wanted) != set(shown):
            self._shelf.tick(wanted)

    async def _tapped(self, event: Any) -> None:
        if event.row is None or event.row >= len(self._rows):
            return
        tapped = self._rows[event.row]
        if event.column == "pin":
            await self._pin(tapped)
        elif event.column in COLUMNS:
            is_open = self._shelf.state.workspace == tapped.workspace_id
            self._shelf.state.workspace = "" if is_open else str(tapped.workspace_id)

    async def _pin(self, workspace: Workspace) -> None:
        await self._shelf.store.edit(workspace.workspace_id, {"pinned": not workspace.pinned})
        await self._shelf.refresh()

    async def _back(self, _event: param.parameterized.Event) -> None:
        self._shelf.turn(is_forward=False)

    async def _on(self, _event: param.parameterized.Event) -> None:
        self._shelf.turn(is_forward=True)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root


def _look(columns: list[Any]) -> dict[str, Any]:
    """Titles, widths and formatters of these columns.

    Tabulator works out a width in per cent once and never again: a window that grew left a third of the table empty.
    """
    return {
        "titles": {column.name: column.label for column in columns},
        "widths": fixed_widths(columns),
        "formatters": {column.name: {"type": "html"} for column in columns},
    }


def _table(frame: Any, look: dict[str, Any]) -> pn.widgets.Tabulator:
    return pn.widgets.Tabulator(
        frame,
        show_index=False,
        disabled=True,
        selectable="checkbox",
        sortable=False,
        layout="fit_columns",
        theme="simple",
        text_align={"took": "right"},
        stylesheets=[sheet("table")],
        sizing_mode="stretch_both",
        margin=0,
        configuration={"placeholder": _nothing_found()},
        **look,
    )


def _nothing_kept() -> str:
    return (
        '<p><b>Nothing is kept yet.</b></p><p class="quiet">Tick Keep before you press Run and give the run a name: it '
        "stands here then, with its configuration, its result and all that it made.</p>"
    )


def _nothing_found() -> str:
    return (
        '<p><b>Nothing matches.</b></p><p class="quiet">Take a filter away, or show the archived ones too; Clear '
        "begins anew.</p>"
    )
