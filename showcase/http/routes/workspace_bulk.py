"""Bulk actions and saved searches over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from showcase.http.documentation import problems
from showcase.http.routes.workspace_models import BulkOutcome, BulkPreview, SavedSearches, UndoRequest
from showcase.http.strict import StrictRoute
from showcase.wiring import Installation
from showcase.workspaces.bulk import BulkRequest
from showcase.workspaces.listing import WorkspaceFilter

SearchName = Annotated[str, Path(min_length=1, max_length=100, description="The name of the search.")]


def workspace_bulk_router(installation: Installation) -> APIRouter:
    """POST /demo/workspaces/bulk, its preview and its undo; /demo/searches."""
    router = APIRouter(tags=["workspaces"], route_class=StrictRoute)
    services = installation.services

    @router.post("/demo/workspaces/bulk", response_model=BulkOutcome)
    def act(request: BulkRequest) -> Any:
        """Do it to all that are named, or that the filters find; `undo_token` takes it back, once."""
        return services.bulk.act(_sent(request))

    @router.post("/demo/workspaces/bulk/preview", response_model=BulkPreview)
    def preview(request: BulkRequest) -> Any:
        """What it would do; nothing is changed."""
        return services.bulk.preview(_sent(request))

    @router.post("/demo/workspaces/bulk/undo", response_model=BulkOutcome, responses=problems(404))
    def undo(request: UndoRequest) -> Any:
        """Take a bulk action or a deletion back. 404 for a token that is unknown or spent."""
        return services.bulk.undo(request.undo_token)

    @router.get("/demo/searches", response_model=SavedSearches)
    def searches() -> Any:
        """The saved searches."""
        return {"searches": services.workspaces.saved_searches()}

    @router.put("/demo/searches/{name}", response_model=SavedSearches)
    def save(name: SearchName, filters: WorkspaceFilter) -> Any:
        """Give filters a name, in place of what it meant before."""
        services.workspaces.save_search(name, filters.model_dump(mode="json", exclude_unset=True))
        return {"searches": services.workspaces.saved_searches()}

    @router.delete("/demo/searches/{name}", status_code=204, responses=problems(404))
    def forget(name: SearchName) -> Response:
        """Forget a saved search."""
        services.workspaces.forget_search(name)
        return Response(status_code=204)

    return router


def _sent(request: BulkRequest) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude_unset=True)
