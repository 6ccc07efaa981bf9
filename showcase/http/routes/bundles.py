"""Bundles over HTTP: export a workspace, and take it away as one zip."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from showcase.http.documentation import problems
from showcase.http.routes.ids import WorkspacePath
from showcase.http.strict import StrictRoute
from showcase.services.once import carry_out_once
from showcase.wiring import Installation

ZIP = "application/zip"


class BundledFile(BaseModel):
    """One file of a bundle."""

    path: str = Field(description="Below the bundle's folder.")
    sha256: str
    size_bytes: int


class Exported(BaseModel):
    """A bundle that was published."""

    workspace_id: str
    bundle_path: str = Field(description="Below SHOWCASE_HOME.")
    bundle_format_version: int
    exported_at: datetime
    files: list[BundledFile]
    scenario_plans_exported: int
    model_runs_referenced: int
    unresolved_references: list[dict[str, Any]]
    validated: bool = Field(description="Whether it was checked before it took its place.")


def bundles_router(installation: Installation) -> APIRouter:
    """POST /demo/workspaces/{workspace_id}/export; GET its bundle.zip."""
    router = APIRouter(prefix="/demo/workspaces/{workspace_id}", tags=["workspaces"], route_class=StrictRoute)
    services, database = installation.services, installation.database

    @router.post("/export", response_model=Exported, responses=problems(404, 409))
    def export(
        workspace_id: WorkspacePath,
        idempotency_key: Annotated[str | None, Header(description="Repeated, it exports nothing anew.")] = None,
    ) -> dict[str, Any]:
        """Write its bundle in the place of an older one, checked. 409 while its run or another export goes on."""
        return carry_out_once(
            database,
            services.once,
            "export",
            idempotency_key,
            {"workspace_id": workspace_id},
            lambda: services.bundles.export(workspace_id).as_json(),
        )

    @router.get(
        "/bundle.zip",
        response_class=StreamingResponse,
        responses={
            200: {"description": "The bundle.", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
            **problems(404, 409),
        },
    )
    def bundle(workspace_id: WorkspacePath) -> StreamingResponse:
        """The exported bundle as one zip, checked before its first byte. 404 where it was never exported."""
        zipped = services.bundles.zip(workspace_id)
        headers = {
            "content-disposition": f'attachment; filename="{zipped.file_name}"',
            "content-length": str(zipped.size_bytes),
            "cache-control": "no-store",
        }
        return StreamingResponse(zipped.chunks(), media_type=ZIP, headers=headers)

    return router
