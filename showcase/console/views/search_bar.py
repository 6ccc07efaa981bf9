"""What the library is searched for: the search line, tags, status, order, columns, saved searches."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.choices import ORDERS, of_saved
from showcase.console.library_columns import COLUMNS, USUAL
from showcase.console.run_html import RUN_WORDS
from showcase.console.search_help import refusal_html, search_help_html
from showcase.console.shelf import Shelf
from showcase.console.surface import MANY, arranged, text
from showcase.console.theme import sheet
from showcase.console.views.asking import Question
from showcase.workspaces.search import STATUSES

_LINE = "display: grid; grid-template-columns: minmax(0, 1fr) auto auto auto; gap: 8px;"
_CHOICES = (
    "display: grid; grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr) minmax(0, 1fr) auto auto; gap: 8px;"
    "align-items: center;"
)
_STACK = "display: flex; flex-direction: column; gap: 8px; flex: none; container-type: inline-size;"
_NARROW = "@container (max-width: 620px) { :host { grid-template-columns: repeat(3, minmax(0, 1fr)) !important; } }"
"""Beside an open workspace, on a small screen: three fields that can be read, and the rest below."""
_ANY = "any"
_WIDE: dict[str, Any] = {"margin": 0, "sizing_mode": "stretch_width"}
_SMALL: dict[str, Any] = {"size": "small", **_WIDE}
_SAVE, _FORGET = "Save this search…", "Forget one…"


class SearchBar(pn.viewable.Viewer):
    """Writes the state, and follows it: a link, a saved search and the back button fill its fields."""

    def __init__(self, shelf: Shelf, question: Question) -> None:
        super().__init__()
        self._shelf, self._question = shelf, question
        self._is_showing = False
        self._saved: dict[str, dict[str, Any]] = {}
        self._line = pmui.TextInput(label="Search: words, tag:demo, wape<20, (holiday OR sparse)", **_SMALL)
        self._line._debounce = 0  # Panel waits 50 ms for more of a change, and whoever pressed Enter waits with it
        self._help = pmui.IconButton(icon="help_outline", description="How to search", margin=0, size="small")
        self._menu = pmui.MenuButton(label="Saved searches", items=[], margin=0, size="small", variant="outlined")
        self._columns = pmui.Button(label="Columns", icon="view_column", margin=0, size="small", variant="outlined")
        self._tags = pmui.MultiChoice(label="Tags", options=[], placeholder="any", searchable=True, **MANY)
        self._status = pmui.Select(label="Status", options={"any status": _ANY} | _statuses(), **_SMALL)
        self._order = pmui.Select(label="Order", options={ORDERS[name][0]: name for name in ORDERS}, **_SMALL)
        self._archived = pmui.Checkbox(label="archived", size="small", margin=0, description="Show archived ones too")
        self._clear = pmui.Button(label="Clear", margin=0, size="small", variant="text", icon="close")
        self._refusal = text(stylesheets=[sheet("search")], visible=False)
        line = arranged(self._line, self._help, self._menu, self._columns, css=_LINE, in_line=True)
        choices = arranged(
            self._tags, self._status, self._order, self._archived, self._clear, css=_CHOICES, in_line=True,
            extra=_NARROW,
        )  # fmt: skip
        self._root = arranged(line, self._refusal, choices, css=_STACK)
        self._watch()
        self._show()

    async def load(self) -> None:
        """Read the tags in use and the saved searches."""
        found = await self._shelf.store.tags()
        self._saved = await self._shelf.store.saved_searches()
        self._is_showing = True
        self._tags.options = list(dict.fromkeys([*(tag for tag, _ in found), *self._shelf.choices.tags]))
        self._is_showing = False
        self._menu.items = [
            *({"label": name, "icon": "search"} for name in self._saved),
            {"label": _SAVE, "icon": "bookmark_add"},
            *([{"label": _FORGET, "icon": "delete_outline"}] if self._saved else []),
        ]

    def _watch(self) -> None:
        self._line.param.watch(self._searched, "value")
        self._line.param.watch(self._searched, "enter_pressed")
        for widget in (self._tags, self._status, self._order, self._archived):
            widget.param.watch(self._chose, "value")
        self._help.on_click(self._explain)
        self._columns.on_click(self._choose_columns)
        self._clear.on_click(self._cleared)
        self._menu.on_click(self._picked)
        self._shelf.state.param.watch(self._show, ["search", "filters"])
        self._shelf.param.watch(self._refused, "refusal")

    def _show(self, *_events: param.parameterized.Event) -> None:
        choices = self._shelf.choices
        self._is_showing = True
        self._line.value = choices.search
        self._tags.options = list(dict.fromkeys([*self._tags.options, *choices.tags]))
        self._tags.value = list(choices.tags)
        self._status.value = choices.status or _ANY
        self._order.value, self._archived.value = choices.order, choices.with_archived
        self._clear.disabled = not (choices.is_filtered or choices.with_archived)
        self._is_showing = False

    def _refused(self, *_events: param.parameterized.Event) -> None:
        refusal = self._shelf.refusal
        self._line.error_state = refusal is not None
        html = "" if refusal is None else refusal_html(refusal, self._shelf.state.search)
        self._refusal.param.update(object=html, visible=refusal is not None)

    # these two run at once, not in the order of coroutines: between a choice and its turn another could be shown
    def _searched(self, *_events: param.parameterized.Event) -> None:
        if not self._is_showing and (self._line.value or "").strip() != self._shelf.state.search:
            self._shelf.search(self._line.value or "")

    def _chose(self, *_events: param.parameterized.Event) -> None:
        if self._is_showing:
            return
        self._shelf.choose(
            tag=self._tags.value,
            status=None if self._status.value == _ANY else self._status.value,
            order=None if self._order.value == "newest" else self._order.value,
            archived="yes" if self._archived.value else None,
        )

    async def _cleared(self, _event: param.parameterized.Event) -> None:
        self._shelf.clear()

    async def _explain(self, _event: param.parameterized.Event) -> None:
        self._question.tell("How to search", search_help_html())

    async def _choose_columns(self, _event: param.parameterized.Event) -> None:
        labels = {COLUMNS[name].label: name for name in COLUMNS}
        chosen = pmui.MultiChoice(
            label="Columns, in the order in which they are chosen", options=labels, value=list(self._shelf.columns),
            **MANY,
        )  # fmt: skip

        async def take() -> None:
            names = [name for name in chosen.value if name in COLUMNS]
            self._shelf.choose(columns=None if not names or tuple(names) == USUAL else names)

        words = (
            '<p class="quiet">Take one out and choose it again to put it last. While a workspace is open beside the '
            "table, the weightiest of them are shown. The address of the page remembers them.</p>"
        )
        self._question.ask("Columns", words, "Show them", take, fields=(chosen,), icon="view_column")

    async def _picked(self, event: Any) -> None:
        label = event["label"] if isinstance(event, dict) else str(event)
        if label == _SAVE:
            self._ask_for_a_name()
        elif label == _FORGET:
            self._ask_which_to_forget()
        elif label in self._saved:
            search, filters = of_saved(self._saved[label], self._shelf.state.filters)
            self._shelf.state.param.update(search=search, filters=filters)

    def _ask_for_a_name(self) -> None:
        name = pmui.TextInput(label="Name of the search", **_SMALL)

        async def save() -> None:
            await self._shelf.store.save_search(name.value or "", self._shelf.choices.filter())
            await self.load()

        words = (
            "<p>Search, tags, status and archived are kept under this name, for everybody who opens this library.</p>"
        )
        self._question.ask("Save this search", words, "Save", save, fields=(name,), icon="bookmark_add")

    def _ask_which_to_forget(self) -> None:
        which = pmui.Select(label="Saved search", options=list(self._saved), **_SMALL)

        async def forget() -> None:
            await self._shelf.store.forget_search(which.value)
            await self.load()

        self._question.ask("Forget a saved search", "", "Forget", forget, fields=(which,), icon="delete_outline")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root


def _statuses() -> dict[str, str]:
    return {RUN_WORDS[status]: status for status in STATUSES}
