"""Free ports of this machine, and a server of a test's own on one, in threads that nobody waits for."""

from __future__ import annotations

import itertools
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_FIRST_PORT, _PROCESSES, _TURNS = 20_000, 8, 1500
_turns = itertools.count(os.getpid() % _TURNS)


def free_port() -> int:
    """A port for a server that another process starts a moment later.

    Below those that the system gives to whoever asks for any, and of this process of the suite alone: nobody else is
    given it until the server listens.
    """
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PROCESSES
    while True:
        port = _FIRST_PORT + _PROCESSES * (next(_turns) % _TURNS) + own
        with socket.socket() as listening, suppress(OSError):
            listening.bind(("127.0.0.1", port))
            return port


class Loopback(socketserver.ThreadingTCPServer):
    """Listens from when it is made; answers within `answering`."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def answering[Made: Loopback](server: Made) -> Iterator[Made]:
    """Let it answer until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
