"""Jobs: every background unit is one, with what it wrote or why it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from showcase.errors import ConflictError, InvalidInputError, NotFoundError, ShowcaseError
from showcase.kernel.identity import JobId, RunId
from showcase.kernel.refusals import check_known
from showcase.store import jobs as rows
from showcase.store.fence import Connection, Transactions
from showcase.store.jobs import Job, JobEnd
from showcase.store.tables import JOB_KINDS, JOB_STATUSES

_MOST = 100


@dataclass(slots=True)
class OpenJob:
    """A job under way; whoever does it notes here what it wrote."""

    job_id: JobId
    outcome: dict[str, Any] = field(default_factory=dict)


def why(error: BaseException) -> str:
    """Why something failed, as it is recorded: our own sentence, or the kind of an unforeseen error."""
    return error.message if isinstance(error, ShowcaseError) else type(error).__name__


@dataclass(frozen=True, slots=True)
class JobService:
    """Everything about jobs that a person can ask for, and how work becomes one."""

    transactions: Transactions

    @contextmanager
    def record(
        self,
        kind: str,
        parameters: Mapping[str, Any],
        origin: RunId | None = None,
        made: list[JobId] | None = None,
        ask: Callable[[Connection], object] | None = None,
    ) -> Iterator[OpenJob]:
        """Do the block's work as a job: running from its first line on, then success with its outcome, or failed.

        `kind` is one of JOB_KINDS; `origin` the pipeline run that asks; `made` notes the id as soon as there is one.
        `ask` is asked in the transaction that writes the job: where it raises NotFoundError or ConflictError there is
        no job, and any other failure of it is the job's. Whoever does work of a kind in UNDER_THE_LOCK holds the run
        lock.
        """
        job, is_asking = OpenJob(JobId.new()), False
        try:
            with self.transactions.begin() as connection:
                rows.start_job(connection, job.job_id, kind, origin, parameters)
                if ask is not None:
                    is_asking = True
                    ask(connection)
                    is_asking = False
        except BaseException as error:
            if is_asking and not isinstance(error, NotFoundError | ConflictError):
                self._record_failure(job, kind, parameters, origin, why(error))
            raise
        if made is not None:
            made.append(job.job_id)
        try:
            yield job
        except BaseException as error:
            self._end(job, failure=why(error))
            raise
        self._end(job)

    def _record_failure(
        self, job: OpenJob, kind: str, parameters: Mapping[str, Any], origin: RunId | None, failure: str
    ) -> None:
        with self.transactions.begin() as connection:
            rows.start_job(connection, job.job_id, kind, origin, parameters)
            rows.end_jobs(connection, [JobEnd(job.job_id, failure=failure)])

    def _end(self, job: OpenJob, failure: str | None = None) -> None:
        with self.transactions.begin() as connection:
            rows.end_jobs(connection, [JobEnd(job.job_id, None if failure else job.outcome, failure)])

    def show(self, job_id: str) -> Job:
        """One job; NotFoundError where it is unknown."""
        with self.transactions.read() as connection:
            found = rows.find_job(connection, job_id)
        if found is None:
            raise NotFoundError(f"There is no job {job_id[:8]}.", "Give the id of a job that a run or a batch names.")
        return found

    def recent(self, *, kind: str | None = None, status: str | None = None, limit: int = 20) -> list[Job]:
        """Jobs, newest first, at most 100; of one kind and one status where they are given."""
        check_known("kind", kind, JOB_KINDS, "of a job")
        check_known("status", status, JOB_STATUSES, "of a job")
        if not 1 <= limit <= _MOST:
            raise InvalidInputError(f"A limit of {limit} jobs was asked for.", f"Ask for 1 to {_MOST}.")
        with self.transactions.read() as connection:
            return rows.list_jobs(connection, kind=kind, status=status, limit=limit)


def job_json(job: Job) -> dict[str, Any]:
    """A job with the keys that every door uses."""
    return {
        "job_id": str(job.job_id),
        "kind": job.kind,
        "status": job.status,
        "run_id": job.origin_run_id,
        "batch_id": job.batch_id,
        "parameters": job.parameters,
        "outcome": job.outcome,
        "failure": job.failure,
        "started_at": job.started_at.isoformat(),
        "ended_at": job.ended_at.isoformat() if job.ended_at else None,
    }
