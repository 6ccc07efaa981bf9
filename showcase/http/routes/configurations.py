"""Named configurations over HTTP: run requests to come back to."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from showcase.http.documentation import problems
from showcase.http.strict import StrictRoute
from showcase.pipeline.request import RunRequest
from showcase.pipeline.saved_requests import SavedRequests
from showcase.wiring import Installation

Name = Annotated[str, Path(min_length=1, max_length=100, description="The name of the configuration.")]


class Configurations(BaseModel):
    """The named configurations."""

    configurations: dict[str, dict[str, Any]] = Field(description="Run requests by their names.")


def configurations_router(installation: Installation) -> APIRouter:
    """GET /demo/configurations; PUT and DELETE /demo/configurations/{name}."""
    router = APIRouter(tags=["runs"], route_class=StrictRoute)
    saved = SavedRequests(installation.services.transactions)

    @router.get("/demo/configurations", response_model=Configurations)
    def configurations() -> Any:
        """The named configurations, each a body for POST /demo/run."""
        return {"configurations": saved.list()}

    @router.put("/demo/configurations/{name}", response_model=Configurations)
    def save(name: Name, request: RunRequest) -> Any:
        """Give a run request a name, in place of what it meant before; what belongs to one replay is not kept."""
        saved.save(name, request.model_dump(mode="json", exclude_unset=True))
        return {"configurations": saved.list()}

    @router.delete("/demo/configurations/{name}", status_code=204, responses=problems(404))
    def forget(name: Name) -> Response:
        """Forget a configuration."""
        saved.forget(name)
        return Response(status_code=204)

    return router
