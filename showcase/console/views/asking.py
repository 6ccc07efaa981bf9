"""A question over the page: what will happen, what it needs, and the button that does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.surface import arranged, text
from showcase.console.theme import sheet

_STACK = "display: flex; flex-direction: column; gap: 12px; padding-top: 4px;"
_BUTTONS = "display: flex; flex-direction: row !important; justify-content: flex-end; align-items: center; gap: 8px; flex-wrap: wrap;"


class Question(pn.viewable.Viewer):
    """A dialog with words, fields and two buttons. What it does closes it; what fails stays, with the remedy.

    It is built empty and filled when it is asked, so that a page that never asks pays for nothing. Mount it in a view.
    """

    def __init__(self, *, width: str = "sm") -> None:
        super().__init__()
        self.words = text(stylesheets=[sheet("facts")])
        self._fields = arranged(css=_STACK)
        self._buttons = arranged(css=_BUTTONS)
        self._body = arranged(self.words, self._fields, self._buttons, css=_STACK)
        self._dialog = pmui.Dialog(self._body, title="", width_option=width, close_on_click=True, title_variant="h3")
        self.act: Action | None = None
        self._dialog.param.watch(self._toggled, "open")

    @property
    def is_open(self) -> bool:
        return bool(self._dialog.open)

    def ask(
        self,
        title: str,
        html: str,
        label: str,
        act: Callable[[], Awaitable[None]],
        *,
        icon: str = "check",
        color: str = "primary",
        fields: tuple[Any, ...] = (),
        may_miss: bool = True,
        is_allowed: bool = True,
    ) -> None:
        """Ask; `html` is markup of ours. `may_miss` lets Escape or a click beside it close the question."""

        async def do() -> None:
            await act()
            self.close()

        self.act = Action(label, do, icon=icon, color=color, variant="contained")
        self.act.is_allowed = is_allowed
        cancel = pmui.Button(label="Cancel", margin=0, variant="text", on_click=self._cancelled)
        self.words.object = html
        self._fields.objects = [*fields, self.act.notice]
        self._buttons.objects = [cancel, self.act.button]
        self._dialog.param.update(title=title, close_on_click=may_miss, open=True)

    def tell(self, title: str, html: str) -> None:
        """Only words, and a way back."""
        close = pmui.Button(label="Close", margin=0, variant="text", on_click=self._cancelled)
        self.words.object = html
        self._fields.objects, self._buttons.objects = [], [close]
        self._dialog.param.update(title=title, close_on_click=True, open=True)

    def close(self) -> None:
        self._dialog.open = False

    async def _cancelled(self, _event: param.parameterized.Event) -> None:
        self.close()

    def _toggled(self, event: param.parameterized.Event) -> None:
        if not event.new:
            # what was typed into it is forgotten with it
            self._fields.objects = []

    def __panel__(self) -> pn.viewable.Viewable:
        return self._dialog
