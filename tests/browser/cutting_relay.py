"""A relay before a server of the console that cuts a socket in the middle of a message."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

from tests.loopback import Loopback, answering

_PIECE = 65_536
_LENGTHS = {126: ">H", 127: ">Q"}


class _Passing(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.target)) as there:
            threading.Thread(target=self._forth, args=(there,), daemon=True).start()
            self._back(there)

    def _forth(self, there: socket.socket) -> None:
        with suppress(OSError):
            while piece := self.request.recv(_PIECE):
                # what is compressed could not be told apart; the name keeps its length
                there.sendall(re.sub(rb"(?i)sec-websocket-extensions:", b"x-websocket-extensions-no:", piece))
            there.shutdown(socket.SHUT_WR)

    def _back(self, there: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head and (piece := there.recv(_PIECE)):
            head += piece
        if not head.startswith(b"HTTP/1.1 101"):
            self.request.sendall(head)
            while piece := there.recv(_PIECE):
                self.request.sendall(piece)
            self.request.shutdown(socket.SHUT_RDWR)
            return
        head, _, rest = head.partition(b"\r\n\r\n")
        self.request.sendall(head + b"\r\n\r\n")
        kind = ""
        for frame in _frames(there, rest):
            is_inside = kind != "" and kind == self.server.cut_within
            if is_inside and self.server.cut():
                self.request.sendall(frame[: len(frame) // 2])
                # a close alone would do nothing while the other way still reads from it
                self.request.shutdown(socket.SHUT_RDWR)
                return
            self.request.sendall(frame)
            kind = _kind_of(frame)


def _frames(source: socket.socket, read: bytes) -> Iterator[bytes]:
    """The frames of a server, each as it came: two bytes, perhaps a longer length, no mask, the payload."""
    stream = bytearray(read)

    def need(size: int) -> bool:
        while len(stream) < size:
            piece = source.recv(_PIECE)
            if not piece:
                return False
            stream.extend(piece)
        return True

    while need(2):
        length, start = stream[1] & 0x7F, 2
        if length in _LENGTHS:
            size = struct.calcsize(_LENGTHS[length])
            if not need(2 + size):
                return
            (length,) = struct.unpack(_LENGTHS[length], stream[2 : 2 + size])
            start += size
        if not need(start + length):
            return
        yield bytes(stream[: start + length])
        del stream[: start + length]


def _kind_of(frame: bytes) -> str:
    """The kind of the message that a frame begins; nothing for a frame inside of one."""
    begins = frame.find(b'{"msgid"')
    if not 0 < begins <= 10:
        return ""
    with suppress(ValueError):
        return str(json.loads(frame[begins:]).get("msgtype", ""))
    return ""


class Relay(Loopback):
    """Leads to the server on port `target`, which may be named anew at any time.

    Where `cut_within` is the kind of a message, such as PATCH-DOC, the next one of that kind is cut behind its header;
    `cuts` counts them.
    """

    def __init__(self, target: int) -> None:
        self.target, self.cut_within, self.cuts = target, "", 0
        self._deciding = threading.Lock()
        super().__init__(_Passing)

    def cut(self) -> bool:
        """Whether to cut now: once for each time that it was asked for."""
        with self._deciding:
            is_wanted, self.cut_within = self.cut_within != "", ""
            self.cuts += is_wanted
        return is_wanted


def cutting_relay(target: int) -> AbstractContextManager[Relay]:
    """A relay that answers until the block ends."""
    return answering(Relay(target))
