"""The ops summary is zeros on an empty database, and says what is stale, old, drifting, failed or orphaned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from showcase.errors import InvalidInputError
from showcase.kernel.identity import JobId, RunId
from showcase.kernel.window import Window
from showcase.services.attention import attention_items
from showcase.services.models import Subject
from showcase.services.ops_summary import OpsSummary, summary_json
from showcase.services.suite import Services
from showcase.store import jobs, runs
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.jobs import JobEnd
from tests.services.subjects import register, seed_subject, services_of


@dataclass(slots=True)
class MovableClock:
    """A clock that a test sets; it begins at the moment of the database's own."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(database: Database, tmp_path: Path, clock: MovableClock) -> Services:
    return replace(services_of(database, tmp_path), clock=clock)


@pytest.fixture
def subject(services: Services, clock: MovableClock) -> Subject:
    return seed_subject(services, as_of=clock.today(), stores=2, products=2, window_days=75)


def _kinds(summary: OpsSummary) -> list[str]:
    return [item.kind for item in summary.attention]


def test_an_empty_database_is_zeros(services: Services) -> None:
    summary = services.ops.summary()
    for counts in (summary.runs, summary.jobs, summary.model_runs, summary.workspaces, summary.approvals):
        assert "total" in counts
        assert set(counts.values()) == {0}
    assert summary.last_run is None
    assert (summary.jobs_by_kind, summary.aliases, summary.candidates, summary.health) == ({}, (), (), ())
    assert (summary.failed_jobs, summary.attention) == ((), ())
    assert set(vars_of(summary.freshness).values()) == {None}
    assert (summary.disk.artifacts, summary.disk.artifact_bytes, summary.disk.orphaned) == (0, 0, 0)
    assert summary.disk.database_bytes > 0
    assert summary.disk.free_bytes > 0
    assert services.ops.retraining_candidates() == services.ops.model_health() == []
    told = summary_json(summary)
    assert told["runs"]["total"] == told["jobs"]["total"] == 0
    assert told["attention"] == told["aliases"] == []


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_counts_have_every_status_and_leave_demonstrations_out(services: Services, subject: Subject) -> None:
    register(services, subject)
    archived = register(services, subject)
    services.registry.change_state(archived, "archived")
    register(services, subject, synthetic=True)
    summary = services.ops.summary()
    assert summary.model_runs == {"total": 2, "pending": 0, "running": 0, "success": 1, "failed": 0, "archived": 1}
    assert (summary.jobs["total"], summary.jobs["success"], summary.jobs_by_kind) == (3, 3, {"train": 3})


def test_a_stale_alias_is_told_with_why(services: Services, subject: Subject) -> None:
    services.registry.set_alias("mine", register(services, subject))
    assert _kinds(services.ops.summary()) == []
    register(services, subject)
    summary = services.ops.summary()
    assert [(state.alias.name, state.stale_reasons) for state in summary.aliases] == [("mine", ("newer_success_run",))]
    assert _kinds(summary) == ["alias_stale"]
    assert "newer_success_run" in summary.attention[0].what


def test_an_alias_of_a_demonstration_is_not_told(services: Services, subject: Subject) -> None:
    services.registry.set_alias("demo-sandbox", register(services, subject, synthetic=True))
    assert services.ops.summary().aliases == ()


def test_drift_is_by_model_and_grain_in_the_order_of_the_days_seen(services: Services, subject: Subject) -> None:
    # registered out of order: what counts is which days each one saw
    late, early = subject.data_set.window, Window.ending(subject.data_set.window.end - timedelta(days=14), 50)
    for wape, window in ((33.0, late), (20.0, early), (40.0, early)):
        ended = replace(subject, data_set=replace(subject.data_set, window=window))
        register(services, ended, wape=wape)
    register(services, subject, "seasonal_naive", wape=50.0)
    register(services, subject, "seasonal_naive", wape=None)
    health = {one.model_type: one for one in services.ops.model_health()}
    naive = health["naive"]
    assert (naive.runs, naive.drift.latest, naive.drift.prior_mean) == (3, 33.0, 30.0)
    assert (naive.drift.change_percent, naive.drift.verdict) == (10.0, "stable")
    assert (health["seasonal_naive"].runs, health["seasonal_naive"].drift.verdict) == (1, "unknown")
    assert _kinds(services.ops.summary()) == []
    register(services, subject, wape=36.0)
    summary = services.ops.summary()
    assert summary.health[0].model_type == "naive"
    assert _kinds(summary) == ["model_drift"]


def test_the_newest_model_of_each_grain_is_a_candidate_by_age_and_error(
    database: Database, services: Services, subject: Subject, clock: MovableClock
) -> None:
    stores, _ = services.demand.pairs(subject.data_set)
    other_store = next(store for store, _ in stores if store != subject.pair.store_id)
    elsewhere = replace(subject, pair=replace(subject.pair, store_id=other_store))
    register(services, subject, wape=90.0)
    newest = register(services, subject, wape=50.0)
    other = register(services, elsewhere, wape=10.0)
    with database.begin() as connection:
        made = clock.moment - timedelta(days=72)
        connection.execute(update(t.model_run).where(t.model_run.c.run_id == other).values(created_at=made))
    clock.moment += timedelta(hours=1)
    found = [(one.entry.run_id, one.age_days, one.score) for one in services.ops.retraining_candidates()]
    # .6 x 72 / 90 + .4 x 10 / 100 = .52; .6 x 0 + .4 x 50 / 100 = .2
    assert found == [(other, 72, 0.52), (newest, 0, 0.2)]
    assert len(services.ops.retraining_candidates(1)) == 1
    clock.moment += timedelta(days=30)
    assert "retraining_due" not in _kinds(services.ops.summary())
    clock.moment += timedelta(days=45)
    # .6 x 75 / 90 + .4 x 50 / 100 = .7
    summary = services.ops.summary()
    assert [one.score for one in summary.candidates] == [0.7, 0.64]
    assert "retraining_due" in _kinds(summary)


def test_a_score_that_is_no_number_is_none(services: Services, subject: Subject, database: Database) -> None:
    """What an older version let in is read past."""
    broken = register(services, subject, wape=20.0)
    with database.begin() as connection:
        connection.execute(
            update(t.model_run).where(t.model_run.c.run_id == broken).values(metrics={"scores": {"wape": "low"}})
        )
    assert services.ops.model_health() == []
    [candidate] = services.ops.retraining_candidates()
    assert (candidate.entry.run_id, candidate.entry.wape) == (broken, None)


def test_the_newest_of_equal_days_is_the_one_registered_last(services: Services, subject: Subject) -> None:
    for wape in (30.0, 20.0, 25.0):
        register(services, subject, wape=wape)
    [candidate] = services.ops.retraining_candidates()
    [health] = services.ops.model_health()
    assert candidate.entry.wape == health.drift.latest == 25.0
    assert (health.runs, health.drift.prior_mean) == (3, 25.0)


def test_pairs_that_are_gone_are_no_candidates(services: Services, subject: Subject) -> None:
    register(services, subject)
    services.demand.wipe()
    assert services.ops.retraining_candidates() == services.ops.model_health() == []


@pytest.mark.parametrize("limit", [0, 101])
def test_limits_have_bounds(services: Services, limit: int) -> None:
    for asked in (services.ops.retraining_candidates, services.ops.model_health):
        with pytest.raises(InvalidInputError):
            asked(limit)


def test_freshness_counts_the_days_since_the_data_end(
    services: Services, subject: Subject, clock: MovableClock
) -> None:
    fresh = services.ops.summary().freshness
    assert (fresh.data_set_id, fresh.days_behind) == (subject.data_set.id, 0)
    assert fresh.data_end == subject.data_set.window.end.isoformat()
    assert fresh.last_model_at is None
    clock.moment += timedelta(days=7)
    assert _kinds(services.ops.summary()) == []
    clock.moment += timedelta(days=1)
    assert services.ops.summary().freshness.days_behind == 8
    assert _kinds(services.ops.summary()) == ["data_old"]


def test_failed_jobs_and_a_failed_last_run_ask_for_attention(
    database: Database, services: Services, clock: MovableClock
) -> None:
    job_id, run_id = JobId.new(), RunId.new()
    with database.begin() as connection:
        jobs.start_job(connection, job_id, "train", None, {})
        jobs.end_jobs(connection, [JobEnd(job_id, failure="MemoryError")])
        runs.insert_run(
            connection, run_id, scenario="sparse", request={}, token=1, holder="somebody", total_steps=11,
            workspace_id=None,
        )  # fmt: skip
        runs.end_run(connection, run_id, status="failed", reason="train: no memory", summary={})
    summary = services.ops.summary()
    assert _kinds(summary) == ["last_run_failed", "jobs_failed"]
    assert summary.attention[0].what == f"The last run, {run_id.short}, failed: train: no memory."
    assert summary.failed_jobs[0].failure == "MemoryError"
    assert summary.runs["failed"] == 1
    assert all(item.remedy.endswith(".") for item in summary.attention)
    clock.moment += timedelta(days=8)
    assert _kinds(services.ops.summary()) == ["last_run_failed"]


def test_an_artifact_that_nothing_names_is_orphaned(database: Database, services: Services, subject: Subject) -> None:
    register(services, subject)
    with database.begin() as connection:
        job_id = JobId.new()
        jobs.start_job(connection, job_id, "backtest", None, {})
        named = services.artifacts.put(b"named by a job")
        jobs.end_jobs(connection, [JobEnd(job_id, {"forecasts_file": named})])
        kept = services.artifacts.put(b"named by a workspace")
        connection.execute(
            insert(t.showcase_workspace).values(
                workspace_id="0" * 32, status="completed", seed=1, scenario="sparse", reset=False, skip_seed=True,
                created_objects={"files": {"model": kept}},
            )
        )  # fmt: skip
    assert services.ops.summary().disk.orphaned == 0
    services.artifacts.put(b"nobody's")
    summary = services.ops.summary()
    assert (summary.disk.orphaned, summary.disk.orphaned_bytes) == (1, len(b"nobody's"))
    assert summary.disk.artifacts == 4
    assert _kinds(summary) == ["artifacts_orphaned"]


def test_decisions_are_counted_over_all_workspaces(database: Database, services: Services) -> None:
    now = datetime.now(UTC)
    shared = {
        "session_id": "s", "provider": "rules", "tool_name": "save_plan", "arguments": {}, "description": "d",
        "evidence": {}, "evidence_digest": "0" * 64, "asked_at": now, "expires_at": now, "decided_at": now,
        "on_silence": "nothing",
    }  # fmt: skip
    with database.begin() as connection:
        for number, (state, execution) in enumerate(
            [("approved", "executed"), ("approved", "due"), ("timed_out", "not_executed")]
        ):
            connection.execute(
                insert(t.decision).values(action_id=f"{number:032d}", state=state, execution_status=execution, **shared)
            )
    approvals = services.ops.summary().approvals
    assert {name: approvals[name] for name in ("total", "approved", "rejected", "timed_out")} == {
        "total": 3, "approved": 2, "rejected": 0, "timed_out": 1,
    }  # fmt: skip


def test_little_free_disk_asks_for_attention(services: Services) -> None:
    summary = services.ops.summary()
    full = replace(summary, disk=replace(summary.disk, free_bytes=1024**3 - 1))
    assert [item.kind for item in attention_items(full)] == ["disk_full"]
