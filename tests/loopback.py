"""A server of a test's own on a free port of this machine, in threads that nobody waits for."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


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
