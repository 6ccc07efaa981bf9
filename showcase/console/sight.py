"""Tells when a card comes into sight, so that what nobody looks at is not drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import panel as pn
import param
from panel.custom import JSComponent

from showcase.console.change import Change, on_loop


class Sight(JSComponent):
    """Place it at the top of a card; it takes no room."""

    of = param.String(default="", doc="What comes into sight.")
    seen = param.Boolean(default=False, doc="Whether it was in sight, or nearly, since the page was opened.")

    _esm = Path(__file__).with_name("sight.js")
    _stylesheets = [":host { position: absolute; width: 1px; height: 1px; }"]  # noqa: RUF012  (Panel's own declaration)

    def then(self, draw: Callable[[], None]) -> None:
        """Call `draw` once when it comes into sight; it may change the page."""

        @on_loop
        async def came(_event: param.parameterized.Event) -> None:
            await Change(pn.state.curdoc)(draw)

        self.param.watch(came, "seen")
