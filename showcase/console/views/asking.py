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

_STACK = "display: flex; flex-direction: column; gap: 12px; padding-top: 2px;"
_BUTTONS = "display: grid; grid-auto-flow: column; grid-auto-columns: max-content; justify-content: end; gap: 8px;"
_SX: dict[str, Any] = {
    "& .MuiDialogTitle-root": {
        "pb": "8px", "overflowWrap": "anywhere", "whiteSpace": "normal", "maxWidth": "100%", "boxSizing": "border-box",
    },
    "& .MuiDialogContent-root": {"px": "24px", "pb": "16px"},
}  # fmt: skip


class Question(pn.viewable.Viewer):
    """A dialog with words, fields and two buttons. What it does closes it; what fails stays, with the remedy.

    It is filled when it is asked, so that a page that never asks pays for nothing. Mount it in a view.
    """

    def __init__(self, *, width: str = "sm") -> None:
        super().__init__()
        self._dialog = pmui.Dialog(title="", width_option=width, close_on_click=True, title_variant="h3", sx=_SX)
        self.act: Action | None = None

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
        stays: bool = False,
    ) -> None:
        """Ask; `html` is markup of ours. Escape and a click beside the question are a no.

        `stays` leaves it open when it was done, for an act that tells something in its place.
        """

        async def do() -> None:
            await act()
            if not stays:
                self.close()

        self.act = Action(label, do, icon=icon, color=color, variant="contained")
        self._open(title, html, (*fields, self.act.notice), (self._button("Cancel"), self.act.button))

    def tell(self, title: str, html: str, fields: tuple[Any, ...] = ()) -> None:
        """Only words, and a way back."""
        self._open(title, html, fields, (self._button("Close"),))

    def close(self) -> None:
        self._dialog.open = False

    def _open(self, title: str, html: str, fields: tuple[Any, ...], buttons: tuple[Any, ...]) -> None:
        words = [text(html, stylesheets=[sheet("facts"), sheet("search")])] if html else []
        body = arranged(*words, *fields, arranged(*buttons, css=_BUTTONS, in_line=True), css=_STACK)
        self._dialog.objects = [body]
        self._dialog.param.update(title=title, open=True)

    def _button(self, label: str) -> pmui.Button:
        return pmui.Button(label=label, margin=0, variant="text", on_click=self._closed)

    async def _closed(self, _event: param.parameterized.Event) -> None:
        self.close()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._dialog
