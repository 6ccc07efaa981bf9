"""What a bundle carries, read back: nothing is taken into a database that this program would not have written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from showcase.demand.presets import Scenario
from showcase.errors import IntegrityError, InvalidInputError
from showcase.kernel.clean import cleaned
from showcase.kernel.refusals import contradiction, parse_json, refusal
from showcase.workspaces.edit import LONGEST_NOTES, LONGEST_TAG, MOST_TAGS
from showcase.workspaces.story import SLOTS, HexDigest, HexId

_Int = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
_Flag = Annotated[bool, Field(strict=True)]
_Text = Annotated[str, Field(max_length=20_000)]
_Word = Annotated[str, Field(max_length=200)]
_Tag = Annotated[str, Field(min_length=1), cleaned("tags", longest=LONGEST_TAG)]
_Object = dict[str, Any]
_Ended = Literal["completed", "failed", "cancelled", "interrupted"]


class _Carried(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CarriedWorkspace(_Carried):
    """The columns of a workspace whose run has ended."""

    workspace_id: HexId
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")] | None
    status: _Ended
    seed: _Int
    scenario: Scenario
    reset: _Flag
    skip_seed: _Flag
    run_config: _Object | None
    as_of: date | None
    store_id: _Int | None
    product_id: _Int | None
    date_start: date | None
    date_end: date | None
    created_objects: _Object
    result_summary: _Object | None
    created_at: AwareDatetime
    archived: _Flag
    pinned: _Flag
    notes: Annotated[str, cleaned("notes", longest=LONGEST_NOTES, is_multiline=True)] | None
    tags: Annotated[list[_Tag], Field(max_length=MOST_TAGS)]
    config_schema_version: Annotated[int, Field(strict=True, ge=1, le=2**15 - 1)]
    replayed_from_workspace_id: HexId | None
    run_id: HexId | None
    data_fingerprint: HexDigest | None
    environment: _Object | None
    seed_overrides: _Object | None
    user_scope: _Object | None
    approval_events: list[Any] | None
    rag_events: list[Any] | None
    job_ids: list[Any] | None
    phase_summaries: list[Any] | None
    revision: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    updated_at: AwareDatetime

    @model_validator(mode="after")
    def _slots_can_be_read(self) -> Self:
        for name, (adapter, _) in SLOTS.items():
            if getattr(self, name) is not None:
                try:
                    adapter.validate_python(getattr(self, name))
                except ValidationError as error:
                    what = f"a slot that can be read: {error.errors(include_url=False)[0]['msg']}"
                    raise contradiction(name, what) from error
        return self


class CarriedRun(_Carried):
    """The row of a run that has ended."""

    run_id: HexId
    status: _Ended
    scenario: Scenario
    request: _Object
    total_steps: Annotated[int, Field(strict=True, ge=1, le=1000)]
    reason: _Text | None
    summary: _Object | None
    started_at: AwareDatetime
    ended_at: AwareDatetime


class CarriedEvent(_Carried):
    """One event of that run."""

    model_config = ConfigDict(extra="allow")

    event_type: Literal["step_start", "step_progress", "step_complete", "pipeline_complete", "error"]
    step_name: _Word
    step_index: _Int
    total_steps: _Int
    status: Literal["running", "pass", "fail", "skip", "warn"] | None
    detail: _Text
    duration_ms: float | None
    data: _Object
    timestamp: AwareDatetime
    phase_name: _Word
    phase_index: _Int
    phase_total: _Int
    run_id: HexId
    seq: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class CarriedModelRun(_Carried):
    """A registered model of the run."""

    run_id: HexId
    status: Literal["success", "failed", "archived"]
    model_type: _Word
    config: _Object
    feature_frame_version: Annotated[int, Field(strict=True, ge=1, le=100)]
    data_fingerprint: HexDigest
    date_start: date
    date_end: date
    metrics: _Object | None
    artifact_digest: HexDigest | None
    artifact_bytes: Annotated[int, Field(strict=True, ge=0)] | None
    origin_run_id: HexId | None
    synthetic: _Flag
    failure: _Text | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    artifact_verified: _Flag | None


class CarriedPlan(_Carried):
    """A saved what-if of the run."""

    plan_id: HexId
    name: Annotated[str, Field(min_length=1), cleaned("name", longest=200)]
    tags: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]
    assumptions: _Object
    horizon: Annotated[int, Field(strict=True, ge=1, le=90)]
    store_id: _Int
    product_id: _Int
    store_code: _Word
    sku: _Word
    data_fingerprint: HexDigest
    model_run_id: HexId
    model_type: _Word
    method: Literal["model_exogenous", "heuristic"]
    units_delta: float
    revenue_delta: float
    outcome: _Object
    cloned_from: HexId | None
    origin_run_id: HexId | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class CarriedManifest(_Carried):
    """The manifest as far as an import reads it; what else stands there is for people and other programs."""

    model_config = ConfigDict(extra="ignore")

    bundle_format_version: int
    exported_at: AwareDatetime
    workspace: CarriedWorkspace
    run: CarriedRun | None
    model_runs: list[CarriedModelRun]
    data: _Object


def read_carried[Kind: BaseModel](kind: type[Kind], content: bytes, name: str) -> Kind:
    """One JSON file of a bundle as a value; IntegrityError says what in it this program would not have written."""
    try:
        return kind.model_validate(parse_json(content, name))
    except ValidationError as error:
        raise _refused(name, refusal(error, name)) from error
    except InvalidInputError as error:
        raise _refused(name, error) from error


def read_events(content: bytes, run_id: str) -> list[dict[str, Any]]:
    """The events of events.jsonl in their order, as they were stored; IntegrityError where they are not this run's."""
    events: list[dict[str, Any]] = []
    for line in content.splitlines():
        event = read_carried(CarriedEvent, line, "events.jsonl")
        if event.run_id != run_id or event.seq != len(events) + 1:
            raise IntegrityError(
                f"events.jsonl should tell the run {run_id[:8]} event by event, and line {len(events) + 1} does not.",
                "Ask for the bundle again; it was not written by this program.",
            )
        events.append(parse_json(line, "events.jsonl"))
    return events


def _refused(name: str, error: InvalidInputError) -> IntegrityError:
    return IntegrityError(
        f"{name} of the bundle cannot be taken over: {error.message}",
        "Ask for the bundle again; it was not written by this program, or by a newer version of it.",
    )
