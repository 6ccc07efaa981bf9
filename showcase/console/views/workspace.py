"""One workspace beside the library: what it is, what can be done with it, and what it remembers."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.kin_strip import strip_html
from showcase.console.session import Session
from showcase.console.stores.workspace import Opened, WorkspaceStore
from showcase.console.story_text import approvals_html, knowledge_html, story_html
from showcase.console.surface import arranged, card, remedy, show_only, text
from showcase.console.text import moment
from showcase.console.theme import sheet
from showcase.console.views.workspace_acts import WorkspaceActs
from showcase.console.views.workspace_edit import WorkspaceEditor
from showcase.console.workspace_made import made_html
from showcase.console.workspace_text import configuration_html, head_html, result_html, verdict_html
from showcase.errors import ShowcaseError
from showcase.services.workspace_bulk import BulkOutcome
from showcase.workspaces.health import WorkspaceHealth

_FILLS = ":host { height: 100%; min-height: 0; gap: 8px; overflow: hidden; }"
_SCROLLS = "display: block; overflow-y: auto; scrollbar-width: thin; min-height: 0; flex: 1;"
_HEAD = "display: grid; grid-template-columns: minmax(0, 1fr) auto auto; gap: 2px; align-items: start; flex: none;"
_ICON = {"size": "small", "margin": 0, "icon_size": "1.1em"}


class WorkspaceView(pn.viewable.Viewer):
    """Follows the state's workspace. Its name, notes and tags are edited in place."""

    changed = param.Event(doc="The workspace was edited from here.")
    deleted = param.Parameter(doc="What the last deletion from here did, with what takes it back.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, self._store = session.state, WorkspaceStore(session.installation)
        self._opened: Opened | None = None
        self._head, self._body = text(stylesheets=[sheet("workspace")]), text(stylesheets=[sheet("workspace")])
        self._edit = pmui.IconButton(icon="edit", description="Edit name, notes and tags", **_ICON)
        close = pmui.IconButton(icon="close", description="Close the workspace", **_ICON, on_click=self._close)
        self._edit.disabled = not session.may("operator")
        self._edit.on_click(self._begin_edit)
        self._editor = WorkspaceEditor(self._store, self._edited)
        self._acts = WorkspaceActs(session, self._store, self._deleted)
        self._heading = arranged(self._head, self._edit, close, css=_HEAD)
        scrolled = arranged(self._body, css=_SCROLLS, sizing_mode="stretch_both")
        self._card = card(self._heading, self._editor, self._acts, scrolled, extra=_FILLS, sizing_mode="stretch_both")
        self._state.param.watch(self.refresh, "workspace")
        self._editor.param.watch(self._show_parts, "is_open")
        self._show_parts()

    async def refresh(self, *_events: param.parameterized.Event) -> None:
        """Read the workspace that is open."""
        wanted = self._state.workspace
        if self._opened is None or self._opened.workspace.workspace_id != wanted:
            self._opened = None
            self._editor.is_open = False
            self._show_parts()
        if not wanted:
            return
        try:
            found = await self._store.open(wanted)
        except ShowcaseError as error:
            if wanted == self._state.workspace:
                self._head.object, self._body.object = remedy(error), ""
            return
        if wanted == self._state.workspace:
            self._opened = found
            self._show(None)
            # a callback of its own: files are looked at, and the page need not wait for that
            pn.state.execute(self._look_after_health)

    async def _look_after_health(self) -> None:
        wanted = self._state.workspace
        try:
            health = await self._store.health(wanted)
        except ShowcaseError:
            return  # it went meanwhile; the next look says so
        if self._opened is not None and self._opened.workspace.workspace_id == wanted:
            self._show(health)

    def _show(self, health: WorkspaceHealth | None) -> None:
        opened = self._opened
        assert opened is not None  # it was read just now
        workspace = opened.workspace
        parts = (
            strip_html(opened.lineage, self._link()),
            result_html(workspace),
            verdict_html(workspace),
            story_html(workspace, opened.story),
            approvals_html(workspace),
            knowledge_html(workspace),
            configuration_html(workspace),
            made_html(health, opened.exports, self._store.now),
        )
        self._body.object = "".join(f"<section>{part}</section>" for part in parts if part)
        self._acts.show(opened)
        self._show_parts()

    def _show_parts(self, *_events: param.parameterized.Event) -> None:
        is_read = self._opened is not None
        if self._opened is not None:
            workspace = self._opened.workspace
            made = moment(workspace.created_at, self._store.now)
            self._head.object = head_html(workspace, made, is_edited=self._editor.is_open)
        else:
            reading = '<p class="quiet">Reading the workspace</p>' if self._state.workspace else ""
            self._head.object, self._body.object = reading, ""
        self._edit.visible = is_read and not self._editor.is_open
        show_only(self._acts.root, is_read and not self._editor.is_open)

    def _link(self) -> str:
        """The query of this page up to the id of a workspace."""
        parts = [part for part in self._state.query().removeprefix("?").split("&") if not part.startswith("workspace=")]
        return f"?{'&'.join([*parts, 'workspace='])}"

    async def _begin_edit(self, _event: param.parameterized.Event) -> None:
        if self._opened is not None:
            await self._editor.begin(self._opened.workspace)

    async def _edited(self) -> None:
        await self.refresh()
        self.param.trigger("changed")

    async def _deleted(self, outcome: BulkOutcome) -> None:
        self._state.workspace = ""
        self.deleted = outcome

    async def _close(self, _event: param.parameterized.Event) -> None:
        self._state.workspace = ""

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card
