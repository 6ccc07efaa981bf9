"""The ids that stand in paths and queries; a text that cannot be one names nothing, which is 404."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from showcase.kernel.identity import BatchId, JobId, ModelRunId, PlanId, RunId, SessionId, WorkspaceId

RunPath = Annotated[RunId, Path(description="The run's id.")]
WorkspacePath = Annotated[WorkspaceId, Path(description="The workspace's id.")]
PlanPath = Annotated[PlanId, Path(description="The plan's id.")]
ModelRunPath = Annotated[ModelRunId, Path(description="The model run's id.")]
BatchPath = Annotated[BatchId, Path(description="The batch's id.")]
JobPath = Annotated[JobId, Path(description="The job's id.")]
SessionPath = Annotated[SessionId, Path(description="The session's id.")]
