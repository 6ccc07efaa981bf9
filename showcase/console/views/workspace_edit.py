"""Name, notes and tags of a workspace, edited where they stand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.stores.workspace import WorkspaceStore
from showcase.console.surface import arranged, show_only, text
from showcase.console.text import plain
from showcase.console.theme import sheet
from showcase.errors import InvalidInputError
from showcase.services.workspaces import OutdatedRevisionError
from showcase.store.workspaces import Workspace
from showcase.workspaces.edit import LONGEST_NOTES, LONGEST_TAG

_STACK = "display: flex; flex-direction: column; gap: 10px; padding: 6px 0 2px;"
_SCROLLS = "display: block; flex: 0 1 auto; min-height: 0; overflow: hidden auto; scrollbar-width: thin;"
_LINE = "display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 6px;"
_BUTTONS = "display: grid; grid-auto-flow: column; grid-auto-columns: max-content; gap: 6px; justify-content: end;"
_FIELD: dict[str, Any] = {"margin": 0, "sizing_mode": "stretch_width"}


class WorkspaceEditor(pn.viewable.Viewer):
    """A form over one revision. Where somebody else was faster, it shows theirs beside what was typed here."""

    is_open = param.Boolean(default=False, doc="Whether the form is shown.")

    def __init__(self, store: WorkspaceStore, saved: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._store, self._saved = store, saved
        self._workspace: Workspace | None = None
        self._name = pmui.TextInput(label="Name", size="small", **_FIELD)
        self._notes = pmui.TextAreaInput(
            label="Notes", size="small", auto_grow=True, rows=2, max_rows=7, max_length=LONGEST_NOTES, **_FIELD
        )
        self._tags = pmui.MultiChoice(label="Tags", options=[], searchable=True, visual_size="small", **_FIELD)
        self._tag = pmui.TextInput(label="A new tag", size="small", max_length=LONGEST_TAG, **_FIELD)
        add = pmui.IconButton(icon="add", size="small", margin=0, description="Add the tag", on_click=self._add)
        self._tag.param.watch(self._add, "enter_pressed")
        self._newer = text(visible=False, stylesheets=[sheet("workspace")])
        self._save = Action("Save", self._store_edit, icon="check", color="primary", variant="contained", size="small")
        self._take = pmui.Button(label="Take the newer one", size="small", margin=0, variant="outlined", visible=False)
        self._take.on_click(self._take_newer)
        cancel = pmui.Button(label="Cancel", size="small", margin=0, variant="text", on_click=self._cancel)
        form = arranged(
            self._name,
            self._notes,
            self._tags,
            arranged(self._tag, add, css=_LINE, in_line=True),
            self._newer,
            self._save.notice,
            arranged(cancel, self._take, self._save.button, css=_BUTTONS, in_line=True),
            css=_STACK,
        )
        self._root = arranged(form, css=_SCROLLS)
        self.param.watch(self._show, "is_open")
        self._show()

    async def begin(self, workspace: Workspace) -> None:
        """Open the form over a workspace as it was read."""
        self._fill(workspace)
        known = await self._store.tags()
        self._tags.options = list(dict.fromkeys([*workspace.tags, *known]))
        self.is_open = True

    def _fill(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tags.options = list(dict.fromkeys([*workspace.tags, *self._tags.options]))
        self._name.value, self._notes.value = workspace.name or "", workspace.notes or ""
        self._tags.value, self._tag.value = list(workspace.tags), ""
        self._newer.visible = self._take.visible = self._save.notice.visible = False
        self._name.error_state = self._notes.error_state = self._tags.error_state = False

    def _changes(self) -> dict[str, Any]:
        typed = (self._tag.value or "").strip()
        tags = [*self._tags.value, *([typed] if typed and typed not in self._tags.value else [])]
        return {
            "name": (self._name.value or "").strip() or None,
            "notes": (self._notes.value or "").strip() or None,
            "tags": tags,
        }

    async def _store_edit(self) -> None:
        workspace, changes = self._workspace, self._changes()
        assert workspace is not None  # the form opens over one
        try:
            await self._store.edit(workspace.workspace_id, {**changes, "revision": workspace.revision})
        except OutdatedRevisionError as outdated:
            # what was typed stays; saving once more puts it over the newer one, which is shown
            self._workspace = outdated.newer
            self._newer.param.update(object=newer_html(outdated.newer), visible=True)
            self._take.visible = True
            raise
        except InvalidInputError as refused:
            named = {error.field.split(".")[0].split("[")[0] for error in refused.errors}
            self._name.error_state, self._notes.error_state = "name" in named, "notes" in named
            self._tags.error_state = "tags" in named
            raise
        self.is_open = False
        await self._saved()

    async def _take_newer(self, _event: param.parameterized.Event) -> None:
        if self._workspace is not None:
            self._fill(self._workspace)

    async def _add(self, *_events: param.parameterized.Event) -> None:
        tag = (self._tag.value or "").strip()
        if tag and tag not in self._tags.value:
            self._tags.options = list(dict.fromkeys([*self._tags.options, tag]))
            self._tags.value = [*self._tags.value, tag]
        self._tag.value = ""

    async def _cancel(self, _event: param.parameterized.Event) -> None:
        self.is_open = False

    def _show(self, *_events: param.parameterized.Event) -> None:
        show_only(self._root, self.is_open)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root


def newer_html(newer: Workspace) -> str:
    """The row as somebody else left it, to be seen before it is written over."""
    rows = (("Name", newer.name), ("Notes", newer.notes), ("Tags", ", ".join(newer.tags)))
    listed = "".join(f"<dt>{what}</dt><dd>{plain(value)}</dd>" for what, value in rows)
    return (
        f'<h3 class="careful">Somebody changed it meanwhile (revision {newer.revision})</h3><dl>{listed}</dl>'
        '<p class="quiet small">Take the newer one, or save once more to put yours over it.</p>'
    )
