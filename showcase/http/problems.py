"""Every failure as application/problem+json (RFC 9457): what was expected, what was found, what to do next."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from showcase.demand.intake_report import IntakeRefusedError
from showcase.errors import ConflictError, FieldError, InvalidInputError, NotFoundError, ShowcaseError
from showcase.http.envelope import HEADERS, REQUEST_ID_HEADER, request_id_of
from showcase.http.limits import RateLimitedError
from showcase.http.page import html_page
from showcase.kernel.refusals import refusal_of
from showcase.services.workspaces import OutdatedRevisionError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"

STATUS_OF_KIND: dict[str, int] = {
    "invalid_input": 422,
    "not_found": 404,
    "conflict": 409,
    "integrity": 409,
    "forbidden": 403,
    "rate": 429,
    "provider": 502,
    "unavailable": 503,
    "error": 500,
}
"""The status of each kind of ShowcaseError; a new kind is a row here."""

TITLES: dict[int, str] = {
    400: "Not allowed in this state",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Outdated",
    413: "Too large",
    422: "Refused input",
    429: "Too many requests",
    500: "A defect of the program",
    502: "A provider failed",
    503: "Not available now",
}
_CORRECT = "Correct the request as /docs describes it, and send it again."
_OF_LIBRARIES: dict[int, tuple[str, str, str]] = {
    # type, what happened, what to do
    404: ("unknown_path", "There is nothing at this path.", "Choose one of the paths that /docs lists."),
    405: ("method", "This path does not take this method.", "Use one of the methods that the header Allow names."),
    413: ("too_large", "The body is larger than this path takes.", "Send at most 1 MiB, and an import at most 2 GiB."),
}
_ANY_OTHER = ("unreadable", "The request could not be read.", _CORRECT)


class ProblemField(BaseModel):
    """One refused field."""

    field: str = Field(description="Where it stands, as backtest.horizon.")
    found: str = Field(description="What was found there.")
    allowed: str = Field(description="What is allowed.")


class Problem(BaseModel):
    """What every failure answers."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A stable name of the failure, as urn:showcase:busy.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was expected, and what was found.")
    remedy: str = Field(description="What to do next, in one sentence.")
    errors: list[ProblemField] = Field(description="Each refused field, where input was refused.")
    request_id: str = Field(description="The id of this request, as in the header x-request-id.")


class ProblemResponse(JSONResponse):
    """A Problem as an answer."""

    media_type = MEDIA_TYPE


def problem_body(
    status: int, kind: str, detail: str, remedy: str, request_id: str, errors: Sequence[FieldError] = ()
) -> dict[str, Any]:
    """The keys of a Problem, in their order."""
    return {
        "type": f"urn:showcase:{kind}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "remedy": remedy,
        "errors": [asdict(error) for error in errors],
        "request_id": request_id,
    }


def status_of(error: ShowcaseError) -> int:
    """The HTTP status of an error."""
    return STATUS_OF_KIND.get(error.kind, 500)


def error_body(error: ShowcaseError, request_id: str, status: int | None = None) -> dict[str, Any]:
    """An error as a Problem; an outdated revision also gives the newer row, a refused import its places."""
    kind = error.reason if isinstance(error, ConflictError) else error.kind
    errors = error.errors if isinstance(error, InvalidInputError) else ()
    body = problem_body(status or status_of(error), kind, error.message, error.remedy, request_id, errors)
    if isinstance(error, OutdatedRevisionError):
        body["newer"] = jsonable_encoder(error.newer)
    if isinstance(error, IntakeRefusedError):
        body |= {"unit": error.unit, "is_complete": error.is_complete, "rows": [row.as_json() for row in error.rows]}
    return body


def answer_error(
    request: Request, error: ShowcaseError, status: int | None = None, headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    """The answer to an error; `status` where it is not the usual one of its kind."""
    body = error_body(error, request_id_of(request.scope), status)
    return ProblemResponse(body, status_code=body["status"], headers=dict(headers or {}))


class StatusError(Exception):
    """An error that a route answers with a status of its own, as 400 for a forbidden change of state."""

    def __init__(self, error: ShowcaseError, status: int) -> None:
        super().__init__(error.message)
        self.error = error
        self.status = status


class RefusedRequest(HTTPException):
    """An error that FastAPI's own handling of bodies lets pass."""

    def __init__(self, error: ShowcaseError) -> None:
        super().__init__(status_of(error), error.message)
        self.error = error


def add_problems(app: FastAPI) -> None:
    """Answer every failure of this application with a Problem."""
    app.add_exception_handler(ShowcaseError, _answer_known)
    app.add_exception_handler(StatusError, _answer_with_status)
    app.add_exception_handler(RequestValidationError, _answer_refused_model)
    app.add_exception_handler(HTTPException, _answer_library)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_exception_handler(Exception, _answer_defect)


async def _answer_known(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ShowcaseError)
    wait = {"retry-after": str(error.retry_after_s)} if isinstance(error, RateLimitedError) else None
    return answer_error(request, error, headers=wait)


async def _answer_with_status(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, StatusError)
    return answer_error(request, error.error, error.status)


async def _answer_refused_model(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    entries = [{**entry, "loc": entry["loc"][1:]} for entry in error.errors()]
    if request.method != "PUT" and any(entry["loc"][0] == "path" for entry in error.errors()):
        # a text that cannot be an id names nothing; one that is to become a name is refused as any other input
        fields = refusal_of(entries, "path").errors
        found = "; ".join(f"{field.field} is {field.found}" for field in fields)
        missing = NotFoundError(f"Nothing has this name: {found}.", "Take the name from one of the lists.")
        return answer_error(request, missing)
    return answer_error(request, refusal_of(entries, "request"))


async def _answer_library(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, RefusedRequest):
        return answer_error(request, error.error)
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return _nowhere(request)
    status = error.status_code if error.status_code in TITLES and error.status_code != 400 else 422
    kind, detail, remedy = _OF_LIBRARIES.get(status, _ANY_OTHER)
    body = problem_body(status, kind, detail, remedy, request_id_of(request.scope))
    return ProblemResponse(body, status_code=status, headers=dict(error.headers or {}))


async def _answer_nobody(_request: Request, _error: Exception) -> Response:
    """Whoever sent half a body and left hears nothing, and has met no defect."""
    return Response(status_code=400)


def _nowhere(request: Request) -> HTMLResponse:
    """What a person reads who mistyped an address: where they can go instead."""
    root = escape(request.scope.get("root_path", "").rstrip("/"), quote=True)
    main = (
        f'<p>{_OF_LIBRARIES[404][1]}</p><p><a href="{root}/">The console</a> · '
        f'<a href="{root}/notebooks">Notebooks</a> · <a href="{root}/docs">HTTP</a></p>'
    )
    return HTMLResponse(html_page(TITLES[404], "a { color: var(--accent); }", main), status_code=404)


async def _answer_defect(request: Request, error: Exception) -> ProblemResponse:
    """Nothing of the program's inside leaves; the log has the traceback under the same id."""
    request_id = request_id_of(request.scope)
    log.error("request %s ended in a defect", request_id, exc_info=error)
    body = problem_body(
        500, "defect", "The program met something that it was not written for.",
        "Report it with this request_id, under which the log has the details.", request_id,
    )  # fmt: skip
    # this answer is made outside of everything that would add them
    return ProblemResponse(body, status_code=500, headers={**HEADERS, REQUEST_ID_HEADER: request_id})
