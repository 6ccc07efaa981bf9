"""Runs as every door shows them: one in a list, and one that has ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from showcase.pipeline.events import EventType
from showcase.pipeline.summary import RunResult
from showcase.store.runs import RunRow


def run_json(run: RunRow) -> dict[str, Any]:
    """A run with the keys that every door uses."""
    return {
        "run_id": run.run_id,
        "status": run.status,
        "scenario": run.scenario,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "step": run.step_name,
        "reason": run.reason,
        "workspace_id": run.workspace_id,
    }


def told_result(run_id: str, events: Iterable[Mapping[str, Any]]) -> RunResult | None:
    """The result that a run's events tell, the final event of each row in it; None where the summary is missing."""
    steps: dict[str, Mapping[str, Any]] = {}
    for event in events:
        if event["event_type"] == EventType.STEP_COMPLETE:
            steps[event["step_name"]] = event
        elif event["event_type"] == EventType.PIPELINE_COMPLETE:
            summary = event["data"]
            return RunResult(run_id, summary["run_status"], summary["overall_status"], tuple(steps.values()), summary)
    return None
