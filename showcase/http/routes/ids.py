"""The ids that stand in paths and queries; a text that cannot be one names nothing, which is 404."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from showcase.kernel.identity import RunId, WorkspaceId

RunPath = Annotated[RunId, Path(description="The run's id.")]
WorkspacePath = Annotated[WorkspaceId, Path(description="The workspace's id.")]
