"""The line between filters and table: how many there are, who is ticked, and what to do with them."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.bulk_words import BULK, done_words, preview_html, undone_words
from showcase.console.shelf import Shelf
from showcase.console.state import MOST_COMPARED
from showcase.console.surface import arranged, remedy, show_only, text
from showcase.console.text import count
from showcase.console.theme import sheet
from showcase.console.views.asking import Question
from showcase.errors import ShowcaseError

_BAR = (
    "display: flex; flex-direction: row !important; align-items: center; gap: 4px; flex-wrap: wrap; min-height: 34px;"
    "flex: none;"
)
_BUTTON: dict[str, Any] = {"margin": 0, "size": "small", "variant": "text"}
_FIRST = ("pin", "tag", "archive")
_MORE = ("unpin", "untag", "unarchive")
_DONE = """
:host { background: color-mix(in srgb, var(--mui-palette-primary-main) 9%, transparent); border-radius: 6px;
        padding: 0 8px; }
"""


class BulkBar(pn.viewable.Viewer):
    """Tells the counts while nothing is ticked. Every action is previewed first, and can be taken back once."""

    def __init__(self, shelf: Shelf, question: Question, *, may_change: bool = True) -> None:
        super().__init__()
        self._may_change = may_change
        self._shelf, self._question = shelf, question
        self._counts = text(sizing_mode=None, min_width=10)
        self._ticked = text(sizing_mode=None)
        self._all = pmui.Button(label="", **_BUTTON, on_click=self._take_all)
        self._none = pmui.IconButton(icon="close", size="small", margin=0, description="Untick all")
        self._none.on_click(self._untick)
        buttons = [self._button(action) for action in _FIRST]
        self._compare = pmui.Button(label="Compare", icon="compare_arrows", **_BUTTON, on_click=self._compared)
        self._more = pmui.MenuButton(
            label="More", items=[{"label": BULK[each].label, "icon": BULK[each].icon} for each in _MORE], **_BUTTON
        )
        self._more.disabled = not may_change
        self._more.on_click(self._picked)
        self._bar = arranged(
            self._ticked, self._all, self._none, *buttons, self._compare, self._button("export"), self._more,
            self._button("delete"),
            css=_BAR, in_line=True, extra=_DONE,
        )  # fmt: skip
        self._done, self._undo = text(sizing_mode=None), pmui.Button(label="Undo", icon="undo", **_BUTTON)
        self._undo.on_click(self._take_back)
        dismiss = pmui.IconButton(icon="close", size="small", margin=0, description="Dismiss", on_click=self._dismiss)
        self._told = arranged(self._done, self._undo, dismiss, css=_BAR, in_line=True, extra=_DONE)
        self._root = arranged(arranged(self._counts, css=_BAR, in_line=True), self._told, self._bar, css="flex: none;")
        shelf.param.watch(self._show, ["listing", "ticked", "takes_all", "done", "refusal", "failure"])
        self._show()

    def _button(self, action: str) -> pmui.Button:
        words = BULK[action]

        async def pressed(_event: param.parameterized.Event) -> None:
            await self._preview(action)

        return pmui.Button(
            label=f"{words.label}…", icon=words.icon, color=words.color, disabled=not self._may_change, **_BUTTON,
            on_click=pressed,
        )  # fmt: skip

    def _show(self, *_events: param.parameterized.Event) -> None:
        shelf = self._shelf
        number, has_done = len(shelf.ticked), shelf.done is not None
        is_busy = number > 0 or shelf.takes_all
        show_only(self._bar, is_busy)
        show_only(self._told, has_done and not is_busy)
        show_only(self._root.objects[0], not is_busy and not has_done)
        self._counts.object = counts_html(shelf)
        matching = _matching(shelf)
        self._ticked.object = f"<b>{f'all {matching}' if shelf.takes_all else f'{number:,} ticked'}</b>"
        self._all.param.update(label=f"Take all {matching}", visible=not shelf.takes_all and _has_more(shelf))
        self._compare.disabled = shelf.takes_all or not 2 <= number <= MOST_COMPARED
        if has_done:
            words, outcome = shelf.done
            self._done.object = f'<span role="status">{words}</span>'
            self._undo.visible = outcome.undo_token is not None

    async def _take_all(self, _event: param.parameterized.Event) -> None:
        self._shelf.takes_all = True

    async def _untick(self, _event: param.parameterized.Event) -> None:
        self._shelf.untick()

    async def _dismiss(self, _event: param.parameterized.Event) -> None:
        self._shelf.done = None

    async def _compared(self, _event: param.parameterized.Event) -> None:
        ids = list(self._shelf.ticked)
        self._shelf.state.open("compare", compare=ids, base=ids[0])

    async def _picked(self, event: Any) -> None:
        label = event["label"] if isinstance(event, dict) else str(event)
        await self._preview(next(action for action in _MORE if BULK[action].label == label))

    async def _preview(self, action: str) -> None:
        """Ask with the figures of now; tags are asked for first, for the figures depend on them."""
        words, reach = BULK[action], self._shelf.reach()
        tags = _tag_field() if words.needs_tags else None

        async def act() -> None:
            sent = {"action": action, **reach} | ({"tags": _tags_of(tags)} if tags is not None else {})
            outcome = await self._shelf.store.act(sent)
            self._shelf.dealt(done_words(action, outcome), outcome)
            await self._shelf.refresh()

        try:
            # which tags is not known yet: one that nobody has tells how many are reached
            asked = {"action": action, **reach} | ({"tags": [token_hex(16)]} if action == "tag" else {})
            html = await self._told_before(action, asked)
        except ShowcaseError as error:
            self._question.tell(words.label, remedy(error))
            return
        fields = (tags,) if tags is not None else ()
        self._question.ask(words.label, html, words.label, act, icon=words.icon, color=words.color, fields=fields)

    async def _told_before(self, action: str, asked: dict[str, Any]) -> str:
        if action == "untag":
            return f"<p>{BULK[action].means}</p>"
        named = () if self._shelf.takes_all else tuple(self._shelf.ticked.values())
        return preview_html(action, await self._shelf.store.preview(asked), named)

    async def _take_back(self, _event: param.parameterized.Event) -> None:
        _, outcome = self._shelf.done
        try:
            undone = await self._shelf.store.undo(outcome.undo_token)
        except ShowcaseError as error:
            self._question.tell("Undo", remedy(error))
            return
        self._shelf.dealt(undone_words(undone), undone)
        await self._shelf.refresh()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root


_HEADING = '<h2 style="display:inline;margin-right:12px">Library</h2>'


def _tag_field() -> pmui.TextInput:
    return pmui.TextInput(
        label="Tags, with commas between them", size="small", margin=0, sizing_mode="stretch_width",
        stylesheets=[sheet("help")],
    )  # fmt: skip


def _tags_of(field: pmui.TextInput) -> list[str]:
    typed = (field.value or "").split(",")
    return [tag.strip() for tag in typed if tag.strip()]


def _matching(shelf: Shelf) -> str:
    """How many match, as `1,284 that match`."""
    page = shelf.listing.page if shelf.listing else None
    if page is None:
        return "that match"
    return f"{page.total:,} that match" if page.total_is_exact else f"that match, more than {page.total:,}"


def _has_more(shelf: Shelf) -> bool:
    page = shelf.listing.page if shelf.listing else None
    return page is not None and (page.total > len(shelf.ticked) or not page.total_is_exact)


def counts_html(shelf: Shelf) -> str:
    """`1,284 of 10,412 workspaces`; how many there are where nothing is filtered."""
    if shelf.listing is None:
        return f'{_HEADING}<span class="quiet">Reading the library</span>' if shelf.failure is None else _HEADING
    page, kept = shelf.listing.page, shelf.listing.kept
    if not shelf.choices.is_filtered and (shelf.choices.with_archived or not kept):
        return f'{_HEADING}<span role="status">{count(kept, "workspace")}</span>'
    found = f"{page.total:,}" if page.total_is_exact else f"more than {page.total:,}"
    archived = "" if shelf.choices.with_archived or shelf.choices.is_filtered else ", archived ones left out"
    return (
        f'{_HEADING}<span role="status"><b>{found}</b> of {count(kept, "workspace")}</span>'
        f'<span class="quiet">{archived}</span>'
    )
