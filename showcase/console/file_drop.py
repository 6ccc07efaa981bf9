"""A place to drop a file, or to choose one; it comes in parts over the page's own connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import panel as pn
import param
from panel.custom import JSComponent

from showcase.console.theme import sheet
from showcase.console.uploads import CHUNK_BYTES, Upload
from showcase.errors import InvalidInputError, ShowcaseError


class FileDrop(JSComponent):
    """Takes one file at a time into `folder`, tells `begun` that one is on its way, and hands it to `taken` once whole.

    Whoever takes it discards it; what is still on its way goes with the session. Each part is asked for when the one
    before is written, so that neither side holds more than one of them.
    """

    label = param.String(default="Choose a file", doc="The words on the button.")
    hint = param.String(default="", doc="What may be dropped here.")
    chunk_bytes = param.Integer(default=CHUNK_BYTES, doc="The size of one part.")

    _esm = Path(__file__).with_name("file_drop.js")
    _stylesheets = [sheet("file_drop")]  # noqa: RUF012  (Panel's own declaration)

    def __init__(
        self, folder: Path, begun: Callable[[], None], taken: Callable[[Upload], Awaitable[None]], **params: Any
    ) -> None:
        super().__init__(**params)
        self._folder, self._begun, self._taken = folder, begun, taken
        self._upload: Upload | None = None
        if pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            pn.state.on_session_destroyed(lambda _session: self.discard())

    async def _handle_msg(self, data: dict[str, Any]) -> None:
        """One message of the page: begin, part, or stop; each is answered."""
        try:
            await self._answer(data)
        except ShowcaseError as error:
            self.discard()
            self._send_msg({"kind": "refused", "message": f"{error.message} {error.remedy}"})

    async def _answer(self, data: dict[str, Any]) -> None:
        kind = data.get("kind")
        if kind == "begin":
            self.discard()
            self._begun()
            name, size = str(data["name"])[:200], int(data["size"])
            self._upload = await asyncio.to_thread(Upload.begin, self._folder, name, size)
        elif kind == "part":
            await asyncio.to_thread(self._open().write, bytes(data["bytes"]))
        elif kind == "stop":
            self.discard()
            return
        upload = self._open()
        if upload.is_whole:
            self._upload = None
            self._send_msg({"kind": "whole"})
            await self._taken(upload)
        else:
            self._send_msg({"kind": "more", "from": upload.received_bytes})

    def _open(self) -> Upload:
        if self._upload is None:
            raise InvalidInputError("No file is on its way.", "Choose the file again.")
        return self._upload

    def discard(self) -> None:
        """Forget the file that is on its way."""
        if self._upload is not None:
            self._upload.discard()
            self._upload = None
