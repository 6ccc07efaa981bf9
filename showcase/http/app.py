"""The web application: HTTP and the WebSocket, and the console at the root."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import SecretStr

from showcase import __version__
from showcase.errors import ShowcaseError
from showcase.http.documentation import document
from showcase.http.envelope import REQUEST_ID_HEADER, Envelope
from showcase.http.gate import Gate
from showcase.http.limits import RateLimits
from showcase.http.problems import add_problems
from showcase.http.reference import reference_router
from showcase.http.routes.agents import agents_router
from showcase.http.routes.bundles import bundles_router
from showcase.http.routes.configurations import configurations_router
from showcase.http.routes.datasets import datasets_router
from showcase.http.routes.decisions import decisions_router
from showcase.http.routes.dimensions import dimensions_router
from showcase.http.routes.health import health_router
from showcase.http.routes.knowledge import knowledge_router
from showcase.http.routes.models import models_router
from showcase.http.routes.ops import ops_router
from showcase.http.routes.plans import plans_router
from showcase.http.routes.portfolio import portfolio_router
from showcase.http.routes.registry import registry_router
from showcase.http.routes.runs import runs_router
from showcase.http.routes.seeder import seeder_router
from showcase.http.routes.socket import socket_router
from showcase.http.routes.workspace_bulk import workspace_bulk_router
from showcase.http.routes.workspace_story import workspace_story_router
from showcase.http.routes.workspaces import workspaces_router
from showcase.http.session_key import session_key
from showcase.http.stream import RunStreams
from showcase.services.roles import Role
from showcase.settings import Settings
from showcase.wiring import Installation

Only = Literal["http", "console"]

ROUTERS: tuple[Callable[[Installation], APIRouter], ...] = (
    workspace_bulk_router,
    workspace_story_router,
    bundles_router,
    configurations_router,
    workspaces_router,
    decisions_router,
    datasets_router,
    dimensions_router,
    seeder_router,
    models_router,
    registry_router,
    plans_router,
    portfolio_router,
    knowledge_router,
    agents_router,
    ops_router,
)
"""One a noun. A path of fixed words stands before one with an id in its place."""

_UNUSED_SESSION_MS = 15_000
_RETURNS_WITHIN_S, _RETURNS_WITHIN_A_DAY_S = 300, 86_400
"""How old a page may be that takes up its lost connection; it brings the role that it was opened with."""
_WORKERS = 8
"""Threads that serve requests: the database has four connections for them, and some compute meanwhile."""
_DESCRIPTION = (
    "Demand-forecasting showcases over HTTP: the same words and refusals as at every other door. "
    "Every failure is an `application/problem+json` with its `remedy`. "
    "`WS /demo/stream` takes a run request, or `{run_id, after}` to join a run, and tells the run's events."
)
_CORS_HEADERS = ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "last-event-id")


def build_app(
    installation: Installation,
    *,
    hosts: Sequence[str],
    only: Only | None = None,
    unused_session_ms: int = _UNUSED_SESSION_MS,
    warm: bool = False,
    prepared: int = 0,
) -> FastAPI:
    """Everything on one port: HTTP at its paths, the notebooks at /notebooks, the console at /.

    `hosts` are the host:port under which it may be reached, and whose pages may use it; those of the settings come to
    them. `only` leaves the other half out. `unused_session_ms` is how long a session lives on after its browser tab has
    gone. `warm` runs the console once, so that the first page is as quick as the second; `prepared` is how many of its
    pages are made ahead, from the start where it is warm, else from the first visit on. The console finds its
    installation with `wiring.shared_installation`, so share it before.
    """
    settings = installation.settings
    app = FastAPI(
        title="showcase",
        version=__version__,
        docs_url=None,
        openapi_url=None if only == "console" else "/openapi.json",
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.rate_limits = RateLimits(settings.limits, installation.services.clock)
    add_problems(app)
    document(app, _DESCRIPTION)
    app.include_router(health_router(installation))
    if only != "console":
        app.include_router(reference_router(app))
        streams = RunStreams(installation.launcher)
        app.include_router(runs_router(installation, streams))
        app.include_router(socket_router(installation, streams))
        for router in ROUTERS:
            app.include_router(router(installation))
    reachable = [*hosts, *settings.hosts_allowed]
    if only != "http":
        # imported here: Panel is heavy, and HTTP alone does without it
        from showcase.http.mount import mount_console

        sites = [*reachable, *map(_without_scheme, settings.origins_allowed)]
        # a page that is made ahead is nobody's yet, and does not know what its reader may do
        stock = 0 if settings.has_roles else prepared
        key = session_key(settings.home)
        app.state.prepared = mount_console(
            app, sites, unused_session_ms, key,
            returns_within_s=_RETURNS_WITHIN_S if settings.has_roles else _RETURNS_WITHIN_A_DAY_S,
            warm=warm, prepared=stock, newest=partial(_newest_result, installation),
        )  # fmt: skip
        app.state.is_warm = warm
    app.add_middleware(Gate, hosts=reachable, origins=settings.origins_allowed, tokens=_tokens(settings))
    if settings.origins_allowed:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins_allowed,
            allow_methods=["*"],
            allow_headers=_CORS_HEADERS,
            expose_headers=("etag", "undo-token", REQUEST_ID_HEADER),
        )
    # added last, so that it stands outermost and covers the console's pages too
    app.add_middleware(Envelope)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = _WORKERS
    prepared = getattr(app.state, "prepared", None)
    if prepared is not None and app.state.is_warm:
        _work_out_routes(app)
        prepared.refill()
    yield
    if prepared is not None:
        await prepared.close()


def _newest_result(installation: Installation) -> object:
    """Which run's result a page shows that is opened now; None while one is under way, or the database is away."""
    try:
        newest = next(iter(installation.launcher.recent(limit=1)), None)
    except ShowcaseError:
        return None
    return None if newest is None or newest.status == "running" else (newest.run_id, newest.status)


def _work_out_routes(app: FastAPI) -> None:
    """FastAPI makes the models of all routes at the first request: a second for which nobody should have to wait."""
    scope = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": [], "path_params": {}}
    for route in app.router.routes:
        route.matches(scope)


def _tokens(settings: Settings) -> dict[Role, str]:
    """The token of each role that has one."""
    kept: dict[Role, SecretStr | None] = {
        "approver": settings.api_token,
        "operator": settings.operator_token,
        "viewer": settings.viewer_token,
    }
    return {role: token.get_secret_value() for role, token in kept.items() if token is not None}


def _without_scheme(origin: str) -> str:
    return origin.partition("://")[2]
