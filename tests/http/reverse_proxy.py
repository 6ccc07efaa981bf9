"""A reverse proxy as `docs/operations.md` asks for one: it takes a path away, and says for whom it asks."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import AbstractContextManager, suppress

from tests.loopback import Loopback, answering

_PIECE = 65_536
CALLER = "192.0.2.7"
"""Whom it names as the caller: an address of the documentation, so that nobody on loopback is meant."""


class _Relay(socketserver.StreamRequestHandler):
    """One request a connection: its head is rewritten, and every byte behind it passes as it comes, both ways."""

    server: Proxy

    def handle(self) -> None:
        head = self._head()
        if head is None:
            return
        with socket.create_connection(("127.0.0.1", self.server.target)) as there:
            there.sendall(head)
            answering = threading.Thread(target=_pass_on, args=(there, self.connection))
            answering.start()
            # what was read beyond the head comes first, then whatever follows
            with suppress(OSError):
                while piece := self.rfile.read1(_PIECE):  # type: ignore[attr-defined]
                    there.sendall(piece)
                there.shutdown(socket.SHUT_WR)
            answering.join()

    def _head(self) -> bytes | None:
        """The head as the server is to see it; None where it is answered here."""
        method, path, version = self.rfile.readline().split()
        if not path.startswith(self.server.prefix + b"/"):
            self.wfile.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            return None
        lines = [method + b" " + path.removeprefix(self.server.prefix) + b" " + version + b"\r\n"]
        is_upgrade = False
        for line in iter(self.rfile.readline, b"\r\n"):
            name = line.partition(b":")[0].strip().lower()
            is_upgrade |= name == b"upgrade"
            if name != b"connection" and not name.startswith(b"x-forwarded-"):
                lines.append(line)
        lines.append(b"connection: " + (b"upgrade" if is_upgrade else b"close") + b"\r\n")
        lines.append(f"x-forwarded-for: {CALLER}\r\nx-forwarded-proto: {self.server.scheme}\r\n\r\n".encode())
        return b"".join(lines)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    with suppress(OSError):  # whoever listens has gone: so does the request
        source.shutdown(socket.SHUT_RDWR)


class Proxy(Loopback):
    """Leads `prefix` on its own port to the root of the server on port `target`, which may be named later."""

    def __init__(self, prefix: str, scheme: str) -> None:
        self.prefix, self.scheme, self.target = prefix.encode(), scheme, 0
        super().__init__(_Relay)


def reverse_proxy(prefix: str, scheme: str) -> AbstractContextManager[Proxy]:
    """A proxy that answers until the block ends; `scheme` is what it says that its callers use."""
    return answering(Proxy(prefix, scheme))
