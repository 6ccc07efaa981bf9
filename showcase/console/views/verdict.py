"""The verdict of the newest run, where it was a replay that has ended."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.session import Session
from showcase.console.stores.workspace import WorkspaceStore
from showcase.console.story import Story
from showcase.console.surface import arranged, card, show_only, text
from showcase.console.theme import sheet
from showcase.console.workspace_text import verdict_html
from showcase.errors import ShowcaseError
from showcase.store.workspaces import Workspace

_STACK = "display: flex; flex-direction: column; gap: 12px; flex: none;"
_BUTTONS = "display: grid; grid-template-columns: auto auto; justify-content: end; gap: 6px;"


class VerdictView(pn.viewable.Viewer):
    """Nothing, until a replay has ended; then what came out against its source, and the way to both."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, self._store = session.state, WorkspaceStore(session.installation)
        self._told: tuple[str, bool] | None = None
        self._replay: Workspace | None = None
        self._words = text(stylesheets=[sheet("workspace")])
        look = {"margin": 0, "size": "small", "variant": "text"}
        opens = pmui.Button(label="Open the replay", icon="inventory_2", **look, on_click=self._open)
        compares = pmui.Button(label="Compare with its source", icon="compare_arrows", **look, on_click=self._compare)
        buttons = arranged(compares, opens, css=_BUTTONS)
        self._root = arranged(card(self._words, buttons), css=_STACK)
        session.progress.param.watch(self._follow, "story")
        show_only(self._root, False)

    async def _follow(self, event: param.parameterized.Event) -> None:
        story: Story | None = event.new
        told = None if story is None else (story.run_id, story.is_running)
        if told == self._told:
            return
        self._told, self._replay = told, None
        if story is not None and not story.is_running:
            self._replay = await self._find(story)
        show_only(self._root, self._replay is not None)
        if self._replay is not None:
            self._words.object = verdict_html(self._replay)

    async def _find(self, story: Story) -> Workspace | None:
        """The workspace of a replay that has its verdict; None for any other run."""
        workspace_id = (story.summary or {}).get("workspace_id")
        if workspace_id is None:
            return None
        try:
            found = (await self._store.open(workspace_id)).workspace
        except ShowcaseError:
            return None  # deleted meanwhile: there is nothing to tell
        is_judged = found.replayed_from_workspace_id is not None and "verdict" in (found.result_summary or {})
        return found if is_judged else None

    async def _open(self, _event: param.parameterized.Event) -> None:
        if self._replay is not None:
            self._state.open("library", workspace=str(self._replay.workspace_id))

    async def _compare(self, _event: param.parameterized.Event) -> None:
        if self._replay is not None:
            source = str(self._replay.replayed_from_workspace_id)
            self._state.open("compare", compare=[source, str(self._replay.workspace_id)], base=source)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root
