"""Brings a fitted model into the registry: pending, running, then success with its artifact, or failed and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from showcase.forecasting.options import FrameName
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import BatchId, Digest, JobId, ModelRunId, RunId
from showcase.kernel.window import Window
from showcase.ports import Artifacts
from showcase.registry.lifecycle import check_change
from showcase.services.jobs import JobService, why
from showcase.store import registry as rows
from showcase.store.demand import DataSet
from showcase.store.fence import Transactions


@dataclass(frozen=True, slots=True)
class NewModelRun:
    """A model run before it has an id; `window` are the days that the model sees, `grain` the pair it speaks of."""

    config: ModelConfig
    data_set: DataSet
    grain: tuple[int, int]
    window: Window
    metrics: Mapping[str, Any]
    origin_run_id: RunId | None
    synthetic: bool = False


@dataclass(slots=True)
class Made:
    """The ids that a piece of work makes, noted as soon as they exist, so that a stop or a failure loses none."""

    job_ids: list[JobId] = field(default_factory=list)
    model_run_ids: list[ModelRunId] = field(default_factory=list)
    batch_ids: list[BatchId] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stored:
    """A model run that succeeded, and its artifact."""

    model_run_id: ModelRunId
    artifact_digest: Digest


@dataclass(frozen=True, slots=True)
class Registration:
    """A model run that succeeded, its artifact, and the job that made it."""

    model_run_id: ModelRunId
    job_id: JobId
    artifact_digest: Digest


def feature_frame_version(config: ModelConfig) -> int:
    """The version of the feature frame that a model with this configuration reads; 1 for one that reads none."""
    return 2 if getattr(config.options, "feature_frame", None) is FrameName.V2 else 1


def _columns(new: NewModelRun) -> dict[str, object]:
    """The row of a model run that has not begun."""
    return {
        "status": "pending",
        "model_type": str(new.config.model_type),
        "config": new.config.model_dump(mode="json"),
        "feature_frame_version": feature_frame_version(new.config),
        "data_set_id": new.data_set.id,
        "data_fingerprint": new.data_set.fingerprint,
        "store_id": new.grain[0],
        "product_id": new.grain[1],
        "date_start": new.window.start,
        "date_end": new.window.end,
        "metrics": dict(new.metrics),
        "origin_run_id": new.origin_run_id,
        "synthetic": new.synthetic,
    }


@dataclass(frozen=True, slots=True)
class Registrar:
    """Writes the rows of model runs, and the jobs that make them."""

    transactions: Transactions
    artifacts: Artifacts

    @property
    def jobs(self) -> JobService:
        return JobService(self.transactions)

    def register(self, new: NewModelRun, make: Callable[[], bytes], made: Made) -> Registration:
        """Register what `make` gives as the artifact, with a job of kind train.

        Whatever keeps `make` from its end leaves the model run and the job failed, with the kind of the failure.
        """
        parameters = {"model": new.config.model_dump(mode="json")}
        with self.jobs.record("train", parameters, new.origin_run_id, made.job_ids) as job:
            stored = self.store(new, make, made)
            job.outcome = {"model_run_id": stored.model_run_id, "artifact_digest": stored.artifact_digest}
        return Registration(stored.model_run_id, job.job_id, stored.artifact_digest)

    def store(self, new: NewModelRun, make: Callable[[], bytes], made: Made) -> Stored:
        """The same without a job of its own, for work that is a job already."""
        run_id = self.insert_pending(new, made)
        self.change_state(run_id, "running")
        try:
            content = make()
            digest = self.artifacts.put(content)
        except BaseException as error:
            self.change_state(run_id, "failed", failure=why(error))
            raise
        self.change_state(run_id, "success", artifact_digest=digest, artifact_bytes=len(content))
        return Stored(run_id, digest)

    def store_all(self, several: Sequence[tuple[NewModelRun, bytes]], made: Made) -> list[Stored]:
        """Register many that are fitted already: the artifacts first, then all rows in one unit of work.

        A commit for each change of each row would take longer than the fitting.
        """
        digests = [self.artifacts.put(content) for _, content in several]
        run_ids = [ModelRunId.new() for _ in several]
        with self.transactions.begin() as connection:
            for (new, content), run_id, digest in zip(several, run_ids, digests, strict=True):
                rows.insert_model_run(connection, run_id, **_columns(new))
                check_change(run_id, "pending", "running")
                rows.update_model_run(connection, run_id, {"status": "running"})
                check_change(run_id, "running", "success")
                stored = {"status": "success", "artifact_digest": digest, "artifact_bytes": len(content)}
                rows.update_model_run(connection, run_id, stored)
            made.model_run_ids += run_ids
        return [Stored(run_id, digest) for run_id, digest in zip(run_ids, digests, strict=True)]

    def insert_pending(self, new: NewModelRun, made: Made | None = None) -> ModelRunId:
        """Write the row of a model run that has not begun."""
        run_id = ModelRunId.new()
        if made is not None:
            made.model_run_ids.append(run_id)
        with self.transactions.begin() as connection:
            rows.insert_model_run(connection, run_id, **_columns(new))
        return run_id

    def change_state(self, run_id: ModelRunId, wanted: str, **columns: object) -> None:
        """Bring a model run of this program's own into another state."""
        with self.transactions.begin() as connection:
            found = rows.find_model_run(connection, run_id, lock=True)
            assert found is not None  # its id was made here
            check_change(run_id, found.status, wanted)
            rows.update_model_run(connection, run_id, {"status": wanted, **columns})
