"""The agent's sessions over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.routes.ids import SessionPath
from showcase.http.strict import StrictRoute
from showcase.services.agent_sessions import NewMessage, NewSession, session_json
from showcase.wiring import Installation


class SessionItem(Open):
    """One conversation."""

    session_id: str
    model_run_id: str | None
    provider: str
    messages: list[dict[str, Any]]
    created_at: datetime


class Reply(Open):
    """The agent's answer."""

    session_id: str
    message: str
    reply: str
    hits: list[dict[str, Any]]
    provider: str
    tokens_used: int


def agents_router(installation: Installation) -> APIRouter:
    """POST /agents/sessions; GET, DELETE and chat of one."""
    router = APIRouter(prefix="/agents/sessions", tags=["knowledge"], route_class=StrictRoute)
    sessions = installation.services.agent_sessions

    @router.post("", response_model=SessionItem, responses=problems(404))
    def open_session(new: NewSession | None = None) -> dict[str, Any]:
        """Begin a conversation about the model in production, or another model run."""
        return session_json(sessions.open(new or NewSession(model_run_id=None)), sessions.provider)

    @router.get("/{session_id}", response_model=SessionItem, responses=problems(404))
    def show(session_id: SessionPath) -> dict[str, Any]:
        """One conversation with all its messages."""
        return session_json(sessions.show(session_id), sessions.provider)

    @router.post("/{session_id}/chat", response_model=Reply, responses=problems(404, 409, 502))
    def chat(session_id: SessionPath, new: NewMessage) -> dict[str, Any]:
        """Ask the agent. It tells, and changes nothing."""
        return sessions.say(session_id, new)

    @router.delete("/{session_id}", status_code=204, responses=problems(404))
    def close(session_id: SessionPath) -> Response:
        """End a conversation."""
        sessions.close(session_id)
        return Response(status_code=204)

    return router
