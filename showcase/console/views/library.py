"""The Library view: the runs that were kept, and the one that was tapped beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import panel as pn
import param

from showcase.console.session import Session
from showcase.console.stores.library import LibraryStore
from showcase.console.surface import arranged, card, remedy, text, title
from showcase.console.text import MISSING, count, moment
from showcase.console.theme import sheet
from showcase.console.views.steps import RUN_TONES, RUN_WORDS
from showcase.console.views.workspace import WorkspaceView
from showcase.errors import ShowcaseError
from showcase.store.workspaces import Workspace

_SPLIT = """
display: grid; grid-template-columns: minmax(0, 2.1fr) minmax(270px, 1fr); gap: 12px; height: 100%; min-height: 0;
"""
_FILLS = ":host { height: 100%; min-height: 0; overflow: hidden; }"
COLUMNS = ("Name", "Status", "Preset", "Winner", "Wape", "Made", "Took")
_WIDTHS = dict(zip(COLUMNS, ("18.5%", "15.5%", "16%", "17%", "11%", "13.5%", "8.5%"), strict=True))
_OURS = {"Status": {"type": "html"}, "Wape": {"type": "html"}}
"""The two columns whose cells are markup: a status out of a fixed list, and a number. All others are text."""

_FULL_BAR_WAPE, _FULL_BAR_PX = 60.0, 30


class LibraryView(pn.viewable.Viewer):
    """A table of the newest workspaces; a tap opens one, and the URL keeps it open."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, self._store = session.state, LibraryStore(session.installation)
        self._ids: list[str] = []
        self._head, self._empty = text(title("Library")), text('<p class="quiet">Reading the library</p>')
        self._table: pn.widgets.Tabulator | None = None
        self._left = card(self._head, self._empty, extra=_FILLS, sizing_mode="stretch_both")
        self._detail = WorkspaceView(self._state, self._store)
        self.root = arranged(self._left, self._detail, css=_SPLIT, sizing_mode="stretch_both")
        session.progress.param.watch(self._ended, "story")

    async def load(self) -> None:
        """Read everything anew, once the view is on the page."""
        await self.refresh()
        await self._detail.refresh()

    def leave(self) -> None:
        """Nothing ticks here."""

    async def refresh(self) -> None:
        """Read the newest workspaces."""
        try:
            found, total = await self._store.workspaces()
        except ShowcaseError as error:
            self._say(remedy(error))
            return
        self._ids = [str(workspace.workspace_id) for workspace in found]
        shown = "" if total == len(found) else f"the newest {len(found)} of "
        self._head.object = title("Library", f"{shown}{count(total, 'workspace')}" if total else "")
        if not found:
            self._say(_nothing_kept())
            return
        self._fill(workspace_table(found, self._store.now))

    def _say(self, words: str) -> None:
        """Words in place of the table."""
        self._empty.object = words
        self._left.objects = [self._head, self._empty]

    def _fill(self, rows: pd.DataFrame) -> None:
        """Show the rows; the table is made with the first of them, for a hidden one would measure no widths."""
        if self._table is None:
            self._table = _table(rows)
            self._table.on_click(self._tapped)
        else:
            self._table.value = rows
        is_open = self._state.workspace in self._ids
        self._table.selection = [self._ids.index(self._state.workspace)] if is_open else []
        if self._table not in self._left.objects:
            self._left.objects = [self._head, self._table]

    async def _ended(self, event: param.parameterized.Event) -> None:
        """A run that began or ended may have made a workspace, or settled one."""
        marks = [None if story is None else (story.run_id, story.run_status) for story in (event.old, event.new)]
        if marks[0] != marks[1]:
            await self.refresh()

    async def _tapped(self, event: Any) -> None:
        self._state.workspace = self._ids[event.row]

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _table(rows: pd.DataFrame) -> pn.widgets.Tabulator:
    return pn.widgets.Tabulator(
        rows,
        show_index=False,
        disabled=True,
        selectable=1,
        sortable=False,
        layout="fit_columns",
        theme="simple",
        formatters=_OURS,
        widths=_WIDTHS,
        text_align={"Took": "right"},
        stylesheets=[sheet("table")],
        sizing_mode="stretch_both",
        margin=0,
    )


def workspace_table(workspaces: Sequence[Workspace], now: datetime) -> pd.DataFrame:
    """What the table shows, one row a workspace; Tabulator writes its cells as text."""
    rows = [_row(workspace, now) for workspace in workspaces]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(workspace: Workspace, now: datetime) -> tuple[str, ...]:
    summary = workspace.result_summary or {}
    took = summary.get("wall_clock_s")
    return (
        workspace.name or f"{workspace.workspace_id.short} (no name)",
        f'<b class="{RUN_TONES[workspace.status]}">{RUN_WORDS[workspace.status]}</b>',
        workspace.scenario,
        summary.get("winner_model_type") or MISSING,
        _bar(summary.get("winner_wape")),
        moment(workspace.created_at, now),
        MISSING if took is None else f"{took:.1f} s",
    )


def _bar(wape: float | None) -> str:
    """A wape as a bar and a number; bars end at a wape that nobody would show."""
    if wape is None:
        return MISSING
    width = min(float(wape) / _FULL_BAR_WAPE, 1.0) * _FULL_BAR_PX
    return f'<i class="bar" style="width:{width:.0f}px"></i>{wape:.1f}'


def _nothing_kept() -> str:
    return (
        '<p><b>Nothing is kept yet.</b></p><p class="quiet">Tick Keep before you press Run and give the run a name: it '
        "stands here then, with its configuration, its result and all that it made.</p>"
    )
