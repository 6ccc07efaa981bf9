"""The dialog before a replay: recorded against to-be-sent, what happens to the data, and the word that a wipe wants."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.library_columns import name_of
from showcase.console.replay_text import comparison_html, data_html, is_typed
from showcase.console.session import Session
from showcase.console.stores.workspace import ReplayAhead, WorkspaceStore
from showcase.console.surface import remedy, text
from showcase.console.theme import sheet
from showcase.console.views.asking import Question
from showcase.errors import InvalidInputError, ShowcaseError
from showcase.store.workspaces import Workspace

_ANCHORS = {"the recorded last day": "recorded", "today": "today"}


class ReplayDialog(pn.viewable.Viewer):
    """Fetches the preview, and with it the token that a wipe needs; sends nothing before it is confirmed."""

    def __init__(self, session: Session, store: WorkspaceStore) -> None:
        super().__init__()
        self._session, self._store = session, store
        self._question = Question(width="md")
        self._workspace: Workspace | None = None
        self._ahead: ReplayAhead | None = None

    async def ask(self, workspace: Workspace) -> None:
        """Show what a replay of this workspace would be now."""
        self._workspace, self._ahead = workspace, None
        try:
            ahead = await self._store.replay_ahead(workspace.workspace_id, "recorded")
        except ShowcaseError as error:
            self._question.tell("Replay", remedy(error))
            return
        self._words = text(stylesheets=[sheet("replay")])
        self._anchor = pmui.RadioBoxGroup(
            inline=True, options=_ANCHORS, value="recorded", size="small", margin=0, label="The data end on"
        )
        self._typed = pmui.TextInput(label="", size="small", margin=0, sizing_mode="stretch_width", color="error")
        self._anchor.param.watch(self._anchored, "value")
        self._typed.param.watch(self._judge, "value_input")
        self._question.ask(
            f"Replay {name_of(workspace)}", "", "Replay", self._start, icon="replay",
            fields=(self._words, self._anchor, self._typed),
        )  # fmt: skip
        self._show(ahead)

    @property
    def needs_a_word(self) -> bool:
        return self._ahead is not None and self._ahead.preview.confirm is not None

    def _show(self, ahead: ReplayAhead) -> None:
        self._ahead, workspace = ahead, self._workspace
        assert workspace is not None  # asked for one
        preview = ahead.preview
        is_red = preview.confirm is not None
        self._words.object = data_html(preview, ahead.current) + comparison_html(preview)
        # a run that did not seed, or seeded days of its own, has no last day to move
        self._anchor.visible = not preview.recorded.get("skip_seed") and workspace.scenario != "holiday_rush"
        wanted = (
            f"{workspace.name} or {workspace.workspace_id.short}" if workspace.name else workspace.workspace_id.short
        )
        self._typed.param.update(label=f"Type {wanted} to wipe the data and replay", visible=is_red)
        action = self._question.act
        assert action is not None  # the question is open
        action.button.param.update(
            label="Wipe and replay" if is_red else "Replay", color="error" if is_red else "primary"
        )
        self._judge()

    def _judge(self, *_events: param.parameterized.Event) -> None:
        """Allow the button: at once where nothing goes, else when the word was typed."""
        workspace, action = self._workspace, self._question.act
        if workspace is None or action is None:
            return
        typed = self._typed.value_input or ""
        action.is_allowed = not self.needs_a_word or is_typed(typed, workspace.name, str(workspace.workspace_id))

    async def _anchored(self, event: param.parameterized.Event) -> None:
        assert self._workspace is not None  # the question is open
        try:
            self._show(await self._store.replay_ahead(self._workspace.workspace_id, event.new))
        except InvalidInputError as refused:
            self._words.object = remedy(refused)

    async def _start(self) -> None:
        workspace, ahead = self._workspace, self._ahead
        assert workspace is not None  # asked for one
        assert ahead is not None  # and shown
        if self.needs_a_word and not is_typed(self._typed.value_input or "", workspace.name, workspace.workspace_id):
            raise InvalidInputError(
                "The data are not wiped: neither the workspace's name nor its id's first 8 was typed.",
                "Type one of them, or cancel.",
            )
        await self._store.replay(workspace.workspace_id, ahead.preview.confirm, self._anchor.value)
        self._session.feed.look()
        self._session.state.open("run")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._question.__panel__()
