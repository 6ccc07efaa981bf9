"""What a workspace's record leads to, over HTTP: comparisons, its references, its replays and its lineage."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from showcase.http.documentation import problems
from showcase.http.limits import limits_of
from showcase.http.routes.ids import WorkspacePath
from showcase.http.routes.runs import Started
from showcase.http.routes.workspace_models import (
    CheckedReferences,
    Compared,
    LineageGraph,
    ReplayPreviewed,
    ReplayRequest,
)
from showcase.http.strict import StrictRoute
from showcase.wiring import Installation


def workspace_story_router(installation: Installation) -> APIRouter:
    """GET /demo/workspaces/compare, and of one its health, lineage and replay; POST its replay."""
    router = APIRouter(prefix="/demo/workspaces", tags=["workspaces"], route_class=StrictRoute)
    replays, workspaces = installation.services.replays, installation.services.workspaces

    @router.get("/compare", response_model=Compared, responses=problems(404))
    def compare(
        ids: Annotated[list[str], Query(description="2 to 5 workspaces; repeat it.")],
        base: Annotated[str | None, Query(description="With which the others are compared; the first.")] = None,
        differences_only: Annotated[bool, Query(description="Without what all have alike.")] = False,
    ) -> dict[str, Any]:
        """2 to 5 workspaces side by side: configuration, scores with best and worst, forecasts, made objects."""
        return workspaces.compare(ids, base, differences_only=differences_only).as_json()

    @router.get("/{workspace_id}/health", response_model=CheckedReferences, responses=problems(404))
    def health(workspace_id: WorkspacePath) -> dict[str, Any]:
        """Whether each thing that it points at is still there: alive, dead or unknown."""
        return workspaces.health(workspace_id).as_json()

    @router.get("/{workspace_id}/lineage", response_model=LineageGraph, responses=problems(404))
    def lineage(
        workspace_id: WorkspacePath,
        family: Annotated[bool, Query(description="Every descendant of its ancestors too.")] = False,
    ) -> dict[str, Any]:
        """Whom it replays and who replays it; ancestors that were deleted are marked."""
        return (workspaces.family if family else workspaces.lineage)(workspace_id).as_json()

    @router.get("/{workspace_id}/replay", response_model=ReplayPreviewed, responses=problems(404))
    def preview(
        workspace_id: WorkspacePath,
        response: Response,
        anchor: Annotated[Literal["recorded", "today"], Query(description="On which days.")] = "recorded",
    ) -> dict[str, Any]:
        """What a replay would send against what was recorded, what it would wipe, and the token that it needs."""
        response.headers["cache-control"] = "no-store"
        return replays.preview(workspace_id, anchor).as_json()

    @router.post("/{workspace_id}/replay", status_code=202, response_model=Started, responses=problems(404, 409, 429))
    def replay(workspace_id: WorkspacePath, request: Request, wanted: ReplayRequest | None = None) -> dict[str, Any]:
        """Run it again. 409 busy, or confirmation_required where it would wipe data and no valid token came."""
        sent = wanted or ReplayRequest()
        with limits_of(request.scope).counted("runs", request.scope):
            execution = installation.launcher.replay(workspace_id, confirm=sent.confirm, anchor=sent.anchor)
        return {"run_id": execution.run_id, "workspace_id": execution.workspace_id}

    return router
