"""Workspaces as they are answered and asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from showcase.services.workspace_bulk import BulkOutcome, BulkPreview

__all__ = ["BulkOutcome", "BulkPreview"]


class ListedWorkspace(BaseModel):
    """One workspace in a list."""

    model_config = ConfigDict(from_attributes=True)

    workspace_id: str
    name: str | None
    status: str
    seed: int
    scenario: str
    reset: bool
    skip_seed: bool
    result_summary: dict[str, Any] | None = Field(description="Null until the run has ended.")
    created_at: datetime
    archived: bool
    pinned: bool
    tags: list[str]
    replayed_from_workspace_id: str | None
    seed_overrides: dict[str, Any] | None
    user_scope: dict[str, Any] | None
    run_config: dict[str, Any] | None
    revision: int


class WorkspaceDetail(ListedWorkspace):
    """One workspace with its whole story; slots are null until they are written."""

    as_of: date | None
    store_id: int | None
    product_id: int | None
    date_start: date | None
    date_end: date | None
    created_objects: dict[str, Any]
    notes: str | None
    config_schema_version: int
    run_id: str | None
    data_fingerprint: str | None
    environment: dict[str, Any] | None
    approval_events: list[dict[str, Any]] | None
    rag_events: list[dict[str, Any]] | None
    job_ids: list[str] | None
    phase_summaries: list[dict[str, Any]] | None
    updated_at: datetime
    imported_from: dict[str, Any] | None = Field(description="Null where it was made here.")


class WorkspacePage(BaseModel):
    """A page of the library."""

    model_config = ConfigDict(from_attributes=True)

    workspaces: list[ListedWorkspace]
    total: int = Field(description="How many the filters find.")
    total_is_exact: bool = Field(description="False where there are more than 10,000.")
    next: str | None = Field(description="The cursor of the page behind this one.")
    previous: str | None = Field(description="The cursor of the page before this one.")


class UndoRequest(BaseModel):
    """Which bulk action to take back."""

    model_config = ConfigDict(strict=True, extra="forbid")

    undo_token: str = Field(max_length=100, description="What the bulk action answered.")


class ReplayRequest(BaseModel):
    """How to replay."""

    model_config = ConfigDict(strict=True, extra="forbid")

    confirm: str | None = Field(None, max_length=200, description="The token of the preview, where it gives one.")
    anchor: Literal["recorded", "today"] = Field("recorded", description="On its recorded days, or ending today.")


class ReplayPreviewed(BaseModel):
    """What a replay would be now."""

    workspace_id: str
    confirm: str | None = Field(description="The token that the replay needs; null where it needs none.")
    recorded: dict[str, Any]
    to_send: dict[str, Any]
    differences: list[dict[str, Any]] = Field(description="{field, recorded, to_send} each.")
    wipes: list[dict[str, Any]] = Field(description="{data_set, table, rows} each.")
    expires_at: datetime | None


class LineageGraph(BaseModel):
    """Who replayed whom."""

    workspace_id: str
    nodes: list[dict[str, Any]] = Field(description="workspace_id, relation, is_deleted, name, status, scenario each.")
    edges: list[dict[str, Any]] = Field(description="{source, replay, verdict} each.")
    is_whole: bool = Field(description="False where there are more than can be shown.")


class CheckedReferences(BaseModel):
    """What a workspace points at, and what of it is still there."""

    workspace_id: str
    workspace_status: str
    partial_run: bool = Field(description="Whether its run did not come to its end, or has not yet.")
    references: list[dict[str, Any]] = Field(description="{key, ref_type, ref_id, status} each.")
    alive: int
    dead: int
    unknown: int
    checked_at: datetime


class Compared(BaseModel):
    """Workspaces side by side; every row has its values in the order of `workspaces`."""

    base: str
    workspaces: list[dict[str, Any]]
    configuration: list[dict[str, Any]] = Field(description="{field, values, differs} each.")
    scores: list[dict[str, Any]] = Field(description="field, direction, values, deltas, best, worst each.")
    forecasts: list[dict[str, Any]] = Field(description="One a workspace, to lay over each other.")
    folds: dict[str, list[dict[str, Any]]] = Field(description="The winner's scores on each fold, by workspace.")
    approvals: dict[str, list[dict[str, Any]]]
    made: list[dict[str, Any]] = Field(description="{field, values, differs} each.")
    relations: list[dict[str, Any]] = Field(description="{workspace_id, other, relation, verdict} each.")
    remarks: list[str] = Field(description="What a reader of the figures has to know.")


class SavedSearches(BaseModel):
    """The saved filters by name."""

    searches: dict[str, dict[str, Any]]
