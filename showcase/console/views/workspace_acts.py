"""What can be done with an open workspace: load it into Run, replay, export, delete."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.bulk_words import preview_html
from showcase.console.kin_strip import names_of
from showcase.console.library_columns import name_of
from showcase.console.session import Session
from showcase.console.stores.workspace import Opened, WorkspaceStore
from showcase.console.surface import arranged, remedy
from showcase.console.text import count, plain, words
from showcase.console.views.asking import Question
from showcase.console.views.replay import ReplayDialog
from showcase.errors import ShowcaseError
from showcase.services.bundles import Export
from showcase.services.workspace_bulk import BulkOutcome

_BAR = "display: grid; grid-template-columns: auto auto auto auto; gap: 6px; justify-content: start; flex: none;"
_BUTTON: dict[str, Any] = {"margin": 0, "size": "small"}
_SHOWN_NAMES = 5


class WorkspaceActs(pn.viewable.Viewer):
    """Four buttons; the three that weigh something ask first."""

    def __init__(
        self, session: Session, store: WorkspaceStore, deleted: Callable[[BulkOutcome], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._session, self._store, self._deleted = session, store, deleted
        self._opened: Opened | None = None
        self._may_change = session.may("operator")
        self._question = Question()
        self._replay = ReplayDialog(session, store)
        load = pmui.Button(
            label="Load", icon="input", variant="outlined", **_BUTTON, on_click=self._load,
            description="Load its configuration into Run, to change it there",
        )  # fmt: skip
        replay = pmui.Button(label="Replay…", icon="replay", variant="contained", **_BUTTON, on_click=self._ask_replay)
        replay.disabled = not self._may_change
        self._export = pmui.Button(label="Export…", icon="inventory", variant="outlined", **_BUTTON)
        self._delete = pmui.Button(label="Delete…", icon="delete", color="error", variant="text", **_BUTTON)
        self._export.on_click(self._ask_export)
        self._delete.on_click(self._ask_delete)
        bar = arranged(load, replay, self._export, self._delete, css=_BAR, in_line=True)
        self.root = arranged(bar, self._question, self._replay, css="display: block; flex: none;")

    def show(self, opened: Opened) -> None:
        """Act on this one from now on."""
        self._opened = opened
        is_running = opened.workspace.status == "running"
        self._export.disabled = self._delete.disabled = is_running or not self._may_change

    async def _load(self, _event: param.parameterized.Event) -> None:
        if self._opened is not None:
            workspace = self._opened.workspace
            self._session.draft.load(await self._store.frame(workspace), name_of(workspace))
            self._session.state.open("run")

    async def _ask_replay(self, _event: param.parameterized.Event) -> None:
        if self._opened is not None:
            await self._replay.ask(self._opened.workspace)

    async def _ask_export(self, _event: param.parameterized.Event) -> None:
        opened = self._opened
        if opened is None:
            return
        workspace_id = str(opened.workspace.workspace_id)

        async def export() -> None:
            made = await self._store.export(workspace_id)
            self._tell_exported(workspace_id, made)

        before = (
            f"<p>It was exported {count(len(opened.exports), 'time')}; the new bundle takes the older one's place.</p>"
            if opened.exports
            else ""
        )
        html = (
            "<p>A folder with its record, story, plans, models, forecasts and a report that opens offline, and with "
            f"the means to check all of it without this program.</p>{before}"
        )
        self._question.ask(f"Export {name_of(opened.workspace)}", html, "Export", export, icon="inventory", stays=True)

    def _tell_exported(self, workspace_id: str, made: Export) -> None:
        def zipped() -> Any:
            return self._store.zip(workspace_id)

        download = pmui.FileDownload(
            callback=zipped, filename=f"showcase-{workspace_id}.zip", label="Download the zip", icon="download",
            variant="outlined", margin=0, size="small", auto=True, embed=False,
        )  # fmt: skip
        self._question.tell("Exported", exported_html(made), fields=(download,))

    async def _ask_delete(self, _event: param.parameterized.Event) -> None:
        opened = self._opened
        if opened is None:
            return
        try:
            preview = await self._store.preview_delete(opened.workspace.workspace_id)
        except ShowcaseError as error:
            self._question.tell("Delete", remedy(error))
            return

        async def delete() -> None:
            await self._deleted(await self._store.delete(opened.workspace.workspace_id))

        html = f"{preview_html('delete', preview)}{_replays_html(opened)}"
        self._question.ask(f"Delete {name_of(opened.workspace)}", html, "Delete", delete, icon="delete", color="error")

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _replays_html(opened: Opened) -> str:
    names = names_of(opened.lineage.nodes)
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    shown = words(names[:_SHOWN_NAMES]) if not more else ", ".join(names[:_SHOWN_NAMES])
    return f"<p>Descends from it: {plain(shown)}{more}.</p>"


def exported_html(made: Export) -> str:
    """Where the bundle lies, what is in it, and that it was checked."""
    size = sum(file.size_bytes for file in made.files)
    checked = (
        '<b class="good">✓ verified</b>: every file is as its checksum says'
        if made.validated
        else '<b class="bad">not verified</b>'
    )
    rows = [
        ("Folder", f"<code>{plain(made.bundle_path)}</code> below SHOWCASE_HOME"),
        ("Files", f"{len(made.files)}, {size / 1e6:.1f} MB"),
        ("Checked", checked),
        ("Holds", f"{count(made.scenario_plans_exported, 'plan')}, {count(made.model_runs_referenced, 'model run')}"),
        *([("Not there", f"{count(len(made.unresolved_references), 'reference')} lead nowhere any more")]
          if made.unresolved_references else []),
    ]  # fmt: skip
    listed = "".join(f"<dt>{what}</dt><dd>{said}</dd>" for what, said in rows)
    return (
        f'<dl>{listed}</dl><p class="quiet small">Whoever gets it runs <code>python verify.py</code> or '
        "<code>sha256sum -c checksums.sha256</code> in the folder.</p>"
    )
