"""Asks an outside service over HTTP within limits: no redirects, bounded time and size, no secret in an error."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import threading
import time
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from showcase.errors import InvalidInputError, ProviderError
from showcase.kernel.refusals import parse_json
from showcase.ports import Tick

_TICK_S = 0.1
_SECRET_RUN = 8  # characters in a row that give a part of a key away
_SHOWN = 200
_PIECE = 64 * 1024
_KEY = re.compile(r"[!-~]{1,4096}")
_REFUSALS = {
    401: "it refuses the key",
    403: "it refuses the key",
    404: "it knows no such path or model",
    413: "it finds the question too large",
    429: "it takes no more questions for now",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An outside service: where it is, its key, and what it may take.

    `url` is http or https without user, query or fragment; `timeout_s` bounds a whole call, from the look-up of the
    host's name to the last byte; `most_bytes` bounds the answer. `settings` are the names of the settings that a
    person changes when it does not work.
    """

    url: str
    key: SecretStr | None = None
    timeout_s: float = 10.0
    most_bytes: int = 8 * 1024**2
    settings: str = "the provider's settings"
    host: str = field(init=False)

    def __post_init__(self) -> None:
        if not _is_place(self.url):
            raise InvalidInputError(
                "The URL of a provider is http:// or https:// with a host and a path, and nothing else; "
                f"the one in {self.settings} is not.",
                "Set it as https://host/v1; a key belongs into its own setting.",
            )
        if self.key is not None and not _KEY.fullmatch(self.key.get_secret_value()):
            raise InvalidInputError(
                f"The key in {self.settings} has blanks, line ends or letters that no header can carry.",
                "Set it without quotes and blanks, as the provider shows it.",
            )
        object.__setattr__(self, "host", urlsplit(self.url).netloc)

    def post(self, path: str, body: object, tick: Tick) -> Any:
        """The JSON that POST of `body` to `path` below the URL answers; ProviderError says why there is none."""
        call = _Call(self, path, json.dumps(body).encode())
        answer: Future[tuple[int, bytes]] = Future()
        threading.Thread(target=_settle, args=(call, answer), name=f"ask-{self.host}", daemon=True).start()
        try:
            status, content = wait_ticking(answer, self.timeout_s, tick)
        except TimeoutError:
            raise self.failure(f"did not answer within {self.timeout_s:g} s") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            # not the error's whole text: it can quote what was sent
            why = getattr(error, "strerror", None) or type(error).__name__
            raise self.failure(f"does not answer: {why}") from None
        finally:
            call.abandon()
        return self._read(status, content)

    def _read(self, status: int, content: bytes) -> Any:
        if status != http.client.OK:
            raise self.refused(status, _said(content))
        if len(content) > self.most_bytes:
            raise self.failure(f"answered with more than {self.most_bytes:,} bytes")
        try:
            return parse_json(content, "answer")
        except InvalidInputError as error:
            raise self.failure(f"answered with JSON that cannot be used: {error.message}") from None

    def refused(self, status: int, said: str = "") -> ProviderError:
        """The error for an answer of this status; `said` is what the service added, after a colon."""
        if 300 <= status < 400:
            return self.failure(f"answered {status}, a redirect, and redirects are not followed")
        meaning = _REFUSALS.get(status, "it failed" if status >= 500 else "it refuses the question")
        return self.failure(f"answered {status}, {meaning}{said}")

    def refuse_shape(self, expected: str) -> ProviderError:
        """The error for an answer that is JSON of another shape."""
        return self.failure(f"answered with JSON of another shape; {expected} was expected")

    def failure(self, what: str) -> ProviderError:
        """The error for a service that did `what`, with its remedy and without the key."""
        # the texts of a provider and of its errors may hold the key that was sent to it
        message = scrub(f"The provider at {self.host} {what}", self.key)
        return ProviderError(
            f"{message.rstrip('.')}.",
            f"Check {self.settings} and that the service runs; unset them to work offline.",
        )


def _is_place(url: str) -> bool:
    """Whether the URL says where to ask, and nothing else."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    more = (parts.username, parts.password, parts.query, parts.fragment)
    is_clean = all("!" <= letter <= "~" for letter in url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and is_clean and not any(more)


def scrub(text: str, key: SecretStr | None) -> str:
    """The text with every part of the key masked, plain, URL-quoted or in base64, from eight characters on."""
    secret = key.get_secret_value() if key else ""
    forms = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")} - {""}
    hidden = [False] * len(text)
    for form in forms:
        run = min(_SECRET_RUN, len(form))
        for start in range(len(form) - run + 1):
            piece, at = form[start : start + run], -1
            while (at := text.find(piece, at + 1)) >= 0:
                hidden[at : at + run] = [True] * run
    return "".join("*" if hide else letter for letter, hide in zip(text, hidden, strict=True))


def _said(content: bytes) -> str:
    """The provider's own words about a refusal, short and on one line; nothing where they cannot be read."""
    try:
        said = parse_json(content[:_PIECE], "answer")
    except InvalidInputError:
        return ""
    error = said.get("error", said) if isinstance(said, dict) else said
    words = error.get("message") if isinstance(error, dict) else error
    return f": {' '.join(words.split())[:_SHOWN]}" if isinstance(words, str) and words.strip() else ""


@dataclass(slots=True)
class _Call:
    """One POST in a thread of its own, so that a wait can be left whatever the network does."""

    endpoint: Endpoint
    path: str
    body: bytes
    _connection: http.client.HTTPConnection | None = None
    _is_abandoned: bool = False

    def run(self) -> tuple[int, bytes]:
        """Status and body; the body is cut off one byte above the limit."""
        parts = urlsplit(self.endpoint.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        assert parts.hostname is not None  # the endpoint checked it
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.endpoint.key is not None:
            headers["Authorization"] = f"Bearer {self.endpoint.key.get_secret_value()}"
        # http.client follows no redirect, reads no proxy from the environment and asks for no compression
        self._connection = kind(parts.hostname, parts.port, timeout=self.endpoint.timeout_s)
        try:
            self._connection.request("POST", f"{parts.path.rstrip('/')}/{self.path}", self.body, headers)
            response = self._connection.getresponse()
            return response.status, self._read(response)
        finally:
            self._connection.close()

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        pieces, size = [], 0
        while size <= self.endpoint.most_bytes and not self._is_abandoned:
            piece = response.read1(_PIECE)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def abandon(self) -> None:
        """End a call that nobody waits for any more; one that has ended stays as it is."""
        self._is_abandoned = True
        sock = self._connection.sock if self._connection else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _settle(call: _Call, answer: Future[tuple[int, bytes]]) -> None:
    try:
        answer.set_result(call.run())
    except (OSError, http.client.HTTPException, ValueError) as error:
        answer.set_exception(error)


def wait_ticking[Answer](answer: Future[Answer], timeout_s: float, tick: Tick) -> Answer:
    """What the other thread gives, `tick` being called meanwhile; TimeoutError after `timeout_s`."""
    until = time.monotonic() + timeout_s
    while not wait([answer], timeout=_TICK_S).done:
        tick()
        if time.monotonic() >= until:
            raise TimeoutError
    return answer.result()
