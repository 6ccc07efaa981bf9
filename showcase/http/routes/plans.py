"""What-if plans over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.routes.ids import PlanPath
from showcase.http.strict import StrictRoute
from showcase.planning.assumptions import NewPlan, PlanRequest
from showcase.services.plans import detail_json, summary_json
from showcase.wiring import Installation


class CompareRequest(BaseModel):
    """Plans to rank."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    scenario_ids: list[str] = Field(min_length=2, max_length=5, description="Two to five plans, each once.")
    rank_by: str = Field("revenue_delta", description="revenue_delta or units_delta.")


class PlanItem(Open):
    """A saved plan in a list."""

    plan_id: str
    name: str
    tags: list[str]
    store_id: int
    product_id: int
    model_run_id: str
    model_type: str
    assumptions: dict[str, Any]
    method: str
    units_delta: float
    revenue_delta: float
    created_at: datetime


class PlanList(Open):
    """Plans, newest first."""

    scenarios: list[PlanItem]
    total: int


class Simulated(Open):
    """A computed what-if that is not kept."""

    store_id: int
    product_id: int
    method: str
    horizon: int
    units_delta: float
    revenue_delta: float


class PlanRanking(Open):
    """Plans in their order."""

    rank_by: str
    comparable: bool
    plans: list[dict[str, Any]]
    notes: list[str]


def plans_router(installation: Installation) -> APIRouter:
    """POST /scenarios, /scenarios/simulate and /scenarios/compare; GET /scenarios; GET and DELETE of one."""
    router = APIRouter(prefix="/scenarios", tags=["plans"], route_class=StrictRoute)
    plans = installation.services.plans

    @router.post("", status_code=201, response_model=PlanItem, responses=problems(404, 409))
    def save(new: NewPlan) -> dict[str, Any]:
        """Compute a what-if and keep it. An assumption outside the forecast days is refused, not ignored."""
        return detail_json(plans.save(new))

    @router.get("", response_model=PlanList)
    def list_plans(
        tags: Annotated[list[str] | None, Query(description="Tags; all of them. Repeat it.")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    ) -> dict[str, Any]:
        """The newest plans."""
        found, total = plans.list(tags or (), limit)
        return {"scenarios": [summary_json(plan) for plan in found], "total": total}

    @router.post("/simulate", response_model=Simulated, responses=problems(404, 409))
    def simulate(request: PlanRequest) -> dict[str, Any]:
        """Compute a what-if and keep nothing."""
        return plans.simulate(request).as_json()

    @router.post("/compare", response_model=PlanRanking, responses=problems(404))
    def compare(request: CompareRequest) -> dict[str, Any]:
        """Two to five plans, ranked."""
        return plans.compare(request.scenario_ids, request.rank_by)

    @router.get("/{plan_id}", response_model=PlanItem, responses=problems(404))
    def show(plan_id: PlanPath) -> dict[str, Any]:
        """One plan with all that was computed."""
        return detail_json(plans.show(plan_id))

    @router.delete("/{plan_id}", status_code=204, responses=problems(404))
    def delete(plan_id: PlanPath) -> Response:
        """Remove a plan."""
        plans.delete(plan_id)
        return Response(status_code=204)

    return router
