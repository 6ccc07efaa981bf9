"""Small runs and workspaces for the tests of the console."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from showcase.kernel.identity import WorkspaceId
from showcase.store.workspaces import Workspace

RUN_ID = "ab" * 16


def event(seq: int, kind: str, step: str, **more: Any) -> dict[str, Any]:
    """One event as it is stored; a second passes between two."""
    return {
        "event_type": kind,
        "step_name": step,
        "step_index": 1,
        "total_steps": 11,
        "status": None,
        "detail": "",
        "duration_ms": None,
        "data": {},
        "timestamp": f"2026-11-22T12:00:{seq:02}+00:00",
        "phase_name": "data",
        "phase_index": 1,
        "phase_total": 6,
        "run_id": RUN_ID,
        "seq": seq,
        **more,
    }


def under_way() -> list[dict[str, Any]]:
    """A run whose second step is half done."""
    return [
        event(1, "step_start", "precheck"),
        event(2, "step_complete", "precheck", status="pass", detail="all there", duration_ms=40.0),
        event(3, "step_start", "reset"),
        event(4, "step_progress", "reset", status="running", detail="wiping", data={"share": 0.5}),
    ]


def ended(run_status: str, detail: str = "why") -> list[dict[str, Any]]:
    """The same run, ended so."""
    summary = {"run_status": run_status, "winner_model_type": None}
    return [*under_way(), event(5, "pipeline_complete", "summary", status="fail", detail=detail, data=summary)]


def kept_workspace(**chosen: Any) -> Workspace:
    """A completed workspace of a short run; what is not chosen is as it stands when nobody touched it."""
    moment = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    usual = {
        "workspace_id": WorkspaceId("cd" * 16),
        "status": "completed",
        "seed": 42,
        "scenario": "demo_minimal",
        "reset": False,
        "skip_seed": False,
        "created_objects": {},
        "created_at": moment,
        "updated_at": moment,
        "archived": False,
        "pinned": False,
        "tags": [],
        "config_schema_version": 1,
        "revision": 1,
    }
    return Workspace(**{field.name: None for field in fields(Workspace)} | usual | chosen)
