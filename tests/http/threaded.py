"""The web application in a thread of the test, on a port of its own, so that both sides can be looked at."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from showcase.http.app import build_app
from showcase.wiring import Installation


@contextmanager
def served_here(installation: Installation) -> Iterator[str]:
    """HTTP alone, until the block ends; gives its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        netloc = f"127.0.0.1:{listening.getsockname()[1]}"
        app = build_app(installation, hosts=[netloc], only="http")
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://{netloc}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)
            assert not thread.is_alive()
