"""What a person may change of a workspace, and the rules for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.clean import clean_text
from showcase.kernel.refusals import refusal, shown

LONGEST_NOTES = 2000
LONGEST_TAG = 40
MOST_TAGS = 20


class WorkspaceEdit(BaseModel):
    """Only the fields that were sent change; null clears name and notes, and tags are replaced whole."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    name: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$", description="The name; null clears it.")
    notes: str | None = Field(None, description=f"At most {LONGEST_NOTES} characters; null clears them.")
    tags: list[str] = Field(
        default_factory=list, description=f"At most {MOST_TAGS} of 1 to {LONGEST_TAG} characters, each once."
    )
    archived: bool = Field(False, description="Left out of lists unless asked for.")
    pinned: bool = Field(False, description="First in every list.")
    revision: int | None = Field(None, ge=1, description="The revision that was read; refused where it is outdated.")

    def changes(self) -> dict[str, Any]:
        """The columns that were sent."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set) if name != "revision"}


def parse_edit(values: Mapping[str, Any]) -> WorkspaceEdit:
    """The edit in `values`, its texts cleaned; InvalidInputError names each refused field."""
    try:
        edit = WorkspaceEdit.model_validate(dict(values))
    except ValidationError as error:
        raise refusal(error, "edit of a workspace") from error
    cleaned: dict[str, Any] = {}
    if edit.notes is not None:
        cleaned["notes"] = clean_text(edit.notes, "notes", longest=LONGEST_NOTES, is_multiline=True) or None
    if "tags" in edit.model_fields_set:
        cleaned["tags"] = clean_tags(edit.tags)
    return edit.model_copy(update=cleaned)


def clean_tags(tags: Sequence[str]) -> list[str]:
    """The tags as they are kept, in the order given; InvalidInputError for a blank one, a double, or too many."""
    cleaned = [clean_text(tag, "tags", longest=LONGEST_TAG) for tag in tags]
    if "" in cleaned:
        raise _refused("a blank tag", f"1 to {LONGEST_TAG} characters each")
    twice = next((tag for tag in cleaned if cleaned.count(tag) > 1), None)
    if twice is not None:
        raise _refused(f"{shown(twice)} twice", "each tag once")
    if len(cleaned) > MOST_TAGS:
        raise _refused(f"{len(cleaned)} tags", f"at most {MOST_TAGS}")
    return cleaned


def _refused(found: str, allowed: str) -> InvalidInputError:
    return InvalidInputError(
        f"The tags were refused: found {found}, allowed is {allowed}.",
        "Correct the tags and send them again.",
        [FieldError("tags", found, allowed)],
    )
