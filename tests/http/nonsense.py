"""A WebSocket client that says what no client should, byte by byte, and looks whether the answer is orderly."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
LARGEST = 1024**2
_PATIENCE_S = 60.0
"""After this a server is said to hang; nothing is measured with it."""


def frame(
    payload: bytes, opcode: int = TEXT, *, first: int = 0x80, masked: bool = True, says: int | None = None
) -> bytes:
    """One frame as a client sends it; `says` is a length that is not true, `first` the bits beside the opcode."""
    size = len(payload) if says is None else says
    mask_bit = 0x80 if masked else 0
    if size < 126:
        header = struct.pack("!BB", first | opcode, mask_bit | size)
    elif size < 2**16:
        header = struct.pack("!BBH", first | opcode, mask_bit | 126, size)
    else:
        header = struct.pack("!BBQ", first | opcode, mask_bit | 127, size)
    if not masked:
        return header + payload
    mask = os.urandom(4)
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    hidden = int.from_bytes(payload) ^ int.from_bytes(key)
    return header + mask + hidden.to_bytes(len(payload))


def _some(*payloads: str) -> Callable[[random.Random], bytes]:
    return lambda chance: frame(chance.choice(payloads).encode())


def _truncated(chance: random.Random) -> bytes:
    whole = frame(json.dumps({"seed": chance.randrange(2**31)}).encode())
    return whole[: chance.randrange(1, len(whole))]


def _scribble(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 200))


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "malformed": _some("", "{", "}", "{} {}", "{'seed': 1}", '{"seed": 1', "nul", "\ufeff{}", "<xml/>"),
    "no object": _some("[]", "null", "0", '"{}"', "true", "[{}]"),
    "wrong types": _some('{"seed": "1"}', '{"reset": 1}', '{"backtest": []}', '{"user_scope": 7}', '{"run_id": {}}'),
    "wrong values": _some('{"seed": -1}', '{"scenario": "nope"}', '{"as_of": "31.12.2026"}', '{"run_id": "../.."}'),
    "not finite": _some('{"seed": NaN}', '{"seed": Infinity}', '{"seed": -Infinity}', '{"seed": 1e999}'),
    "surrogates and NUL": _some('{"x": "\\ud800"}', '{"\\udfff": 1}', '{"x": "\\u0000"}', '{"scenario": "\\udbff"}'),
    "duplicate keys": _some('{"seed": 1, "seed": 1}', '{"x": {"a": 1, "a": 2}}'),
    "deep": lambda chance: frame(b'{"x": ' + b"[" * chance.choice((40, 1_000, 200_000))),
    "huge number": lambda _: frame(b'{"seed": ' + b"9" * 10_000 + b"}"),
    "huge": lambda _: frame(b'{"x": "' + b"x" * LARGEST + b'"}'),
    "binary": lambda chance: frame(chance.randbytes(50), BINARY),
    "bad encoding": lambda _: frame(b'{"x": "\xff\xfe\xc0\x80"}'),
    "unmasked": lambda _: frame(b"{}", masked=False),
    "reserved bits": lambda _: frame(b"{}", first=0xF0),
    "unknown opcode": lambda chance: frame(b"{}", chance.choice((3, 7, 11, 15))),
    "fragment of nothing": lambda _: frame(b"{}", 0),
    "fragmented ping": lambda _: frame(b"x", PING, first=0),
    "long ping": lambda _: frame(b"x" * 200, PING),
    "lying length": lambda _: frame(b"{}", says=2**62),
    "wrong close": lambda chance: frame(struct.pack("!H", chance.choice((0, 999, 1004, 1005, 1006, 5000))), CLOSE),
    "truncated": _truncated,
    "scribble": _scribble,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What the server said: the types of its events, and whether it ended the connection by itself."""

    events: tuple[str, ...]
    is_closed: bool


async def say(port: int, sent: bytes) -> Heard:
    """Open a socket, send the bytes and no more, and hear the server out; TimeoutError where it never ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            key = base64.b64encode(os.urandom(16)).decode()
            writer.write(
                f"GET /demo/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 101 "), answer
            writer.write(sent)
            with suppress(OSError):  # the server may have gone by then
                writer.write_eof()
            return await _hear(reader)
    finally:
        writer.close()


async def _hear(reader: asyncio.StreamReader) -> Heard:
    events: list[str] = []
    try:
        while True:
            first, second = await reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await reader.readexactly(8))
            payload = await reader.readexactly(size)
            if first & 0x0F == TEXT:
                events.append(json.loads(payload)["event_type"])
    except (asyncio.IncompleteReadError, ConnectionError):
        return Heard(tuple(events), is_closed=True)
