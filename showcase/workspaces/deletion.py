"""What the deletion of a workspace's record would leave behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from showcase.workspaces.health import read_references


@dataclass(frozen=True, slots=True)
class DeletePreview:
    """What a deletion would do: the record alone goes.

    `stays` counts what the run made and its exports, by kind; `descendants` are the workspaces that replay it, directly
    or over others: their lineage then begins with one that is gone.
    """

    workspace_id: str
    name: str | None
    pinned: bool
    stays: dict[str, int]
    descendants: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "workspace_id": str(self.workspace_id), "descendants": list(self.descendants)}


def preview_deletion(story: Mapping[str, Any], descendants: Sequence[str], exports: int) -> DeletePreview:
    """The preview, given the workspace's columns by name, who descends from it and how often it was exported."""
    kinds = Counter(one.ref_type for one in read_references(story) if one.ref_type != "workspace")
    if exports:
        kinds["export"] = exports
    return DeletePreview(
        story["workspace_id"], story["name"], story["pinned"], dict(sorted(kinds.items())), tuple(descendants)
    )
