"""Routes that read what is sent as strictly as every other door."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import params
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from showcase.errors import FieldError, InvalidInputError, ShowcaseError
from showcase.http.problems import RefusedRequest
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
    """A route of ours. Bodies are JSON of at most LARGEST_BODY_BYTES; queries hold no NUL bytes.

    Use it as `APIRouter(route_class=StrictRoute)`. Models of bodies are the package's own, strict ones.
    """

    largest_body_bytes = LARGEST_BODY_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def answer_strictly(request: Request) -> Response:
            check_plain({name: request.query_params.getlist(name) for name in request.query_params})
            if takes_json and _has_body(request):
                _check_content_type(request)
            return await answer(_StrictRequest(request.scope, _limited(request, self.largest_body_bytes)))

        return answer_strictly


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
