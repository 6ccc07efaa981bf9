"""Data sets over HTTP: list them, choose the current one, import real sales."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from showcase.demand.intake_form import parse_intake_form
from showcase.http.documentation import problems
from showcase.http.limits import limits_of
from showcase.http.routes.answers import Open
from showcase.http.strict import StrictRoute
from showcase.http.upload import LARGEST_IMPORT_BYTES, Form, received_form
from showcase.services.data_sets import data_set_json, intake_json, kept_json
from showcase.wiring import Installation

DataSetPath = Annotated[int, InPath(ge=1, le=2**31 - 1, description="The data set's id.")]
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "CSV, CSV.gz or Parquet."},
                        "mapping": {
                            "type": "string",
                            "description": "A JSON object of field to column; null for none.",
                            "example": '{"quantity": "Qty", "on_hand": null}',
                        },
                        "delimiter": {"type": "string", "description": "The column separator; guessed by default."},
                        "decimal": {"type": "string", "enum": [".", ","], "description": "The decimal sign."},
                        "date_format": {"type": "string", "description": "ISO days by default.", "example": "%d.%m.%Y"},
                        "returns": {"type": "string", "enum": ["refuse", "net"], "description": "Negative quantities."},
                    },
                }
            }
        },
    }
}


class DataSetItem(Open):
    """One seeding or import."""

    id: int
    kind: str
    name: str
    recipe: dict[str, Any]
    row_counts: dict[str, int]
    fingerprint: str
    date_start: date
    date_end: date
    is_current: bool
    created_at: datetime


class DataSetList(Open):
    """Data sets, newest first."""

    datasets: list[DataSetItem]


class Imported(Open):
    """What an import made; all counts are 0 where the same rows were there already."""

    records_created: dict[str, int]
    data_set: int
    fingerprint: str
    mapping: list[str]
    ignored_columns: list[str]
    summary: list[str]
    notes: list[str]


class _ImportRoute(StrictRoute):
    largest_body_bytes = LARGEST_IMPORT_BYTES


def datasets_router(installation: Installation) -> APIRouter:
    """GET /datasets; POST /datasets/{id}/current; POST /datasets/import."""
    router = APIRouter(tags=["data"], route_class=StrictRoute)
    demand, launcher = installation.services.demand, installation.launcher

    @router.get("/datasets", response_model=DataSetList)
    def list_data_sets() -> dict[str, Any]:
        """Every seeding and import, newest first."""
        return {"datasets": [data_set_json(found) for found in demand.list_data_sets()]}

    @router.post("/datasets/{data_set_id}/current", response_model=DataSetItem, responses=problems(404, 409))
    def choose(data_set_id: DataSetPath) -> dict[str, Any]:
        """Make it the one that runs, dimensions and the seeder's status speak of. 409 while a run goes on."""
        with launcher.exclusive("choosing a data set"):
            demand.make_current(data_set_id)
        return next(data_set_json(found) for found in demand.list_data_sets() if found.id == data_set_id)

    importing = APIRouter(route_class=_ImportRoute)

    @importing.post(
        "/datasets/import", status_code=201, response_model=Imported, responses=problems(409, 429), openapi_extra=_FORM
    )
    async def import_sales(request: Request) -> dict[str, Any]:
        """Import a file of real sales, all of it or nothing, and make it the current data set.

        422 lists the first 50 refused places as `rows`. 409 while a run goes on.
        """
        async with received_form(request, demand.scratch) as form:
            with limits_of(request.scope).counted("imports", request.scope):
                return await run_in_threadpool(take, form)

    def take(form: Form) -> dict[str, Any]:
        mapping, options = parse_intake_form(form.fields)
        with launcher.exclusive("import"):
            kept, intake = demand.import_sales(form.path, mapping=mapping, options=options, file_name=form.file_name)
        return kept_json(kept) | intake_json(intake)

    router.include_router(importing)
    return router
