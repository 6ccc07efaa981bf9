"""Who may come in, and as what: the Host and Origin allow-lists and the tokens, on every route and WebSocket."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from showcase.http.envelope import request_id_of
from showcase.http.problems import ProblemResponse, error_body, problem_body
from showcase.http.roles import SAFE, needed_for, path_of
from showcase.services.roles import ROLE_HEADER, ForbiddenError, Role, check_role

OPEN_PATH = "/health"
"""The one path that needs no token: a supervisor asks it."""
_NETLOC = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": "80", "ws": "80", "https": "443", "wss": "443"}
_COOKIE = "showcase_access"
_CHALLENGES = ('Bearer realm="showcase"', 'Basic realm="showcase", charset="UTF-8"')
"""Each in a header of its own: Chromium reads the first scheme of a header, and asks nobody for a bearer token."""
_POLICY_VIOLATION = 1008
_LONGEST_FILE_NAME = 255  # bytes, on the file systems in use
_LOOK_UP = "Choose one of the paths that /docs lists."


def plain_netloc(text: str, scheme: str) -> str | None:
    """host:port in lower case, without the scheme's usual port; None for anything that is none."""
    found = _NETLOC.fullmatch(text.lower())
    if found is None:
        return None
    host, port = found.groups()
    return host if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{host}:{port}"


def origin_netloc(origin: str) -> str | None:
    """The host:port of an Origin header; None for `null`, for other schemes and for anything with more in it."""
    scheme, separator, rest = origin.lower().partition("://")
    return plain_netloc(rest, scheme) if separator and scheme in ("http", "https") else None


class Gate:
    """Middleware that refuses a request before anything of it is read.

    `hosts` are the host:port under which this server may be reached: the Host header has to be one of them, or the very
    address that was connected to, which no foreign name can stand for. A page may open a WebSocket or use a method that
    changes things where its Origin is that same Host, one of `hosts`, or one of `origins` (as https://host). A request
    without Origin comes from no page. With `tokens`, everything but OPEN_PATH needs one: as a bearer token, as the
    password of Basic authentication (which browsers ask for), or as the cookie that the latter leaves. Each token comes
    with what its holder may do; without any, whoever comes may do everything.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        origins: Iterable[str] = (),
        tokens: Mapping[Role, str] | None = None,
    ) -> None:
        self.app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._tokens = dict(tokens or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _is_no_path(scope["path"]):
            body = problem_body(404, "not_found", "There is nothing at this path.", _LOOK_UP, request_id_of(scope))
            await _refuse(scope, receive, send, ProblemResponse(body, status_code=404))
            return
        refused = self._why_not_from_there(scope, headers)
        if refused is not None:
            body = problem_body(403, refused[0], refused[1], refused[2], request_id_of(scope))
            await _refuse(scope, receive, send, ProblemResponse(body, status_code=403))
            return
        by, role = self._admitted_as(scope, headers)
        if role is None:
            body = problem_body(
                401, "token", "This server asks for its token, and none came that is valid.",
                "Send the header authorization: Bearer TOKEN, or give TOKEN as the password where a browser asks.",
                request_id_of(scope),
            )  # fmt: skip
            answer = ProblemResponse(body, status_code=401)
            for challenge in _CHALLENGES:
                answer.headers.append("www-authenticate", challenge)
            await _refuse(scope, receive, send, answer)
            return
        try:
            check_role(role, needed_for(scope))
        except ForbiddenError as error:
            answer = ProblemResponse(error_body(error, request_id_of(scope)), status_code=403)
            await _refuse(scope, receive, send, answer)
            return
        await self.app(_as(scope, role), receive, self._with_cookie(scope, send, role) if by == "basic" else send)

    def _why_not_from_there(self, scope: Scope, headers: Headers) -> tuple[str, str, str] | None:
        """The type, sentence and remedy of a refusal; None where the request may come from there."""
        hosts, scheme = headers.getlist("host"), scope.get("scheme", "http")
        host = plain_netloc(hosts[0], scheme) if len(hosts) == 1 else None
        if host is None or not (self._is_listed(host, scheme) or host == _connected_to(scope)):
            return (
                "host",
                f"This server does not go by the name {', '.join(hosts)[:100]!r}.",
                "Use the address that `showcase serve` prints, or add the name to SHOWCASE_ALLOWED_HOSTS.",
            )
        if scope["type"] == "http" and scope["method"] in SAFE:
            return None
        for origin in headers.getlist("origin"):
            if not self._may_act(origin, host, scheme):
                return (
                    "origin",
                    f"A page of {origin[:100]!r} may not change anything here.",
                    "Call from a page of this server, or add that origin to SHOWCASE_ALLOWED_ORIGINS.",
                )
        return None

    def _is_listed(self, netloc: str, scheme: str) -> bool:
        return any(plain_netloc(host, scheme) == netloc for host in self._hosts)

    def _may_act(self, origin: str, host: str, scheme: str) -> bool:
        if origin.lower() in self._origins:
            return True
        netloc = origin_netloc(origin)
        return netloc is not None and (netloc == host or self._is_listed(netloc, scheme))

    def _admitted_as(self, scope: Scope, headers: Headers) -> tuple[str, Role | None]:
        """What proves that the caller knows a token (open, bearer, basic or cookie), and the token's role."""
        if not self._tokens:
            return "open", "approver"
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        by = scheme.lower()
        given = {"bearer": credentials.strip(), "basic": _password(credentials)}.get(by)
        # what is said with this very request goes before what a browser kept of an earlier one
        for role, token in self._tokens.items():
            if given is not None and _is_equal(given, token):
                return by, role
        for role, token in self._tokens.items():
            if _is_equal(_cookie(headers), _pass(token)):
                return "cookie", role
        is_open = scope["type"] == "http" and path_of(scope) == OPEN_PATH
        return "open", "viewer" if is_open else None

    def _with_cookie(self, scope: Scope, send: Send, role: Role) -> Send:
        """Leaves the cookie with a browser: not every one sends its password with a WebSocket."""
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        path = scope.get("root_path") or "/"
        cookie = f"{_COOKIE}={_pass(self._tokens[role])}; Path={path}; HttpOnly; SameSite=Strict{secure}"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        return send_with_cookie


def _is_no_path(path: str) -> bool:
    """Whether no file and no id can be called so; what serves the pages' own files does not know that."""
    is_too_long = "/static/" in path and any(len(part.encode()) > _LONGEST_FILE_NAME for part in path.split("/"))
    return "\0" in path or is_too_long


def _as(scope: Scope, role: Role) -> Scope:
    """The request with the caller's role, for our routes and for the console's sessions."""
    scope.setdefault("state", {})["role"] = role
    name = ROLE_HEADER.encode()
    return {**scope, "headers": [*(one for one in scope["headers"] if one[0] != name), (name, role.encode())]}


def _pass(token: str) -> str:
    """What the cookie holds: derived from the token, so that it ends with it, and never the token itself."""
    return hmac.new(token.encode(), b"showcase access", hashlib.sha256).hexdigest()


def _connected_to(scope: Scope) -> str | None:
    """The address and port of this end of the connection, as a Host header would say it."""
    address, port = scope.get("server") or (None, None)
    if address is None or port is None:
        return None
    return plain_netloc(f"[{address}]:{port}" if ":" in address else f"{address}:{port}", scope.get("scheme", "http"))


def _is_equal(given: str, expected: str) -> bool:
    """Compares in a time that tells nothing about where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or no UTF-8 in it
        return ""


def _cookie(headers: Headers) -> str:
    cookies = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[_COOKIE].value if _COOKIE in cookies else ""


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: ProblemResponse) -> None:
    """A problem over HTTP; over a WebSocket a handshake that is refused with the same status where that is possible."""
    if scope["type"] == "http":
        await answer(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await receive()  # the handshake
        await send(
            {"type": "websocket.http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
        )
        await send({"type": "websocket.http.response.body", "body": answer.body})
    else:
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
