"""A job says what it wrote or why it failed, and none stays running when its process is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.identity import JobId
from showcase.pipeline.settle import settle_interrupted
from showcase.services.jobs import JobService, job_json
from showcase.store.engine import Database
from showcase.store.jobs import UNDER_THE_LOCK, list_jobs, start_job
from showcase.store.lock import RunLock
from showcase.testing import FixedClock, services_over
from tests.store.plans import plan_of


@pytest.fixture
def jobs(database: Database) -> JobService:
    return JobService(database)


def test_a_job_that_ends_well_has_its_outcome(jobs: JobService) -> None:
    made: list[JobId] = []
    with jobs.record("train", {"model": "naive"}, made=made) as job:
        assert jobs.show(job.job_id).status == "running"
        job.outcome = {"artifact_digest": "0" * 64}
    found = jobs.show(job.job_id)
    assert (found.status, found.outcome, found.failure) == ("success", {"artifact_digest": "0" * 64}, None)
    assert found.ended_at is not None
    assert made == [job.job_id]
    told = job_json(found)
    assert (told["kind"], told["parameters"]) == ("train", {"model": "naive"})


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (InvalidInputError("Days were expected.", "Add some."), "Days were expected."),
        (MemoryError("at 0x7f"), "MemoryError"),
    ],
)
def test_a_job_that_fails_says_why_in_words_of_its_own(jobs: JobService, error: Exception, failure: str) -> None:
    made: list[JobId] = []

    def work() -> None:
        with jobs.record("import", {}, made=made) as job:
            job.outcome = {"half": "done"}
            raise error

    with pytest.raises(type(error)):
        work()
    found = jobs.show(made[0])
    assert (found.status, found.outcome, found.failure) == ("failed", None, failure)


def test_jobs_are_listed_by_kind_and_status(jobs: JobService) -> None:
    with jobs.record("train", {}) as first, jobs.record("export", {}) as second:
        assert {job.job_id for job in jobs.recent(status="running")} == {first.job_id, second.job_id}
    assert [job.job_id for job in jobs.recent(kind="export")] == [second.job_id]
    assert jobs.recent(status="failed") == []


def test_the_newest_jobs_are_read_in_the_order_of_an_index(database: Database) -> None:
    with database.begin() as connection:
        plan = plan_of(connection, list_jobs)
    assert "ix_job_newest" in plan
    assert "Sort" not in plan


def test_what_cannot_be_listed_is_refused(jobs: JobService) -> None:
    for asked in ({"kind": "dance"}, {"status": "asleep"}, {"limit": 0}, {"limit": 101}):
        with pytest.raises(InvalidInputError):
            jobs.recent(**asked)  # type: ignore[arg-type]  # each names one of them
    with pytest.raises(NotFoundError):
        jobs.show("0" * 32)


def test_work_whose_process_is_gone_is_settled_by_whoever_can_take_the_lock(
    database: Database, jobs: JobService, tmp_path: Path
) -> None:
    left = {kind: JobId.new() for kind in (*UNDER_THE_LOCK, "export")}
    with database.begin() as connection:
        for kind, job_id in left.items():
            start_job(connection, job_id, kind, None, {})
    lock = RunLock.try_acquire(database)
    assert lock is not None
    with lock:
        settle_interrupted(database, FixedClock())
        assert {jobs.show(job_id).status for job_id in left.values()} == {"running"}
    settle_interrupted(database, FixedClock())
    settled = {kind: jobs.show(job_id).failure for kind, job_id in left.items()}
    # an export needs no run lock, so nobody can say here that nobody does it
    assert settled.pop("export") is None
    assert set(settled.values()) == {"interrupted: the process that did the work is gone"}


def test_an_import_is_a_job_that_names_its_data_set_or_says_why_there_is_none(
    database: Database, jobs: JobService, tmp_path: Path
) -> None:
    demand, file = services_over(database, tmp_path).demand, tmp_path / "sales.csv"
    file.write_text("date,store,product,quantity\n2026-01-01,A,B,3\n2026-01-02,A,B,4\n")
    kept, _ = demand.import_sales(file)
    (done,) = jobs.recent(kind="import")
    assert done.outcome == {"data_set_id": kept.data_set.id, "fingerprint": kept.data_set.fingerprint, "is_new": True}
    file.write_text("date,store,product,quantity\n2026-01-01,A,B,many\n")
    with pytest.raises(InvalidInputError) as refused:
        demand.import_sales(file)
    (failed,) = jobs.recent(kind="import", status="failed")
    assert failed.failure == refused.value.message
