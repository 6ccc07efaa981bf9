"""Routes that read what is sent as strictly as every other door."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, get_args, get_origin

from fastapi import params
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from showcase.errors import FieldError, InvalidInputError, ShowcaseError
from showcase.http.problems import RefusedRequest
from showcase.http.roles import SAFE
from showcase.kernel.refusals import check_plain, parse_json, shown

LARGEST_BODY_BYTES = 1024**2


class _StrictRequest(Request):
    """A request whose JSON is one finite, plain value without duplicate keys."""

    async def json(self) -> Any:
        body = await self.body()
        try:
            return parse_json(body, "body")
        except ShowcaseError as error:
            raise RefusedRequest(error) from error


class StrictRoute(APIRoute):
    """A route of ours. Bodies are JSON of at most LARGEST_BODY_BYTES.

    Queries hold no NUL bytes, and each parameter once unless it is a list. Where something changes, no other parameter
    may stand beside those that there are: whoever mistypes dry_run would wipe what was only to be counted.

    Use it as `APIRouter(route_class=StrictRoute)`. Models of bodies are the package's own, strict ones.
    """

    largest_body_bytes = LARGEST_BODY_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        taken = {field.alias: _is_list(field.field_info.annotation) for field in self.dependant.query_params}
        is_open = (self.methods or set()) <= SAFE
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def answer_strictly(request: Request) -> Response:
            sent = {name: request.query_params.getlist(name) for name in request.query_params}
            check_plain(sent)
            _check_query(sent, taken, is_open=is_open)
            if takes_json and _has_body(request):
                _check_content_type(request)
            return await answer(_StrictRequest(request.scope, _limited(request, self.largest_body_bytes)))

        return answer_strictly


def _is_list(annotation: Any) -> bool:
    return any(get_origin(kind) is list for kind in (annotation, *get_args(annotation)))


def _check_query(sent: Mapping[str, list[str]], taken: Mapping[str, bool], *, is_open: bool) -> None:
    """`taken` are the parameters that there are, and whether each may be repeated; `is_open` lets others be."""
    errors = [
        FieldError(name, f"{len(values)} values", "one value")
        for name, values in sent.items()
        if len(values) > 1 and not taken.get(name, True)
    ]
    if not is_open:
        allowed = f"one of {', '.join(taken)}" if taken else "no query"
        errors += [FieldError(name, shown(sent[name][0]), allowed) for name in sent if name not in taken]
    if errors:
        raise InvalidInputError(
            f"The query was refused: {'; '.join(map(str, errors))}.",
            "Send each parameter once, as /docs names it.",
            errors,
        )


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _check_content_type(request: Request) -> None:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise InvalidInputError(
            f"The body was expected as application/json, found {shown(given)}.",
            "Send a JSON object with the header content-type: application/json.",
            [FieldError("content-type", shown(given), "application/json")],
        )


def _limited(request: Request, largest: int) -> Receive:
    """The body's pieces, refused with 413 once there are too many of them."""
    announced = request.headers.get("content-length", "")
    received = 0

    async def receive() -> Message:
        nonlocal received
        if announced.isdigit() and int(announced[:20]) > largest:
            raise HTTPException(413)
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > largest:
            raise HTTPException(413)
        return message

    return receive
