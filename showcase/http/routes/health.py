"""Whether this installation can serve."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from showcase.errors import ShowcaseError
from showcase.wiring import Installation


class Health(BaseModel):
    """How this installation stands."""

    status: str = Field(description="ok, or unavailable.")
    database: str | None = Field(None, description="The version of PostgreSQL.")
    schema_revision: str | None = Field(None, alias="schema", description="The newest migration.")
    detail: str | None = Field(None, description="What does not answer.")
    remedy: str | None = Field(None, description="What to do about it.")


def health_router(installation: Installation) -> APIRouter:
    """GET /health: 200 with status ok, database and schema; 503 with the remedy where a part does not answer."""
    router = APIRouter(tags=["operations"])

    @router.head("/health", include_in_schema=False)  # many a supervisor asks for the status alone
    @router.get(
        "/health",
        response_model=Health,
        response_model_exclude_none=True,
        responses={503: {"model": Health, "description": "A part does not answer; `remedy` says what to do."}},
    )
    def health(response: Response) -> Health:
        """Ask the database and the artifact folder. Needs no token."""
        try:
            found = installation.services.health()
        except ShowcaseError as error:
            response.status_code = 503
            return Health(status="unavailable", detail=error.message, remedy=error.remedy, schema=None)
        return Health(status="ok", database=found.server_version, schema=found.schema_revision)

    return router
