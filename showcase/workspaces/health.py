"""The soft references of a workspace: what its story points at, and whether each of those is still there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from showcase.kernel.plain import plain

Life = Literal["alive", "dead", "unknown"]

_ID, _DIGEST = r"[0-9a-f]{32}", r"[0-9a-f]{64}"
REF_TYPES: Mapping[str, str] = {
    "workspace": _ID,
    "run": _ID,
    "model_run": _ID,
    "plan": _ID,
    "job": _ID,
    "batch": _ID,
    "decision": _ID,
    "data_set": _DIGEST,
    "enrichment": _DIGEST,
    "artifact": _DIGEST,
    "alias": r"[^\x00]{1,200}",
}
"""What can be pointed at, and what its ids look like; nobody is asked about an id that looks otherwise."""

_PLACES: Mapping[str, str] = {
    "replayed_from_workspace_id": "workspace",
    "run_id": "run",
    "data_fingerprint": "data_set",
    "job_ids": "job",
}
_MADE: Mapping[str, str | None] = {
    "run_id": "run",
    "data_set_name": None,
    "data_set_id": None,  # a number of the database that made it: its fingerprint is asked for
    "model_run_ids": "model_run",
    "synthetic_model_run_ids": "model_run",
    "plan_ids": "plan",
    "job_ids": "job",
    "batch_ids": "batch",
    "trained_artifacts": "artifact",
    "files": "artifact",
    "enrichment_digest": "enrichment",
    "alias": "alias",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """One id in a workspace's story: `key` is its place there, `ref_type` what it names."""

    key: str
    ref_type: str
    ref_id: str

    @property
    def can_be_asked(self) -> bool:
        """Whether the id is one that something of its kind could have."""
        pattern = REF_TYPES.get(self.ref_type)
        return pattern is not None and re.fullmatch(pattern, self.ref_id) is not None


@dataclass(frozen=True, slots=True)
class CheckedReference:
    """A reference and whether what it names is there: dead is gone or damaged, unknown could not be told."""

    key: str
    ref_type: str
    ref_id: str
    status: Life


@dataclass(frozen=True, slots=True)
class WorkspaceHealth:
    """Every reference of a workspace, and how many are in which state.

    `partial_run` says that its run did not come to its end (or has not yet), so that it may have made less than usual.
    """

    workspace_id: str
    workspace_status: str
    partial_run: bool
    references: tuple[CheckedReference, ...]
    alive: int
    dead: int
    unknown: int
    checked_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The health with the keys of the HTTP answer."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def read_references(story: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The references of a workspace, given its columns by name, each thing once, at its first place.

    A story that somebody changed by hand is read all the same: whatever stands there is named, and cannot be asked.
    """
    found: dict[tuple[str, str], Reference] = {}
    made = story.get("created_objects")
    places = [(name, kind, story.get(name)) for name, kind in _PLACES.items()]
    for name, value in made.items() if isinstance(made, Mapping) else ():
        kind = _MADE.get(name, str(name))
        if kind is not None:
            places.append((f"created_objects.{name}", kind, value))
    events = story.get("approval_events")
    for at, event in enumerate(events if isinstance(events, list) else ()):
        asked = event.get("action_id") if isinstance(event, Mapping) else event
        places.append((f"approval_events[{at}].action_id", "decision", asked))
    for place, kind, value in places:
        for key, ref_id in _leaves(place, value):
            found.setdefault((kind, ref_id), Reference(key, kind, ref_id))
    return tuple(found.values())


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    """The ids in a value, with their places."""
    waiting = [(place, value)]
    while waiting:
        key, one = waiting.pop(0)
        if isinstance(one, Mapping):
            waiting += [(f"{key}.{name}", inner) for name, inner in one.items()]
        elif isinstance(one, list):
            waiting += [(f"{key}[{at}]", inner) for at, inner in enumerate(one)]
        elif one is not None:
            yield key, str(one)


def tell_health(
    story: Mapping[str, Any], references: tuple[Reference, ...], lives: Mapping[Reference, Life], at: datetime
) -> WorkspaceHealth:
    """The health of a workspace from what was found out of each reference; one that nobody could ask is unknown."""
    checked = tuple(
        CheckedReference(one.key, one.ref_type, one.ref_id, lives.get(one, "unknown")) for one in references
    )
    counted = Counter(one.status for one in checked)
    return WorkspaceHealth(
        workspace_id=str(story["workspace_id"]),
        workspace_status=str(story["status"]),
        partial_run=story["status"] != "completed",
        references=checked,
        alive=counted["alive"],
        dead=counted["dead"],
        unknown=counted["unknown"],
        checked_at=at,
    )
