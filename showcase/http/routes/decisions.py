"""Decisions over HTTP: what is asked, the answer, and what was decided."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from showcase.http.documentation import problems
from showcase.http.roles import role_of
from showcase.http.strict import StrictRoute
from showcase.kernel.identity import ActionId
from showcase.services.decisions import approval_entry, pending_json
from showcase.services.roles import check_role
from showcase.wiring import Installation


class DecisionRequest(BaseModel):
    """A person's answer."""

    model_config = ConfigDict(strict=True, extra="forbid")

    action_id: ActionId = Field(description="The question, as the run's event names it.")
    decision: Literal["approved", "rejected"] = Field(description="approved or rejected.")
    reason: str | None = Field(None, max_length=500, description="Why.")


class OpenQuestions(BaseModel):
    """What can still be answered."""

    pending: list[dict[str, Any]]


class ApprovalEvents(BaseModel):
    """Decided questions, newest first."""

    events: list[dict[str, Any]]
    total: int


def decisions_router(installation: Installation) -> APIRouter:
    """GET and POST /demo/hitl-decision; GET /demo/approval-events."""
    router = APIRouter(tags=["decisions"], route_class=StrictRoute)
    decisions = installation.services.decisions

    @router.get("/demo/hitl-decision", response_model=OpenQuestions)
    def pending() -> dict[str, Any]:
        """The questions that are open, with all that is shown to whoever decides."""
        return {"pending": [pending_json(one) for one in decisions.pending()]}

    @router.post("/demo/hitl-decision", status_code=204, responses=problems(404, 409))
    def decide(answer: DecisionRequest, request: Request) -> Response:
        """Answer a question. One answer wins; a late one is 409, and silence executes nothing."""
        check_role(role_of(request.scope), "approver")
        caller = request.client.host if request.client else "somewhere"
        decisions.decide(answer.action_id, answer.decision, by=f"HTTP from {caller}", reason=answer.reason)
        return Response(status_code=204)

    @router.get("/demo/approval-events", response_model=ApprovalEvents)
    def events(
        limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
    ) -> dict[str, Any]:
        """What was decided over all runs, newest first."""
        found, total = decisions.history(limit)
        return {"events": [approval_entry(one) for one in found], "total": total}

    return router
