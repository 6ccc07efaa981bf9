"""Says in the header when the page has lost its server, and that it tries to come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import param
from panel.custom import JSComponent

from showcase.console.theme import sheet


class Connection(JSComponent):
    """Nothing while all is well. What runs on the server goes on without the page, and a page that is back shows it.

    How the page comes back is told in comeback.js.
    """

    session = param.String(default="", doc="Whose page it is; a browser that comes back to another one begins anew.")
    trying = param.String(default="Connection lost, trying again.", doc="While the browser tries by itself.")
    lost = param.String(default="The server does not answer.", doc="After some tries in vain.")
    reload = param.String(default="Reload", doc="What the button says.")

    _esm = Path(__file__).with_name("connection.js")
    _stylesheets = [sheet("connection")]  # noqa: RUF012  (Panel's own declaration)

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"session": uuid4().hex, **params})
