"""The OpenAPI document: every operation with every failure it can answer, each with an example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from showcase.http.examples import with_examples
from showcase.http.problems import MEDIA_TYPE, TITLES, Problem, problem_body

TAGS: dict[str, str] = {
    "runs": "Start a run, follow it, stop it.",
    "workspaces": "Kept runs: find, change, compare, replay, prove and hand over.",
    "decisions": "What the agent may not do without a person.",
    "data": "Data sets, dimensions, seeding and imports.",
    "models": "Train, predict, backtest; the registry and its aliases.",
    "plans": "What-if plans.",
    "portfolio": "Work over many series.",
    "knowledge": "The indexed user guide, and the agent's sessions.",
    "operations": "Whether this installation serves, and how its runs and models stand.",
}
"""The groups of /docs, in their order."""

_EXAMPLES: dict[int, tuple[str, str, str]] = {
    400: ("lifecycle", "A model run cannot go from success to pending.", "Make a new model run."),
    401: ("token", "This server asks for its token, and none came that is valid.", "Send Bearer TOKEN."),
    403: ("origin", "A page of 'http://example.net' may not change anything here.", "Call from a page of this server."),
    404: ("not_found", "There is no workspace 01234567.", "Choose one that the list shows."),
    409: ("busy", "One run at a time: the pipeline is held by process 7 on host.", "Wait until it has ended."),
    412: ("revision", "Revision 2 was edited, and it stands at 3 by now.", "Look at the newer one, then edit that."),
    413: ("too_large", "The body is larger than this path takes.", "Send at most 1 MiB."),
    422: ("invalid_input", "The request was refused: seed: found -1.", "Correct the named fields and send it again."),
    429: ("rate", "10 runs were started within the last hour; that is the limit.", "Wait as retry-after says."),
    500: ("defect", "The program met something that it was not written for.", "Report it with this request_id."),
    502: ("provider", "The embedding service does not answer.", "Check SHOWCASE_EMBEDDING_URL."),
    503: ("unavailable", "The database does not answer.", "Check that the database server runs."),
}
_OF_EVERY_OPERATION = (401, 403, 422, 500, 503)
_REFUSED_FIELD = {"field": "seed", "found": "-1", "allowed": "greater than or equal to 0"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: the failures that are its own, as 404 and 409; those of every route come by
    themselves."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    kind, detail, remedy = _EXAMPLES[status]
    example = problem_body(status, kind, detail, remedy, "4f7c1d0c2b0e4d6f8a9b0c1d2e3f4a5b")
    if status == 422:
        example["errors"] = [_REFUSED_FIELD]
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": TITLES[status], "content": content}


def document(app: FastAPI, description: str) -> None:
    """Make the application's OpenAPI document complete."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=description,
                routes=app.routes,
                tags=[{"name": name, "description": told} for name, told in TAGS.items()],
            )
            app.openapi_schema = _complete(made)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way


def _complete(made: dict[str, Any]) -> dict[str, Any]:
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas |= _schemas_of_problem()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            with_examples(method, path, operation)
            operation["security"] = [{}] if path == "/health" else [{"token": []}, {}]
            added: Sequence[int] = _OF_EVERY_OPERATION if path != "/health" else (403, 500)
            if "{" in path:
                added = (*added, 404)
            if "requestBody" in operation:
                added = (*added, 413)
            operation["responses"] = _in_order({**operation["responses"], **problems(*added)})
    return made


def _in_order(responses: Mapping[str | int, Any]) -> dict[str, Any]:
    texts = {str(status): told for status, told in responses.items()}
    return dict(sorted(texts.items()))


def _schemas_of_problem() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
