"""What a list of workspaces is asked for: filters, order, page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from showcase.demand.presets import Scenario
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.canonical import digest_of
from showcase.kernel.clean import composed
from showcase.kernel.day import Day
from showcase.kernel.refusals import check_plain, refusal
from showcase.workspaces.search import LONGEST_SEARCH, STATUSES, Query, parse_search

SORT_KEYS = ("created_at", "name", "seed", "status", "metric", "wall_clock")
MOST_LISTED = 100
MOST_TAGS = 20
EXACT_UP_TO = 10_000
"""A total is counted up to here; beyond, it says that it is not exact."""
_LONGEST_CURSOR = 2000


class WorkspaceFilter(BaseModel):
    """Which workspaces are wanted; all of it combines with AND."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    q: str | None = Field(None, max_length=200, description="A literal piece of the name, the notes or a tag.")
    search: str | None = Field(None, max_length=LONGEST_SEARCH, description="A search in the query language.")
    tags: list[str] = Field(default_factory=list, max_length=MOST_TAGS, description="Tags; all of them.")
    status: str | None = Field(None, description="The run's status.")
    scenario: str | None = Field(None, description="The preset.")
    since: Day | None = Field(None, description="The first day, in UTC, on which it may have been made.")
    until: Day | None = Field(None, description="The last day, in UTC, on which it may have been made.")
    include_archived: bool = Field(False, description="The archived ones too.")

    @field_validator("q", "search")
    @classmethod
    def _as_it_is_kept(cls, text: str | None) -> str | None:
        return None if text is None else composed(text)

    @field_validator("tags")
    @classmethod
    def _as_they_are_kept(cls, tags: list[str]) -> list[str]:
        return [composed(tag) for tag in tags]

    @field_validator("status")
    @classmethod
    def _known_status(cls, status: str | None) -> str | None:
        return _one_of(status, STATUSES)

    @field_validator("scenario")
    @classmethod
    def _known_scenario(cls, scenario: str | None) -> str | None:
        return _one_of(scenario, tuple(Scenario))

    def query(self) -> Query | None:
        """The tree of `search`; SearchError where it cannot be read."""
        return parse_search(self.search) if self.search else None

    def given(self) -> dict[str, Any]:
        """The filters that say something, as JSON."""
        return self.model_dump(mode="json", exclude_defaults=True, include=set(WorkspaceFilter.model_fields))


class ListRequest(WorkspaceFilter):
    """Filters, order and page. The pinned ones always come first."""

    sort_by: str = Field("created_at", description=f"{', '.join(SORT_KEYS)}; anything else is created_at.")
    sort_order: Literal["asc", "desc"] = Field("desc", description="asc or desc.")
    limit: int = Field(20, ge=1, le=MOST_LISTED, description="How many at most.")
    cursor: str | None = Field(
        None, max_length=_LONGEST_CURSOR, description="Where a page begins: `next` or `previous` of another page."
    )

    @property
    def sort_key(self) -> str:
        """What it is sorted by."""
        return self.sort_by if self.sort_by in SORT_KEYS else "created_at"

    def place(self) -> Cursor | None:
        """The place that the cursor names; InvalidInputError where it is of another list or no cursor."""
        return None if self.cursor is None else Cursor.read(self.cursor, self.fingerprint())

    def fingerprint(self) -> str:
        """What a cursor is bound to: the filters and the order."""
        return digest_of([self.given(), self.sort_key, self.sort_order])[:16]


def _one_of(value: str | None, known: tuple[str, ...]) -> str | None:
    if value is not None and value not in known:
        raise ValueError(f"one of {', '.join(known)}")
    return value


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row beside which a page begins, as its sort values, and on which side of it the page lies."""

    is_forward: bool
    values: tuple[Any, ...]
    """Sort values of the row: pinned, whether it lacks the key, the key (a time as text), the row's number."""

    def text(self, fingerprint: str) -> str:
        """The cursor as it is handed out."""
        body = json.dumps([fingerprint, self.is_forward, *self.values], separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, fingerprint: str) -> Self:
        """The cursor that was handed out with the same filters and order."""
        try:
            body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            body = None
        match body:
            case [str(of), bool(is_forward), bool(pinned), bool(missing), str() | int() | float() as key, int(row)] if (
                of == fingerprint and not isinstance(key, bool) and abs(row) < 2**63
            ):
                return cls(is_forward, (pinned, missing, key, row))
        raise InvalidInputError(
            "The cursor does not belong to this list.",
            "Ask for the first page, without a cursor, and follow its next.",
            [FieldError("cursor", repr(text[:40]), "next or previous of a page with the same filters and order")],
        )


def parse_list_request(values: Mapping[str, Any]) -> ListRequest:
    """The request in `values`; InvalidInputError names each refused field, SearchError the place in the search."""
    check_plain(dict(values))
    try:
        request = ListRequest.model_validate(dict(values))
    except ValidationError as error:
        raise refusal(error, "list of workspaces") from error
    request.query()
    return request


def parse_filter(values: Mapping[str, Any]) -> WorkspaceFilter:
    """The filters in `values`, refused as a list would refuse them."""
    check_plain(dict(values))
    try:
        found = WorkspaceFilter.model_validate(dict(values))
    except ValidationError as error:
        raise refusal(error, "filter of workspaces") from error
    found.query()
    return found
