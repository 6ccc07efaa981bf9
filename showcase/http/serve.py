"""Runs the web application until it is told to stop."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from showcase.adapters.logs import library_logs
from showcase.errors import ConflictError, InvalidInputError, ShowcaseError, UnavailableError
from showcase.http.app import Only, build_app
from showcase.http.brief_logs import make_brief
from showcase.http.websocket import Socket
from showcase.wiring import Installation, share

LARGEST_MESSAGE_BYTES = 1024**2
_PREPARED, _PREPARED_WARM = 4, 20  # pages made ahead, unless the settings say how many
_GRACE_S = 3
# Tabs on a machine with too much to do answer late; one that was cut off for it would be loaded anew.
_SLOWEST_ANSWER_S = 120
_RUN_GRACE_S = 5.0
_LOOK_S = 0.1
_STOPPING = (signal.SIGINT, signal.SIGTERM)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (recognised, not chosen: the default is loopback)


def allowed_hosts(address: str, port: int) -> list[str]:
    """The host:port under which it may be reached: loopback, and the address that was given.

    An address that means every interface adds this machine's name.
    """
    named = socket.gethostname() if address in _EVERYWHERE else address
    host = f"[{named}]" if ":" in named else named
    return [f"{name}:{port}" for name in dict.fromkeys((*_LOOPBACK, host))]


def serve(
    installation: Installation,
    *,
    address: str,
    port: int,
    on_listening: Callable[[str], None] | None = None,
    root_path: str = "",
    only: Only | None = None,
    warm: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM; `on_listening` is told the address to open once the port answers.

    Prints nothing. At the first signal a run of this process is asked to stop, open connections are given three
    seconds, and the run five; a second signal ends the waiting. ConflictError where the port is taken.
    """
    listening = _listen(address, port)
    told = installation.settings.prepared_pages
    share(installation)
    try:
        app = build_app(
            installation,
            hosts=allowed_hosts(address, port),
            only=only,
            warm=warm,
            prepared=told if told is not None else _PREPARED_WARM if warm else _PREPARED,
        )
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws=Socket,
            ws_max_size=LARGEST_MESSAGE_BYTES,
            ws_ping_timeout=_SLOWEST_ANSWER_S,
            timeout_graceful_shutdown=_GRACE_S,
            root_path=root_path,
        )
        url = f"http://{_shown(address)}:{port}{root_path}/"
        server = _Server(config, installation, lambda: on_listening(url) if on_listening else None)
        with library_logs(installation.settings.secrets, make_brief):
            server.run([listening])
    finally:
        share(None)
        listening.close()


class _Server(uvicorn.Server):
    """Tells when it listens, and ends the run of this process with itself."""

    def __init__(self, config: uvicorn.Config, installation: Installation, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._installation = installation
        self._announce = announce
        self._forced = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM. Uvicorn raises them anew afterwards, which would end the process uncleaned."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._stop) for number in _STOPPING}
        try:
            yield
            self._wait_for_run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        """The first signal asks, every later one ends the waiting."""
        if self.should_exit:
            self.force_exit = True
            self._forced.set()
        self.should_exit = True
        running = self._installation.launcher.own()
        if running is not None:
            running.request_stop()

    def _wait_for_run(self) -> None:
        running = self._installation.launcher.own()
        waited_s = 0.0
        while running is not None and waited_s < _RUN_GRACE_S and not self._forced.is_set():
            if running.has_ended(within_s=_LOOK_S):
                return
            waited_s += _LOOK_S


def _shown(address: str) -> str:
    if address in _EVERYWHERE:
        return "127.0.0.1"
    return f"[{address}]" if ":" in address else address


def _listen(address: str, port: int) -> socket.socket:
    """A listening socket; bound here, so that a taken port is refused in words before anything is built."""
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise InvalidInputError(
            f"The address {address!r:.80} is none of this machine's.", "Give 127.0.0.1, or an address of this machine."
        ) from error
    # named as TCP: asyncio switches Nagle's algorithm off for such sockets alone, and with it an answer of two pieces
    # waits for the client's delayed acknowledgement of the first, 40 ms
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
    except OSError as error:
        listening.close()
        raise _refusal(error, address, port) from error
    return listening


def _refusal(error: OSError, address: str, port: int) -> ShowcaseError:
    where = f"{address}:{port}"
    if error.errno == errno.EADDRINUSE:
        return ConflictError(
            f"Port {port} was expected to be free on {address}; another program holds it.",
            "Stop that program, or choose another port with --port.",
            reason="port",
        )
    return UnavailableError(f"{where} cannot be listened on: {error.strerror}.", "Choose another --address or --port.")
