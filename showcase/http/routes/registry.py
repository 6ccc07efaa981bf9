"""The registry over HTTP: model runs, their states, comparison, and aliases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from showcase.errors import ConflictError, InvalidInputError, ShowcaseError
from showcase.http.documentation import problems
from showcase.http.problems import StatusError
from showcase.http.routes.answers import Open
from showcase.http.routes.ids import ModelRunPath
from showcase.http.strict import StrictRoute
from showcase.kernel.identity import Digest
from showcase.services.model_requests import AliasRequest, AnnouncedModel, ModelRunChange
from showcase.services.registry_told import alias_json, compared_json, model_run_json
from showcase.store.registry import ModelRunFilter
from showcase.wiring import Installation

AliasPath = Annotated[str, Path(min_length=1, max_length=100, description="The alias.")]


class ModelRunItem(Open):
    """One model run; its artifact is there once it is a success."""

    run_id: str
    status: str
    model_type: str
    store_id: int | None
    product_id: int | None
    date_start: date
    date_end: date
    metrics: dict[str, Any] | None
    artifact_digest: str | None
    created_at: datetime


class ModelRunPage(Open):
    """Model runs, newest first."""

    runs: list[ModelRunItem]
    total: int


class ArtifactVerified(Open):
    """Whether the artifact has the bytes that were registered, and can be read."""

    run_id: str
    verified: bool


class ModelRunComparison(Open):
    """Two model runs side by side."""

    a: ModelRunItem
    b: ModelRunItem
    comparable: bool
    obstacles: list[dict[str, str]]
    wape_change: float | None


class AliasItem(Open):
    """An alias and whether it is stale."""

    name: str
    run_id: str
    model_type: str
    is_stale: bool
    stale_reasons: list[str]


class AliasList(Open):
    """Aliases by name."""

    aliases: list[AliasItem]


@contextmanager
def _not_allowed_is_400(*kinds: type[ShowcaseError]) -> Iterator[None]:
    """A change that the registry's rules do not allow is 400 here."""
    try:
        yield
    except kinds as error:
        raise StatusError(error, 400) from error


def registry_router(installation: Installation) -> APIRouter:
    """GET, POST and PATCH /registry/runs; its verify and compare; GET and POST /registry/aliases."""
    router = APIRouter(prefix="/registry", tags=["models"], route_class=StrictRoute)
    registry, bench = installation.services.registry, installation.services.workbench

    @router.get("/runs", response_model=ModelRunPage)
    def list_runs(
        status: Annotated[str | None, Query(description="Only those of this status.")] = None,
        model_type: Annotated[str | None, Query(description="Only those of this type.")] = None,
        store_id: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only those of this store.")] = None,
        product_id: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only those of this product.")] = None,
        with_synthetic: Annotated[bool, Query(description="Demonstrations too.")] = False,
        page: Annotated[int, Query(ge=1, le=1_000_000, description="Which page, from 1 on.")] = 1,
        page_size: Annotated[int, Query(ge=1, le=100, description="How many on a page.")] = 20,
    ) -> dict[str, Any]:
        """Model runs, newest first; demonstrations only where asked for."""
        wanted = ModelRunFilter(status, model_type, store_id, product_id, with_synthetic=with_synthetic)
        found, total = registry.list_runs(wanted, limit=page_size, offset=(page - 1) * page_size)
        return {"runs": [model_run_json(run) for run in found], "total": total}

    @router.post("/runs", status_code=201, response_model=ModelRunItem, responses=problems(404))
    def announce(request: AnnouncedModel) -> dict[str, Any]:
        """Register a model that somebody else trains on the current data set; it is pending."""
        return model_run_json(bench.announce(request))

    @router.get("/runs/{run_id}", response_model=ModelRunItem, responses=problems(404))
    def show(run_id: ModelRunPath) -> dict[str, Any]:
        """One model run."""
        return model_run_json(registry.show(run_id))

    @router.patch("/runs/{run_id}", response_model=ModelRunItem, responses=problems(400, 404))
    def change(run_id: ModelRunPath, changes: ModelRunChange) -> dict[str, Any]:
        """pending > running > success or failed > archived; any other change is 400. A success needs its artifact."""
        with _not_allowed_is_400(ConflictError):
            changed = registry.change_state(
                run_id,
                changes.status,
                artifact_digest=None if changes.artifact_digest is None else Digest(changes.artifact_digest),
                metrics=changes.metrics,
                failure=changes.failure,
            )
        return model_run_json(changed)

    @router.get("/runs/{run_id}/verify", response_model=ArtifactVerified, responses=problems(400, 404))
    def verify(run_id: ModelRunPath) -> dict[str, Any]:
        """Compute the digest of its artifact anew. 400 where it has none, 404 where the file is gone."""
        with _not_allowed_is_400(InvalidInputError):
            return {"run_id": run_id, "verified": registry.verify(run_id)}

    @router.get("/compare/{a}/{b}", response_model=ModelRunComparison, responses=problems(404))
    def compare(a: ModelRunPath, b: ModelRunPath) -> dict[str, Any]:
        """Two model runs: comparable, or why not."""
        return compared_json(registry.compare(a, b))

    @router.get("/aliases", response_model=AliasList)
    def aliases() -> dict[str, Any]:
        """Every alias, and why it is stale."""
        return {"aliases": [alias_json(state) for state in registry.aliases()]}

    @router.post("/aliases", status_code=201, response_model=AliasItem, responses=problems(400, 404))
    def set_alias(request: AliasRequest) -> dict[str, Any]:
        """Point an alias at a successful model run; setting it again moves it. 400 where the run is no success."""
        with _not_allowed_is_400(ConflictError):
            registry.set_alias(request.name, request.run_id)
        return alias_json(registry.alias(request.name))

    @router.get("/aliases/{name}", response_model=AliasItem, responses=problems(404))
    def show_alias(name: AliasPath) -> dict[str, Any]:
        """One alias."""
        return alias_json(registry.alias(name))

    return router
