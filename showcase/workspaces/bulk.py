"""Bulk actions: what each does to a workspace, and which it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from showcase.kernel.identity import WorkspaceId
from showcase.kernel.refusals import check_plain, contradiction, refusal
from showcase.workspaces.edit import MOST_TAGS, clean_tags
from showcase.workspaces.listing import WorkspaceFilter, parse_filter

Action = Literal["pin", "unpin", "archive", "unarchive", "tag", "untag", "export", "delete"]
MOST_IDS = 10_000


class BulkRequest(BaseModel):
    """An action on the named workspaces, or on all that a filter finds."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    action: Action = Field(description="pin, unpin, archive, unarchive, tag, untag, export or delete.")
    ids: list[WorkspaceId] | None = Field(None, min_length=1, max_length=MOST_IDS, description="The workspaces.")
    filter: WorkspaceFilter | None = Field(None, description="Or all that these filters find.")
    tags: list[str] = Field(default_factory=list, max_length=MOST_TAGS, description="For tag and untag.")

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise contradiction("ids", "either ids or a filter")
        if bool(self.tags) != (self.action in ("tag", "untag")):
            raise contradiction("tags", "at least one tag for tag and untag, none for other actions")
        return self

    @property
    def is_named(self) -> bool:
        """Whether each workspace was named by its id."""
        return self.ids is not None


def parse_bulk(values: Mapping[str, Any]) -> BulkRequest:
    """The request in `values`, its tags cleaned; InvalidInputError names each refused field."""
    check_plain(dict(values))
    if isinstance(values.get("filter"), Mapping):
        values = {**values, "filter": parse_filter(values["filter"])}
    try:
        request = BulkRequest.model_validate(dict(values))
    except ValidationError as error:
        raise refusal(error, "bulk action") from error
    return request.model_copy(update={"tags": clean_tags(request.tags)})


class Target(Protocol):
    """A workspace as far as a bulk action looks at it."""

    @property
    def workspace_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def pinned(self) -> bool: ...
    @property
    def archived(self) -> bool: ...
    @property
    def tags(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A workspace that the action does nothing to, and why."""

    workspace_id: str
    why: str


def why_left_out(request: BulkRequest, target: Target) -> str | None:
    """Why the action leaves this workspace as it is; None where it acts."""
    tags = set(request.tags)
    reasons: dict[str, tuple[tuple[bool, str], ...]] = {
        "pin": ((target.pinned, "pinned already"),),
        "unpin": ((not target.pinned, "not pinned"),),
        "archive": ((target.archived, "archived already"),),
        "unarchive": ((not target.archived, "not archived"),),
        "tag": (
            (tags <= set(target.tags), "has the tags already"),
            (len(tags | set(target.tags)) > MOST_TAGS, f"would have more than {MOST_TAGS} tags"),
        ),
        "untag": ((not tags & set(target.tags), "has none of the tags"),),
        "export": ((target.status == "running", "its run is under way"),),
        "delete": (
            (target.status == "running", "its run is under way"),
            (target.pinned and not request.is_named, "pinned; name it by its id to delete it"),
        ),
    }
    return next((why for applies, why in reasons[request.action] if applies), None)


def divide[T: Target](request: BulkRequest, found: Sequence[T]) -> tuple[list[T], list[LeftOut]]:
    """Whom the action reaches, and whom it leaves out; a named one that is not there is left out too."""
    reached, left_out = [], []
    for target in found:
        why = why_left_out(request, target)
        if why is None:
            reached.append(target)
        else:
            left_out.append(LeftOut(target.workspace_id, why))
    there = {target.workspace_id for target in found}
    left_out += [LeftOut(one, "not there") for one in dict.fromkeys(request.ids or ()) if one not in there]
    return reached, left_out
