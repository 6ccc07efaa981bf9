"""What role a request takes, and what role its caller has."""

from __future__ import annotations

from starlette.types import Scope

from showcase.services.roles import Role

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
LOOKING = frozenset(
    {"/demo/workspaces/bulk/preview", "/scenarios/simulate", "/scenarios/compare", "/rag/retrieve", "/seeder/verify"}
)
"""Paths that take a body and change nothing."""


def role_of(scope: Scope) -> Role:
    """What the caller of this request may do, as the gate found; nobody passes it without a role."""
    found: Role = scope.get("state", {}).get("role", "viewer")
    return found


def needed_for(scope: Scope) -> Role:
    """What a request takes as far as its method and path say; a route may ask for more."""
    is_looking = scope["type"] == "websocket" or scope["method"] in SAFE or path_of(scope) in LOOKING
    return "viewer" if is_looking else "operator"


def path_of(scope: Scope) -> str:
    """The path below the root path, where a proxy's is in front of it."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))
