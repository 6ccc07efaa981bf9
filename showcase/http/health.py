"""Whether this installation can serve."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from showcase.errors import ShowcaseError
from showcase.wiring import Installation


def health_router(installation: Installation) -> APIRouter:
    """GET /health: 200 with status ok, database and schema; 503 with the remedy where a part does not answer."""
    router = APIRouter()

    @router.get("/health")
    async def health() -> JSONResponse:
        """Ask the database and the artifact folder."""
        try:
            found = await asyncio.to_thread(installation.services.health)
        except ShowcaseError as error:
            answer = {"status": "unavailable", "detail": error.message, "remedy": error.remedy}
            return JSONResponse(answer, status_code=503)
        return JSONResponse({"status": "ok", "database": found.server_version, "schema": found.schema_revision})

    return router
