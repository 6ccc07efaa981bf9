"""A client that is gone of a sudden costs one refused send, and not a line in the log."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.utils import ClientDisconnected

from showcase.http.websocket import Socket

_PATIENCE_S = 60.0
_FRAMES = 50


class Talker:
    """Answers the first message with many frames, once the client has gone and before the loop can hear of it."""

    def __init__(self) -> None:
        self.is_asked, self.has_gone, self.has_ended = threading.Event(), threading.Event(), threading.Event()
        self.refused = 0

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        self.is_asked.set()
        assert self.has_gone.wait(_PATIENCE_S)
        for _ in range(_FRAMES):
            try:
                await send({"type": "websocket.send", "text": "more"})
            except ClientDisconnected:
                self.refused += 1
        self.has_ended.set()


def ask(port: int) -> socket.socket:
    """Open a WebSocket and send one empty text, by hand: a library would keep the connection open behind our back."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
    key = "AAAAAAAAAAAAAAAAAAAAAA=="
    head = ("GET / HTTP/1.1", "Host: here", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13", "", "")  # fmt: skip
    connection.sendall("\r\n".join(head).encode())
    assert connection.recv(4096).startswith(b"HTTP/1.1 101")
    connection.sendall(b"\x81\x80\x00\x00\x00\x00")
    return connection


def leave_at_once(connection: socket.socket) -> None:
    """Break the connection as a killed browser does: nothing is said, and what is on its way is lost."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_frames_for_a_client_that_is_gone_are_refused_and_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    talker = Talker()
    with socket.socket() as listening, caplog.at_level(logging.WARNING):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(talker, ws=Socket, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            client = ask(listening.getsockname()[1])
            assert talker.is_asked.wait(_PATIENCE_S)
            leave_at_once(client)
            talker.has_gone.set()
            assert talker.has_ended.wait(_PATIENCE_S)
        finally:
            server.should_exit = True
            thread.join(_PATIENCE_S)
    assert talker.refused > _FRAMES // 2
    assert not [record for record in caplog.records if record.name == "asyncio"]
