"""The server's side of a WebSocket, that knows at once when the client has gone."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class Socket(WebSocketsSansIOProtocol):
    """Refuses to send over a connection that broke.

    Uvicorn hears of a broken one in the next turn of the event loop, and until then asyncio warns of each frame that is
    written: dozens for one page that was closed while a run told of itself.
    """

    async def send(self, message: Any) -> None:
        """Send; ClientDisconnected, an OSError, where nobody is there any more."""
        if self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)
