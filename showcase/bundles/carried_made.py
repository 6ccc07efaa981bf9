"""What a run made, read back from a bundle: its registered models and its saved what-ifs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from showcase.bundles.carried_values import Beside, Carried, DayText, Flag, Object, Text, WholeNumber, Word, agree
from showcase.kernel.clean import cleaned
from showcase.planning.assumptions import Assumptions
from showcase.workspaces.story import HexDigest, HexId
from showcase.workspaces.story_result import Bounded


class _Scores(Beside):
    wape: float | None = None


class _Metrics(Beside):
    """What a model was scored with; null where undefined."""

    scores: _Scores | None = None
    plan: Object | None = None


class CarriedModelRun(Carried):
    """A registered model of the run."""

    run_id: HexId
    status: Literal["success", "failed", "archived"]
    model_type: Word
    config: Object
    feature_frame_version: Annotated[int, Field(strict=True, ge=1, le=100)]
    data_fingerprint: HexDigest
    date_start: date
    date_end: date
    metrics: Object | None
    artifact_digest: HexDigest | None
    artifact_bytes: Annotated[int, Field(strict=True, ge=0)] | None
    origin_run_id: HexId | None
    synthetic: Flag
    failure: Text | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    artifact_verified: Flag | None

    @model_validator(mode="after")
    def _metrics_can_be_read(self) -> Self:
        if self.metrics is not None:
            agree("metrics", _Metrics.model_validate, self.metrics)
        return self


class PlanFigures(Beside):
    """What a plan computed, as far as lists, pages and pictures show it."""

    units_delta: Bounded
    revenue_delta: Bounded
    units_delta_interval: list[Bounded] = Field(min_length=2, max_length=2)
    revenue_delta_interval: list[Bounded] = Field(min_length=2, max_length=2)
    units_delta_pct: Bounded | None
    revenue_delta_pct: Bounded | None
    true_units_delta: Bounded | None
    true_revenue_delta: Bounded | None
    method: Word
    leads: Word
    disagrees: bool
    price_unseen: bool
    horizon: int
    forecast_start: DayText
    forecast_end: DayText


class CarriedPlan(Carried):
    """A saved what-if of the run."""

    plan_id: HexId
    name: Annotated[str, Field(min_length=1), cleaned("name", longest=200)]
    tags: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]
    assumptions: Object
    horizon: Annotated[int, Field(strict=True, ge=1, le=90)]
    store_id: WholeNumber
    product_id: WholeNumber
    store_code: Word
    sku: Word
    data_fingerprint: HexDigest
    model_run_id: HexId
    model_type: Word
    method: Literal["model_exogenous", "heuristic"]
    units_delta: Bounded
    revenue_delta: Bounded
    outcome: Object
    cloned_from: HexId | None
    origin_run_id: HexId | None
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @model_validator(mode="after")
    def _inside_can_be_read(self) -> Self:
        agree("assumptions", Assumptions.model_validate, self.assumptions)
        agree("outcome", PlanFigures.model_validate, self.outcome)
        return self
