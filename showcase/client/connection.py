"""One HTTP connection to a served installation: what it answers as values, every failure as an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from showcase.errors import FieldError, ShowcaseError, UnavailableError

Json = dict[str, Any]
Rows = list[Json]
_OTHERS = "Check that the address is that of a showcase server."


class CallError(ShowcaseError):
    """A refused call: its `status`, the sentences `detail` and `remedy`, its `kind` (busy, not_found, ...), each
    refused field in `errors`, and the whole answer as `body`."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(str(body.get("detail", "")), str(body.get("remedy", "")))
        self.status = status
        self.detail = self.message
        self.kind = str(body.get("type", "")).rpartition(":")[2]
        self.errors = tuple(FieldError(**one) for one in body.get("errors") or ())
        self.body = body


@dataclass(frozen=True, slots=True)
class Connection:
    """One HTTP connection pool to one server; every failure is a CallError or an UnavailableError."""

    http: httpx.Client

    def call(self, method: str, path: str, **sent: Any) -> Json:
        """The JSON object that a call answers, empty where there is none; `sent` are httpx's json, params, headers."""
        response = self.answer(method, path, **sent)
        found = _json(response) if response.content else {}
        if found is None:
            raise _strange(response)
        return found

    @contextmanager
    def streamed(self, path: str, timeout_s: float | None, **headers: str) -> Iterator[httpx.Response]:
        """What a GET answers, as it comes; a connection that breaks meanwhile is httpx's TransportError."""
        with self.http.stream("GET", path, headers=headers, timeout=timeout_s) as response:
            if not _is_ours(response):
                response.read()
                raise _refused(response)
            yield response

    def rows(self, name: str, path: str, **params: Any) -> Rows:
        """The list called `name` in what a GET answers."""
        return list(self.call("GET", path, params=params)[name])

    def answer(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """The same with status and headers."""
        try:
            response = self.http.request(method, path, **sent)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error
        if not _is_ours(response):
            raise _refused(response)
        return response

    def unreachable(self, error: httpx.TransportError) -> UnavailableError:
        """What a connection that was not made, or broke, is to whoever called."""
        return UnavailableError(
            f"The server at {self.http.base_url} was not reached: {type(error).__name__}.",
            "Start it with `showcase serve`, or correct the address.",
        )


def _is_ours(response: httpx.Response) -> bool:
    """Whether it may be an answer: no refusal, and no page of a proxy elsewhere, as to log in."""
    return not (response.is_error or response.has_redirect_location)


def _refused(response: httpx.Response) -> CallError:
    body = _json(response)
    return _strange(response) if body is None or "detail" not in body else CallError(response.status_code, body)


def _strange(response: httpx.Response) -> CallError:
    """An answer that no server of ours gives."""
    said = "without saying why" if response.is_error else "with something that is no JSON object"
    return CallError(
        response.status_code, {"detail": f"The server answered {response.status_code} {said}.", "remedy": _OTHERS}
    )


def _json(response: httpx.Response) -> Json | None:
    """The JSON object of an answer; None where it is none."""
    try:
        found = response.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
