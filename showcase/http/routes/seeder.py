"""Seeding over HTTP: presets, generate, append, verify, enrich, count and delete."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from showcase.errors import FieldError, InvalidInputError
from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.strict import StrictRoute
from showcase.ports import silent
from showcase.services.seeding import AppendRequest, DeleteRequest, GenerateRequest, Scope
from showcase.wiring import Installation


class SeederStatus(Open):
    """Rows and days of the current data set; zeros and nulls on an empty database."""

    stores: int
    products: int
    calendar: int
    sales: int
    inventory: int
    price_history: int
    promotions: int
    exogenous_signals: int
    sales_returns: int
    replenishment_events: int
    date_range_start: date | None
    date_range_end: date | None


class PresetSize(Open):
    """How large a preset is."""

    stores: int
    products: int
    days: int


class PresetItem(Open):
    """One preset."""

    name: str
    shows: str
    demo: PresetSize
    native: PresetSize


class PresetList(Open):
    """The eight presets."""

    scenarios: list[PresetItem]


class Generated(Open):
    """What seeding made; a dry run says what is expected, with data_set and fingerprint null."""

    records_created: dict[str, int]
    seed: int
    data_set: int | None
    fingerprint: str | None
    dry_run: bool


class CheckItem(Open):
    """One question about the stored rows."""

    name: str
    passed: bool
    detail: str


class Verified(Open):
    """Whether the current data set has the rows that it was made with."""

    passed: bool
    checks: list[CheckItem]
    data_set: int
    fingerprint: str


class EnrichedSet(Open):
    """What an enrichment made; all counts are 0 where it was there already."""

    records_created: dict[str, int]
    data_set: int
    digest: str
    skipped: dict[str, str]


class Deleted(Open):
    """Rows by table that went, or would."""

    records_deleted: dict[str, int]
    dry_run: bool


def seeder_router(installation: Installation) -> APIRouter:
    """GET /seeder/status and /scenarios; POST /generate, /append, /verify, /phase2-enrichment; DELETE /data."""
    router = APIRouter(prefix="/seeder", tags=["data"], route_class=StrictRoute)
    seeding, launcher = installation.services.seeding, installation.launcher

    @router.get("/status", response_model=SeederStatus)
    def status() -> dict[str, Any]:
        """What is there."""
        return seeding.status()

    @router.get("/scenarios", response_model=PresetList)
    def scenarios() -> dict[str, Any]:
        """The presets, with what each shows and how large it is."""
        return {"scenarios": seeding.scenarios()}

    @router.post("/generate", status_code=201, response_model=Generated, responses=problems(409))
    def generate(request: GenerateRequest) -> dict[str, Any]:
        """Seed a preset beside what is there and make it the current data set. 409 while a run goes on."""
        with launcher.exclusive("seeding"):
            return seeding.generate(request, silent)

    @router.post("/append", status_code=201, response_model=Generated, responses=problems(404, 409))
    def append(request: AppendRequest) -> dict[str, Any]:
        """A new data set: the rows of the current one, and further days. 409 for imported data, or while a run goes
        on."""
        with launcher.exclusive("appending"):
            return seeding.append(request, silent)

    @router.post("/verify", response_model=Verified, responses=problems(404))
    def verify() -> dict[str, Any]:
        """Count the stored rows and compute their fingerprint anew."""
        return seeding.verify()

    @router.post("/phase2-enrichment", status_code=201, response_model=EnrichedSet, responses=problems(404, 409))
    def enrich() -> dict[str, Any]:
        """Lifecycle, replenishment, signals and returns for the current data set; once is enough."""
        with launcher.exclusive("enriching"):
            return seeding.enrich(silent)

    @router.delete("/data", response_model=Deleted, responses=problems(409))
    def delete(
        request: DeleteRequest | None = None,
        scope: Annotated[Scope | None, Query(description="What goes; in place of a body.")] = None,
        dry_run: Annotated[bool | None, Query(description="Count alone; in place of a body.")] = None,
    ) -> dict[str, Any]:
        """Delete demand data of every data set, imports too, and nothing else. 409 while a run goes on."""
        named = {name: value for name, value in (("scope", scope), ("dry_run", dry_run)) if value is not None}
        if request is not None and named:
            error = FieldError(next(iter(named)), "a body and a query", "one of them")
            raise InvalidInputError(f"The request was refused: {error}.", "Send the body or the query.", [error])
        with launcher.exclusive("deleting data"):
            return seeding.delete(request or DeleteRequest.model_validate(named))

    return router
