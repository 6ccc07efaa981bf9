"""The installation's state over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from showcase.http.routes.answers import Open
from showcase.http.strict import StrictRoute
from showcase.services.ops_summary import candidate_json, health_json, summary_json
from showcase.wiring import Installation

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


class OpsOverview(Open):
    """Counts, staleness, freshness, disk, and what asks for attention; zeros on an empty database."""

    runs: dict[str, int]
    jobs: dict[str, Any]
    model_runs: dict[str, int]
    workspaces: dict[str, int]
    approvals: dict[str, int]
    aliases: list[dict[str, Any]]
    freshness: dict[str, Any]
    disk: dict[str, int]
    attention: list[dict[str, Any]]


class CandidateItem(Open):
    """The newest success of one grain, and how urgent it is to train it anew, 0 to 1."""

    run_id: str
    model_type: str
    store_id: int | None
    product_id: int | None
    age_days: int
    wape: float | None
    score: float


class Candidates(Open):
    """The most urgent first."""

    candidates: list[CandidateItem]


class HealthItem(Open):
    """How the scores of one model type on one grain moved."""

    model_type: str
    store_id: int | None
    product_id: int | None
    runs: int
    latest_wape: float | None
    prior_mean_wape: float | None
    change_percent: float | None
    verdict: str


class ModelHealth(Open):
    """Those that got worse first."""

    models: list[HealthItem]


def ops_router(installation: Installation) -> APIRouter:
    """GET /ops/summary, /ops/retraining-candidates and /ops/model-health."""
    router = APIRouter(prefix="/ops", tags=["operations"], route_class=StrictRoute)
    ops = installation.services.ops

    @router.get("/summary", response_model=OpsOverview)
    def summary() -> dict[str, Any]:
        """Everything at one glance."""
        return summary_json(ops.summary())

    @router.get("/retraining-candidates", response_model=Candidates)
    def candidates(limit: Limit = 20) -> dict[str, Any]:
        """What to train anew, the most urgent first."""
        return {"candidates": [candidate_json(one) for one in ops.retraining_candidates(limit)]}

    @router.get("/model-health", response_model=ModelHealth)
    def health(limit: Limit = 20) -> dict[str, Any]:
        """The drift of each model type on each grain."""
        return {"models": [health_json(one) for one in ops.model_health(limit)]}

    return router
