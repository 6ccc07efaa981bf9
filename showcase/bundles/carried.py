"""What a bundle carries, read back: nothing is taken into a database that this program would not have written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from showcase.bundles.carried_made import CarriedModelRun
from showcase.bundles.carried_values import Carried, Ended, Flag, Object, Text, WholeNumber, agree
from showcase.demand.presets import Scenario
from showcase.kernel.clean import cleaned
from showcase.kernel.refusals import contradiction
from showcase.workspaces.edit import LONGEST_NOTES, LONGEST_TAG, MOST_TAGS
from showcase.workspaces.story import SLOTS, HexDigest, HexId
from showcase.workspaces.story_result import ResultSummary

_Tag = Annotated[str, Field(min_length=1), cleaned("tags", longest=LONGEST_TAG)]


class CarriedWorkspace(Carried):
    """The columns of a workspace whose run has ended."""

    workspace_id: HexId
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")] | None
    status: Ended
    seed: WholeNumber
    scenario: Scenario
    reset: Flag
    skip_seed: Flag
    run_config: Object | None
    as_of: date | None
    store_id: WholeNumber | None
    product_id: WholeNumber | None
    date_start: date | None
    date_end: date | None
    created_objects: Object
    result_summary: Object | None
    created_at: AwareDatetime
    archived: Flag
    pinned: Flag
    notes: Annotated[str, cleaned("notes", longest=LONGEST_NOTES, is_multiline=True)] | None
    tags: Annotated[list[_Tag], Field(max_length=MOST_TAGS)]
    config_schema_version: Annotated[int, Field(strict=True, ge=1, le=2**15 - 1)]
    replayed_from_workspace_id: HexId | None
    run_id: HexId | None
    data_fingerprint: HexDigest | None
    environment: Object | None
    seed_overrides: Object | None
    user_scope: Object | None
    approval_events: list[Any] | None
    rag_events: list[Any] | None
    job_ids: list[Any] | None
    phase_summaries: list[Any] | None
    revision: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    updated_at: AwareDatetime

    @model_validator(mode="after")
    def _slots_can_be_read(self) -> Self:
        for name, (adapter, _) in SLOTS.items():
            slot = getattr(self, name)
            if slot is not None:
                agree(name, adapter.validate_python, slot)
        return self


class CarriedRun(Carried):
    """The row of a run that has ended."""

    run_id: HexId
    status: Ended
    scenario: Scenario
    request: Object
    total_steps: Annotated[int, Field(strict=True, ge=1, le=1000)]
    reason: Text | None
    summary: Object | None
    started_at: AwareDatetime
    ended_at: AwareDatetime

    @model_validator(mode="after")
    def _summary_can_be_read(self) -> Self:
        if self.summary is not None:
            agree("summary", ResultSummary.model_validate, self.summary)
        return self


class CarriedTruth(Carried):
    """The winner against what people wanted, on some of the days; null where a score is not defined."""

    days: Literal["all", "in_stock", "stockout"]
    n: WholeNumber
    wape_sales: float | None = None
    wape_demand: float | None = None
    bias_sales: float | None = None
    bias_demand: float | None = None


class CarriedData(Carried):
    """What is known of the data set; null where it was gone before the export."""

    fingerprint: HexDigest | None
    kind: Literal["synthetic", "imported"] | None
    name: Text | None
    recipe: Object | None
    row_counts: dict[str, WholeNumber] | None
    date_start: date | None
    date_end: date | None
    truth: list[CarriedTruth] | None = None


class CarriedManifest(Carried):
    """The manifest as far as an import reads it; what else stands there is for people and other programs."""

    model_config = ConfigDict(extra="ignore")

    bundle_format_version: int
    exported_at: AwareDatetime
    workspace: CarriedWorkspace
    run: CarriedRun | None
    model_runs: list[CarriedModelRun]
    data: Object

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        # kept as it stands, so that another export tells the same bytes
        agree("data", CarriedData.model_validate, self.data)
        told, run = self.workspace, self.run
        if run is not None and (run.run_id, run.status) != (told.run_id, told.status):
            raise contradiction("run", "the run of the workspace, which ended as the workspace says")
        return self
