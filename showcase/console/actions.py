"""Buttons: each one is idle, busy, done, or shows the remedy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.surface import remedy, text
from showcase.errors import ShowcaseError

_DONE_MS = 1200


class Action(pn.viewable.Viewer):
    """A button that does one thing at a time. `notice` is where its remedy appears; place it near the button."""

    phase = param.Selector(default="idle", objects=["idle", "busy", "done", "remedy"], doc="Where its life stands.")
    is_allowed = param.Boolean(default=True, doc="Whether it may be pressed when nothing is under way.")

    def __init__(self, label: str, act: Callable[[], Awaitable[None]], *, icon: str, **look: Any) -> None:
        super().__init__()
        self._act, self._label, self._icon = act, label, icon
        self.button = pmui.Button(label=label, icon=icon, margin=0, **look)
        self.notice = text(visible=False)
        self.button.on_click(self._pressed)
        self.param.watch(self._show, ["phase", "is_allowed"])
        self._show()

    def _pressed(self, _event: param.parameterized.Event) -> None:
        # a press may be on its way while the button is being shut
        if self.phase == "busy" or not self.is_allowed:
            return
        self.phase = "busy"
        self.notice.visible = False
        # a callback of its own, so that the page shows it as busy before the work begins
        pn.state.execute(self._work)

    async def _work(self) -> None:
        try:
            await self._act()
        except ShowcaseError as error:
            self.notice.param.update(object=remedy(error), visible=True)
            self.phase = "remedy"
        else:
            self.phase = "done"
            self._rest()
        finally:
            # whatever else went wrong is on the log, and the button can be pressed again
            if self.phase == "busy":
                self.phase = "idle"

    def _rest(self) -> None:
        """Show for a moment that it is done; the session's lock is not held meanwhile."""
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            self.phase = "idle"
        else:
            document.add_timeout_callback(self._idle, _DONE_MS)

    def _idle(self) -> None:
        if self.phase == "done":
            self.phase = "idle"

    def _show(self, *_events: param.parameterized.Event) -> None:
        is_busy = self.phase == "busy"
        self.button.param.update(
            disabled=is_busy or not self.is_allowed,
            loading=is_busy,
            icon="check" if self.phase == "done" else self._icon,
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self.button
