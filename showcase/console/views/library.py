"""The Library view: the runs that were kept, and the one that was tapped beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import panel as pn
import param

from showcase.console.progress import RunProgress
from showcase.console.state import ConsoleState
from showcase.console.store import Store
from showcase.console.surface import card, remedy, text, title
from showcase.console.text import MISSING, count, moment
from showcase.console.views.workspace import WorkspaceView
from showcase.errors import ShowcaseError
from showcase.store.workspaces import Workspace

_SPLIT = """
:host { display: grid; grid-template-columns: minmax(0, 1.85fr) minmax(300px, 1fr); gap: 12px; height: 100%; min-height: 0; }
"""
_FILLS = ":host { height: 100%; min-height: 0; overflow: hidden; }"
_TABLE = """
.tabulator { border: 0; font-size: 13px; background: transparent; }
.tabulator .tabulator-header { border-bottom: 1px solid var(--mui-palette-divider); }
.tabulator-row { cursor: pointer; }
"""
COLUMNS = ("Name", "Status", "Preset", "Winner", "Metric", "Score", "Made", "Seconds")
_WIDTHS = {"Name": "24%", "Status": "12%", "Preset": "15%", "Winner": "17%", "Metric": "8%", "Score": "8%", "Made": "10%"}


class LibraryView(pn.viewable.Viewer):
    """A table of the newest workspaces; a tap opens one, and the URL keeps it open."""

    def __init__(self, state: ConsoleState, store: Store, progress: RunProgress) -> None:
        super().__init__()
        self._state, self._store = state, store
        self._ids: list[str] = []
        self._head, self._empty = text(title("Library")), text()
        self._table = pn.widgets.Tabulator(
            workspace_table([], store.now), show_index=False, disabled=True, selectable=1, layout="fit_columns",
            sizing_mode="stretch_both", margin=0, stylesheets=[_TABLE], widths=_WIDTHS, theme="simple",
            header_filters=False, text_align={"Score": "right", "Seconds": "right"}, visible=False,
        )  # fmt: skip
        self._table.on_click(self._tapped)
        left = card(self._head, self._empty, self._table, extra=_FILLS, sizing_mode="stretch_both")
        self._split = pn.Row(
            left, WorkspaceView(state, store), stylesheets=[_SPLIT], margin=0, sizing_mode="stretch_both"
        )
        progress.param.watch(self._ended, "story")
        pn.state.execute(self.refresh)

    async def refresh(self) -> None:
        """Read the newest workspaces."""
        try:
            found, total = await self._store.workspaces()
        except ShowcaseError as error:
            self._empty.param.update(object=remedy(error), visible=True)
            self._table.visible = False
            return
        self._ids = [str(workspace.workspace_id) for workspace in found]
        self._table.value = workspace_table(found, self._store.now)
        self._table.visible = bool(found)
        self._empty.param.update(object=_nothing_kept(), visible=not found)
        shown = "" if total == len(found) else f"the newest {len(found)} of "
        self._head.object = title("Library", f"{shown}{count(total, 'workspace')}" if total else "")
        if self._state.workspace in self._ids:
            self._table.selection = [self._ids.index(self._state.workspace)]

    async def _ended(self, event: param.parameterized.Event) -> None:
        """A run that began or ended may have made a workspace, or settled one."""
        marks = [None if story is None else (story.run_id, story.run_status) for story in (event.old, event.new)]
        if marks[0] != marks[1]:
            await self.refresh()

    def _tapped(self, event: object) -> None:
        self._state.workspace = self._ids[event.row]

    def __panel__(self) -> pn.viewable.Viewable:
        return self._split


def workspace_table(workspaces: Sequence[Workspace], now: datetime) -> pd.DataFrame:
    """What the table shows, one row a workspace; Tabulator writes its cells as text."""
    rows = [_row(workspace, now) for workspace in workspaces]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(workspace: Workspace, now: datetime) -> tuple[str, ...]:
    summary = workspace.result_summary or {}
    value, took = summary.get("winner_value"), summary.get("wall_clock_s")
    return (
        workspace.name or f"{workspace.workspace_id.short} (no name)",
        workspace.status,
        workspace.scenario,
        summary.get("winner_model_type") or MISSING,
        summary.get("winner_metric") or MISSING,
        MISSING if value is None else f"{value:.1f}",
        moment(workspace.created_at, now),
        MISSING if took is None else f"{took:.1f}",
    )


def _nothing_kept() -> str:
    return (
        '<p><b>Nothing is kept yet.</b></p><p class="quiet">Tick Keep before you press Run, give the run a name, and it '
        "stands here with its configuration, its result and all that it made.</p>"
    )
