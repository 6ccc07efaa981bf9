"""A relay in front of a database server that can be slow, silent or cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import URL, make_url

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: a close is a reset
_CHUNK = 65536


@dataclass
class Proxy:
    """Relays to one server on a port of loopback; `latency_s` and `is_silent` may change at any time."""

    target: URL
    port: int = 0
    latency_s: float = 0.0
    is_silent: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        """The database through this relay."""
        through = self.target.set(host="127.0.0.1", port=self.port, query={})
        return through.render_as_string(hide_password=False)

    def cut(self) -> None:
        """Reset every connection that is open, as a router does that forgot them."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    async def _cut(self) -> None:
        for writer in list(self._open):
            sock = writer.get_extra_info("socket")
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await self._connect()
        self._open |= {writer, there_writer}
        ways = [self._pump(reader, there_writer), self._pump(there_reader, writer)]
        try:
            await asyncio.wait([asyncio.ensure_future(way) for way in ways], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (writer, there_writer):
                self._open.discard(each)
                each.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder, port = self.target.query.get("host"), self.target.query.get("port", self.target.port)
        if folder is not None:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self.target.host, self.target.port)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await asyncio.sleep(self.latency_s)
                if not self.is_silent:
                    writer.write(chunk)
                    await writer.drain()

    async def _serve(self, started: threading.Event, stopping: asyncio.Event) -> None:
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stopping.wait()
        server.close()
        await self._cut()
        await asyncio.sleep(0)


@contextmanager
def proxy_before(url: str) -> Iterator[Proxy]:
    """A relay before the database at `url`, in a thread of its own."""
    proxy, started, stopping = Proxy(make_url(url)), threading.Event(), asyncio.Event()

    def work() -> None:
        asyncio.set_event_loop(proxy._loop)
        proxy._loop.run_until_complete(proxy._serve(started, stopping))
        for task in asyncio.all_tasks(proxy._loop):
            task.cancel()
        proxy._loop.run_until_complete(asyncio.sleep(0.05))
        proxy._loop.close()

    thread = threading.Thread(target=work, name="proxy", daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield proxy
    finally:
        proxy._loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
