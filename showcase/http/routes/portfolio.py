"""Work over many series over HTTP, and the jobs that it is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.routes.ids import BatchPath, JobPath
from showcase.http.strict import StrictRoute
from showcase.pipeline.background import start_batch
from showcase.services.batch import AskedBatch
from showcase.services.jobs import job_json
from showcase.services.portfolio import batch_json
from showcase.wiring import Installation


class BatchItem(Open):
    """One batch: how its items stand, and some of them."""

    batch_id: str
    status: str
    operation: str
    scope: dict[str, Any]
    counts: dict[str, int]
    items: list[dict[str, Any]]
    started_at: datetime


class JobItem(Open):
    """One background unit, with what it wrote or why it failed."""

    job_id: str
    kind: str
    status: str
    run_id: str | None
    batch_id: str | None
    parameters: dict[str, Any]
    outcome: dict[str, Any] | None
    failure: str | None
    started_at: datetime
    ended_at: datetime | None


def portfolio_router(installation: Installation) -> APIRouter:
    """POST /batch/forecasting; GET /batch/{batch_id} and /jobs/{job_id}."""
    router = APIRouter(tags=["portfolio"], route_class=StrictRoute)
    portfolio, jobs = installation.services.portfolio, installation.services.jobs

    @router.post("/batch/forecasting", status_code=202, response_model=BatchItem, responses=problems(404, 409))
    def start(asked: AskedBatch) -> dict[str, Any]:
        """Train, score or register models of many series; a series that fails is one recorded item.

        409 while a run goes on. A client that disconnects stops nothing.
        """
        return batch_json(portfolio.show(start_batch(installation.launcher, asked)))

    @router.get("/batch/{batch_id}", response_model=BatchItem, responses=problems(404))
    def show(
        batch_id: BatchPath,
        status: Annotated[
            Literal["running", "success", "failed"] | None, Query(description="Only items of this status.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="How many items at most.")] = 100,
        offset: Annotated[int, Query(ge=0, le=2**31 - 1, description="How many items to leave out first.")] = 0,
    ) -> dict[str, Any]:
        """How a batch stands, with its items by series and model."""
        return batch_json(
            portfolio.show(batch_id), portfolio.items(batch_id, status=status, limit=limit, offset=offset)
        )

    @router.get("/jobs/{job_id}", response_model=JobItem, responses=problems(404))
    def job(job_id: JobPath) -> dict[str, Any]:
        """One job."""
        return job_json(jobs.show(job_id))

    return router
