"""A run as its events tell it: pure, so that a late joiner and a reload see what the first watcher saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from showcase.pipeline.steps import steps_for

PENDING, RUNNING = "pending", "running"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as a line; status is pending, running, pass, fail, skip or warn, `share` what is done of it (0..1).

    `question` is what the step asks a person, from its announcement until the step has completed.
    """

    name: str
    phase: str
    status: str = PENDING
    detail: str = ""
    duration_ms: float | None = None
    share: float | None = None
    began_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    question: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A run so far. `run_status` is running until its summary is there; the summary is null until then."""

    run_id: str
    lines: tuple[StepLine, ...]
    run_status: str
    reason: str
    began_at: datetime | None
    ended_at: datetime | None
    summary: Mapping[str, Any] | None
    last_seq: int
    events: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_running(self) -> bool:
        return self.run_status == RUNNING

    @property
    def position(self) -> int:
        """How many steps have begun."""
        return sum(line.status != PENDING for line in self.lines)

    @property
    def question(self) -> Mapping[str, Any] | None:
        """What is asked of a person right now; None where nothing is."""
        return next((line.question for line in self.lines if line.question and line.status == RUNNING), None)

    @property
    def phases(self) -> tuple[tuple[str, tuple[StepLine, ...]], ...]:
        """The lines by phase, in the order of the run."""
        return tuple((phase, tuple(lines)) for phase, lines in groupby(self.lines, lambda line: line.phase))

    def left_s(self, usual: Mapping[str, float], now: datetime) -> float | None:
        """Seconds until the end, going by what each step usually takes; None where one of those left is unknown."""
        left = 0.0
        for line in self.lines:
            if line.status not in (PENDING, RUNNING):
                continue
            if line.name not in usual:
                return None
            gone = (now - line.began_at).total_seconds() if line.began_at is not None else 0.0
            left += max(usual[line.name] - gone, 0.0)
        return left

    def data(self, step: str) -> Mapping[str, Any]:
        """What a step said in values; empty until it has completed."""
        return next((line.data for line in self.lines if line.name == step), {})

    def elapsed_s(self, now: datetime) -> float:
        """Seconds from the first event to the last, or to `now` while it runs."""
        if self.began_at is None:
            return 0.0
        return max(((self.ended_at or now) - self.began_at).total_seconds(), 0.0)


def tell(run_id: str, scenario: str, events: Sequence[Mapping[str, Any]]) -> Story:
    """The story of a run of a preset from its events in their order; steps that have not begun stand as pending."""
    lines = {step.name: StepLine(step.name, step.phase) for step in steps_for(scenario)}
    summary: Mapping[str, Any] | None = None
    reason, ended_at = "", None
    for event in events:
        if event["event_type"] == "pipeline_complete":
            summary, reason, ended_at = event["data"], event["detail"], _when(event)
        elif event["step_name"] in lines or event["event_type"].startswith("step_"):
            name = event["step_name"]
            lines[name] = _told(lines.get(name) or StepLine(name, event["phase_name"]), event)
    return Story(
        run_id=run_id,
        lines=tuple(lines.values()),
        run_status=RUNNING if summary is None else str(summary["run_status"]),
        reason=reason,
        began_at=_when(events[0]) if events else None,
        ended_at=ended_at,
        summary=summary,
        last_seq=events[-1]["seq"] if events else 0,
        events=tuple(events),
    )


def _when(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["timestamp"])


def _told(line: StepLine, event: Mapping[str, Any]) -> StepLine:
    kind = event["event_type"]
    if kind == "step_start":
        return replace(line, status=RUNNING, detail="", share=None, began_at=_when(event))
    if kind == "step_progress":
        told = event["data"]
        asked = told if told.get("awaiting") else None
        return replace(
            line, status=RUNNING, detail=event["detail"], share=told.get("share"), rows=told.get("rows"), question=asked
        )
    return replace(
        line,
        status=event["status"],
        detail=event["detail"],
        duration_ms=event["duration_ms"],
        share=None,
        question=None,
        data=event["data"],
    )
