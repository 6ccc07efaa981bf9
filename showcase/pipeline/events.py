"""What a run tells: one event as it is stored, shown and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from showcase.errors import ConflictError, InvalidInputError, ShowcaseError
from showcase.kernel.identity import RunId


class EventType(StrEnum):
    """The kinds of events of a run."""

    STEP_START = "step_start"
    STEP_PROGRESS = "step_progress"
    STEP_COMPLETE = "step_complete"
    PIPELINE_COMPLETE = "pipeline_complete"
    ERROR = "error"


class StepStatus(StrEnum):
    """How a step stands; fail stops the run, the others go on."""

    RUNNING = "running"
    PASS = "pass"  # noqa: S105  (a status, no password)
    FAIL = "fail"
    SKIP = "skip"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a run; field order is the order on the wire."""

    event_type: EventType
    step_name: str
    step_index: int
    total_steps: int
    status: StepStatus | None
    detail: str
    duration_ms: float | None
    data: Mapping[str, Any]
    timestamp: datetime
    phase_name: str
    phase_index: int
    phase_total: int
    run_id: RunId
    seq: int

    def as_json(self) -> dict[str, Any]:
        """The event as JSON values, keys in the order of the fields."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        values["event_type"] = str(self.event_type)
        values["status"] = None if self.status is None else str(self.status)
        values["data"] = dict(self.data)
        values["timestamp"] = self.timestamp.isoformat()
        values["run_id"] = str(self.run_id)
        return values


def as_legacy(event: dict[str, Any]) -> dict[str, Any]:
    """The event for a client of the first version, which knows no progress: waiting for a person is a step_complete
    with status running."""
    is_asking = event["event_type"] == EventType.STEP_PROGRESS and event["data"].get("awaiting") == "approval"
    return event | {"event_type": str(EventType.STEP_COMPLETE)} if is_asking else event


def error_event(error: ShowcaseError, now: datetime) -> dict[str, Any]:
    """What a door tells in place of a run that did not start: the keys of every event, and why."""
    return {
        **{field.name: None for field in fields(Event)},
        "event_type": str(EventType.ERROR),
        "status": str(StepStatus.FAIL),
        "detail": error.message,
        "data": {},
        "timestamp": now.isoformat(),
        "kind": error.kind,
        "reason": error.reason if isinstance(error, ConflictError) else error.kind,
        "remedy": error.remedy,
        "errors": [asdict(refused) for refused in error.errors] if isinstance(error, InvalidInputError) else [],
    }
