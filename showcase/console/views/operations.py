"""The Operations view: what asks for attention, what ran and why it ended, and what the installation stands on."""

from __future__ import annotations

import panel as pn
import param

from showcase.console.actions import Action
from showcase.console.ops_words import CARDS
from showcase.console.session import Session
from showcase.console.stores.operations import OperationsStore
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.theme import sheet
from showcase.errors import ShowcaseError

_PAGE = """
height: 100%; min-height: 0; overflow-y: auto; scrollbar-width: thin; display: flex; flex-direction: column; gap: 12px;
"""
_HEAD = "display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 12px;"
_GRID = """
display: grid; grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr); gap: 12px; align-items: start;
--rows-height: 300px;
"""
_STACK = "display: flex; flex-direction: column; gap: 12px;"
_LEFT, _RIGHT = (
    ("runs", "approvals", "drift", "retraining"),
    ("attention", "aliases", "links", "disk", "process", "doctor"),
)


class OperationsView(pn.viewable.Viewer):
    """Read anew when it is opened, when a run ends, and when somebody asks."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, self._store = session.state, OperationsStore(session.installation)
        sheets = [sheet("facts"), sheet("rows"), sheet("ops")]
        self._texts = {name: text(stylesheets=sheets) for name in CARDS}
        self._head = text(title("Operations") + '<p class="quiet">Reading what ran and what is there</p>')
        self.again = Action("Look again", self.refresh, icon="refresh", variant="outlined", size="small")
        head = arranged(self._head, self.again.button, css=_HEAD, in_line=True)
        top = card(head, self.again.notice, self._texts["numbers"])
        sides = [arranged(*(card(self._texts[name]) for name in names), css=_STACK) for names in (_LEFT, _RIGHT)]
        self._grid = arranged(*sides, css=_GRID)
        show_only(self._grid, False)
        self.root = arranged(top, self._grid, css=_PAGE, sizing_mode="stretch_both")
        session.progress.param.watch(self._ended, "story")

    async def load(self) -> None:
        """Read everything anew."""
        try:
            await self.refresh()
        except ShowcaseError as error:
            self._head.object = title("Operations") + remedy(error)

    def leave(self) -> None:
        """Nothing ticks here."""

    async def refresh(self) -> None:
        """The same, with a failure for the one who asked."""
        seen = await self._store.picture()
        self._head.object = title("Operations")
        show_only(self._grid, True)
        for name, words in CARDS.items():
            self._texts[name].object = words(seen)

    async def _ended(self, event: param.parameterized.Event) -> None:
        marks = [None if story is None else (story.run_id, story.run_status) for story in (event.old, event.new)]
        if marks[0] != marks[1] and self._state.view == "operations":
            await self.load()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
