"""The server: where it may be reached from, and what it says when it cannot listen."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from showcase.errors import ConflictError, ShowcaseError
from showcase.http.brief_logs import make_brief
from showcase.http.serve import _listen, _shown, allowed_hosts


def test_loopback_has_three_names() -> None:
    assert allowed_hosts("127.0.0.1", 5006) == ["127.0.0.1:5006", "localhost:5006", "[::1]:5006"]


def test_an_address_that_was_given_is_allowed_too() -> None:
    assert "192.0.2.7:80" in allowed_hosts("192.0.2.7", 80)
    assert "[2001:db8::7]:80" in allowed_hosts("2001:db8::7", 80)


def test_every_interface_means_this_machines_name() -> None:
    assert f"{socket.gethostname()}:80" in allowed_hosts("0.0.0.0", 80)
    assert not any(origin.startswith("0.0.0.0") for origin in allowed_hosts("0.0.0.0", 80))


def test_the_address_to_open_is_one_that_a_browser_can_open() -> None:
    assert [_shown(address) for address in ("0.0.0.0", "::1", "192.0.2.7")] == ["127.0.0.1", "[::1]", "192.0.2.7"]


def test_a_port_that_is_taken_is_refused_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConflictError, match="another program holds it") as refused:
            _listen("127.0.0.1", taken.getsockname()[1])
    assert "--port" in refused.value.remedy


def test_an_address_that_is_not_here_is_refused_with_what_to_do() -> None:
    with pytest.raises(ShowcaseError) as refused:
        _listen("192.0.2.7", 5006)  # a documentation address, nobody's own
    assert "--address" in refused.value.remedy


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_first_piece() -> None:
    with _listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP  # asyncio sets TCP_NODELAY on what such a socket accepts


@pytest.mark.parametrize(
    ("error", "said", "is_ours"),
    [
        (asyncio.CancelledError(), "Exception in ASGI application", False),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), "Invalid UTF-8 sequence received from client", False),
        (ValueError("a defect"), "Exception in ASGI application", True),
    ],
)
def test_what_is_no_defect_of_ours_leaves_one_line_and_no_trace(error: BaseException, said: str, is_ours: bool) -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, said, None, (type(error), error, None))
    assert make_brief(record)
    assert bool(record.exc_info) is is_ours


@pytest.mark.parametrize(("error", "is_ours"), [("asyncio.exceptions.CancelledError", False), ("ValueError: x", True)])
def test_a_shutdown_cut_off_by_a_second_signal_is_said_without_a_trace(error: str, is_ours: bool) -> None:
    said = f"Traceback (most recent call last):\n  ...\n{error}\n"
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, said, None, None)
    assert make_brief(record)
    assert ("Traceback" in record.getMessage()) is is_ours
