"""One session's place in the library: what it asks for, what was found, and what is ticked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import param

from showcase.console.choices import Choices, read_choices, written
from showcase.console.library_columns import COLUMNS, USUAL, name_of
from showcase.console.state import ConsoleState
from showcase.console.stores.library import LibraryStore, Listing
from showcase.errors import InvalidInputError, ShowcaseError
from showcase.services.workspace_bulk import BulkOutcome
from showcase.workspaces.search import SearchError


class Shelf(param.Parameterized):
    """The library of one session. What is asked for stands in the state, and so in the URL; ticks stay across pages."""

    listing = param.Parameter(doc="The page that was found; None until one was read.")
    refusal = param.Parameter(doc="Why the search cannot be read; None where it can.")
    failure = param.Parameter(doc="What keeps us from reading; None while all is well.")
    ticked = param.Dict(default={}, doc="The names of the ticked workspaces by their ids, in the order of the ticks.")
    takes_all = param.Boolean(default=False, doc="Whether all that match are meant, in place of the ticked ones.")
    done = param.Parameter(doc="What the last bulk action did, as (words, outcome); None where nothing is to undo.")

    def __init__(self, state: ConsoleState, store: LibraryStore, **params: Any) -> None:
        super().__init__(**params)
        self.state, self.store = state, store
        self._asked = 0
        state.param.watch(self._wished, ["search", "filters"])

    @property
    def choices(self) -> Choices:
        return read_choices(self.state.search, self.state.filters, tuple(COLUMNS))

    @property
    def columns(self) -> Sequence[str]:
        """The names of the chosen columns in their order."""
        return self.choices.columns or USUAL

    def choose(self, **changes: Sequence[str] | str | None) -> None:
        """Change filters, order, place or columns; see `choices.written`."""
        self.state.filters = written(self.state.filters, **changes)

    def search(self, text: str) -> None:
        """Search anew, from the first page on."""
        self.state.param.update(search=text.strip(), filters=written(self.state.filters, at=None))

    def clear(self) -> None:
        """Take every filter away."""
        cleared = written(self.state.filters, tag=None, status=None, archived=None)
        self.state.param.update(search="", filters=cleared)

    def turn(self, *, is_forward: bool) -> None:
        """The next page or the previous one."""
        page = self.listing.page
        self.choose(at=page.next if is_forward else page.previous)

    def tick(self, ids_on_page: Sequence[str]) -> None:
        """These are ticked on the page that is shown, and no others of it; ticks on other pages stay."""
        here = {str(one.workspace_id): name_of(one) for one in self.listing.page.workspaces}
        kept = {each: name for each, name in self.ticked.items() if each not in here or each in ids_on_page}
        kept |= {each: here[each] for each in here if each in ids_on_page}
        self.param.update(ticked=kept, takes_all=False)

    def untick(self) -> None:
        self.param.update(ticked={}, takes_all=False)

    def reach(self) -> dict[str, Any]:
        """Whom a bulk action is for, as its request says it: the ticked ones, or all that match."""
        return {"filter": self.choices.filter()} if self.takes_all else {"ids": list(self.ticked)}

    def dealt(self, words: str, outcome: BulkOutcome) -> None:
        """A bulk action was done: say so, and nothing is ticked any more."""
        self.param.update(done=(words, outcome), ticked={}, takes_all=False)

    async def refresh(self) -> None:
        """Read the page anew; of two reads under way the later one counts."""
        self._asked += 1
        asked, choices = self._asked, self.choices
        try:
            listing: Listing = await self.store.listing(choices)
        except SearchError as refused:
            self._found(asked, refusal=refused, failure=None)
        except InvalidInputError as refused:
            if choices.cursor is None:
                self._found(asked, refusal=refused, failure=None)
            else:
                # a place in another list, as an old link may have it: begin at the first page
                self.choose(at=None)
        except ShowcaseError as error:
            self._found(asked, failure=error)
        else:
            self._found(asked, listing=listing, refusal=None, failure=None)

    def _found(self, asked: int, **changes: Any) -> None:
        if asked == self._asked:
            self.param.update(**changes)

    async def _wished(self, *events: param.parameterized.Event) -> None:
        """The state asks for something else; other columns need no reading."""
        was = {event.name: event.old for event in events}
        before = read_choices(was.get("search", self.state.search), was.get("filters", self.state.filters))
        now = read_choices(self.state.search, self.state.filters)
        if before == now:
            self.param.trigger("listing")
            return
        if before.filter() != now.filter():
            self.param.update(takes_all=False, done=None)
        await self.refresh()


def place_of(refusal: ShowcaseError, text: str) -> tuple[str, str]:
    """The search before and from the place on where it cannot be read; all of it and nothing where none is known."""
    at = refusal.position - 1 if isinstance(refusal, SearchError) else len(text)
    return text[:at], text[at:]
