"""The Library view: the runs that were kept, found and ticked, and the open one beside them."""

from __future__ import annotations

import panel as pn
import param

from showcase.console.bulk_words import done_words
from showcase.console.session import Session
from showcase.console.shelf import Shelf
from showcase.console.stores.library import LibraryStore
from showcase.console.surface import arranged, card, show_only
from showcase.console.views.asking import Question
from showcase.console.views.bulk_bar import BulkBar
from showcase.console.views.library_table import LibraryTable
from showcase.console.views.search_bar import SearchBar
from showcase.console.views.workspace import WorkspaceView
from showcase.errors import ShowcaseError

_SPLIT = "display: grid; grid-template-columns: minmax(0, 1fr) auto; height: 100%; min-height: 0;"
_GROWS = ":host { height: 100%; min-height: 0; overflow: hidden; gap: 4px; }"
_BESIDE = (
    "display: block; height: 100%; min-height: 0; width: 384px !important; padding-left: 12px; box-sizing: border-box;"
)
_NARROW = "@media (max-width: 1150px) { :host { width: 328px !important; } }"


class LibraryView(pn.viewable.Viewer):
    """A search, a table by pages, and a workspace; the address of the page keeps all three."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, store = session.state, LibraryStore(session.installation)
        self._shelf = Shelf(session.state, store)
        question = Question()
        self._bar = SearchBar(self._shelf, question)
        bulk = BulkBar(self._shelf, question, may_change=session.may("operator"))
        left = card(
            self._bar, bulk, LibraryTable(self._shelf), question, extra=_GROWS, sizing_mode="stretch_both"
        )  # fmt: skip
        self._detail = WorkspaceView(session)
        self._beside = arranged(self._detail, css=_BESIDE, extra=_NARROW, sizing_mode="stretch_both")
        self.root = arranged(left, self._beside, css=_SPLIT, sizing_mode="stretch_both")
        session.progress.param.watch(self._ended, "story")
        session.state.param.watch(self._opened, "workspace")
        self._detail.param.watch(self._changed, "changed")
        self._detail.param.watch(self._deleted, "deleted")
        self._opened()

    async def load(self) -> None:
        """Read everything anew, once the view is on the page."""
        await self._shelf.refresh()
        try:
            await self._bar.load()
        except ShowcaseError as error:
            self._shelf.failure = error
        await self._detail.refresh()

    def leave(self) -> None:
        """Nothing ticks here."""

    def _opened(self, *_events: param.parameterized.Event) -> None:
        show_only(self._beside, bool(self._state.workspace))

    async def _changed(self, _event: param.parameterized.Event) -> None:
        await self._shelf.refresh()

    async def _deleted(self, event: param.parameterized.Event) -> None:
        self._shelf.dealt(done_words("delete", event.new), event.new)
        await self._shelf.refresh()

    async def _ended(self, event: param.parameterized.Event) -> None:
        """A run that began or ended may have made a workspace, or settled one."""
        marks = [None if story is None else (story.run_id, story.run_status) for story in (event.old, event.new)]
        if marks[0] != marks[1]:
            await self._shelf.refresh()
            await self._detail.refresh()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
