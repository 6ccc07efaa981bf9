"""Settles runs whose process is gone: final status, last events, nothing left running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from showcase.kernel.identity import RunId
from showcase.pipeline.events import Event, EventType, StepStatus
from showcase.pipeline.steps import Position, steps_for, summary_position
from showcase.pipeline.summary import unknown_summary
from showcase.ports import Clock
from showcase.services.decisions import approval_entry
from showcase.store import decisions, demand, jobs, registry, runs, workspaces
from showcase.store.engine import Database
from showcase.store.events import append_events, last_event, list_events_of_type
from showcase.store.fence import Connection
from showcase.store.lock import RunLock, evict_silent_holder
from showcase.store.runs import RunRow
from showcase.workspaces.story import summarise_phases
from showcase.workspaces.verdict import unknown_verdict

SILENT_S = 60.0
"""A run beats twice a second; one that was silent for so long is given up, although its process keeps the lock."""


def settle_interrupted(database: Database, clock: Clock, silent_s: float = SILENT_S) -> list[RunId]:
    """Give every run whose process is gone its final status; returns their ids. Jobs end with their process too.

    Only whoever can take the run lock may say that no process runs, so a living run or job is never touched. A
    process that stands still (stopped, or out of reach) is taken for dead after `silent_s` seconds.
    """
    with database.read() as connection:
        candidates = runs.running_ids(connection)
        has_open_work = jobs.has_work_under_the_lock(connection)
    if not candidates and not has_open_work:
        return []
    evict_silent_holder(database, silent_s)
    lock = RunLock.try_acquire(database)
    if lock is None:
        return []
    with lock:
        settled = [run_id for run_id in candidates if _settle(database, clock, run_id)]
        with database.begin() as connection:
            jobs.fail_work_under_the_lock(connection, "interrupted: the process that did the work is gone")
    return settled


def _settle(database: Database, clock: Clock, run_id: RunId) -> bool:
    with database.begin() as connection:
        # waits for a unit of work of the old process that is still under way, then shuts every later one out
        run = runs.find_run(connection, run_id, lock=True)
        if run is None or run.status != "running":
            return False
        step = run.step_name or "precheck"
        reason = f"interrupted in step {step}: the process that ran it ({run.holder}) is gone"
        summary = unknown_summary("interrupted", run.workspace_id)
        last_words = _last_words(connection, clock, run, reason)
        append_events(connection, run_id, [(event.seq, event.as_json()) for event in last_words])
        put_back(connection, run_id, reason)
        if run.workspace_id is not None:
            story = _story(connection, run_id)
            told = summary | {"reason": reason} | _verdict(connection, run.workspace_id)
            result = {"status": "interrupted", "result_summary": told}
            workspaces.update_workspace(connection, run.workspace_id, story | result)
        runs.end_run(connection, run_id, status="interrupted", reason=reason, summary=summary)
    return True


def _verdict(connection: Connection, workspace_id: str) -> dict[str, Any]:
    """Nobody can say how an interrupted replay would have come out; empty for what is no replay."""
    found = workspaces.find_workspace(connection, workspace_id)
    source = found.replayed_from_workspace_id if found else None
    return {} if source is None else {"verdict": unknown_verdict(source, "the replay was interrupted")}


def _story(connection: Connection, run_id: RunId) -> dict[str, Any]:
    """The slots of a run whose own process is gone, as far as the rows tell."""
    events = list_events_of_type(connection, run_id, EventType.STEP_COMPLETE)
    made = workspaces.made_by_run(connection, run_id)
    asked = decisions.list_of_run(connection, run_id)  # none is open any more
    data_set_id, known = _data_of(events)
    data_set = None if data_set_id is None else demand.find_data_set(connection, data_set_id)
    return known | {
        "phase_summaries": summarise_phases(events),
        "job_ids": made["job_ids"],
        "approval_events": [approval_entry(one) for one in asked],
        "created_objects": {
            "run_id": run_id,
            "data_set_id": data_set_id,
            "data_set_name": data_set.name if data_set else None,
            "files": _files_of(events),
            **made,
        },
    }


_FILES = {
    "backtest": (("backtest", "forecasts_file"), ("score_parts", "score_parts_file")),
    "register": (("forecast", "forecast_file"), ("model", "artifact_digest")),
}
"""What the steps call the stored files that the workspace names."""


def _files_of(events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The stored files that the steps said they made."""
    return {
        name: event["data"][key]
        for event in events
        for name, key in _FILES.get(event["step_name"], ())
        if event["data"].get(key) is not None
    }


def _data_of(events: Sequence[Mapping[str, Any]]) -> tuple[int | None, dict[str, Any]]:
    """The data set, its window and the focus pair, as far as the steps said them."""
    said = {event["step_name"]: event["data"] for event in events}
    told = said.get("status") or said.get("seed") or {}
    if "fingerprint" not in told:
        return None, {}
    known = {name: told[name] for name in ("store_id", "product_id") if name in told}
    days = {name: date.fromisoformat(told[name]) for name in ("date_start", "date_end") if name in told}
    return told["data_set_id"], {**known, **days, "data_fingerprint": told["fingerprint"]}


def put_back(connection: Connection, run_id: RunId, reason: str) -> None:
    """Undo what an unfinished run changed for itself, and settle its open jobs, model runs and questions."""
    registry.restore_aliases(connection, run_id)
    jobs.fail_running_jobs(connection, run_id, reason)
    registry.fail_running_model_runs(connection, run_id, reason)
    decisions.settle_run(connection, run_id)


def _last_words(connection: Connection, clock: Clock, run: RunRow, reason: str) -> list[Event]:
    """The completion of the step in flight, where there is one, and the summary."""
    newest = last_event(connection, run.run_id)
    seq = newest["seq"] if newest else 0
    events = []
    if newest is not None and newest["event_type"] in (EventType.STEP_START, EventType.STEP_PROGRESS):
        # as the event says it: the program that ran it may have had another table of steps
        position = Position(**{each.name: newest[each.name] for each in fields(Position)})
        events.append(_event(run, position, EventType.STEP_COMPLETE, "interrupted", seq + 1, clock))
    seq += len(events) + 1
    closing = _event(run, summary_position(steps_for(run.scenario)), EventType.PIPELINE_COMPLETE, reason, seq, clock)
    return [*events, closing]


def _event(run: RunRow, position: Position, event_type: EventType, detail: str, seq: int, clock: Clock) -> Event:
    is_summary = event_type is EventType.PIPELINE_COMPLETE
    return Event(
        event_type=event_type,
        step_name=position.step_name,
        step_index=position.step_index,
        total_steps=position.total_steps,
        status=StepStatus.FAIL,
        detail=detail,
        duration_ms=None,
        data=unknown_summary("interrupted", run.workspace_id) if is_summary else {},
        timestamp=clock.now(),
        phase_name=position.phase_name,
        phase_index=position.phase_index,
        phase_total=position.phase_total,
        run_id=run.run_id,
        seq=seq,
    )
