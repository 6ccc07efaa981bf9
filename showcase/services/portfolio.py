"""The portfolio: models of many series trained, scored and registered, with one recorded line for each that fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from showcase.errors import FieldError, InvalidInputError, NotFoundError
from showcase.evaluation.bucket_backtest import rows_of
from showcase.evaluation.folds import plan_folds
from showcase.forecasting.history import Integers, SalesMatrix
from showcase.forecasting.zoo import require_enabled
from showcase.kernel.identity import BatchId, JobId, RunId
from showcase.ports import Artifacts, Compute, Progress
from showcase.services.batch import MOST_ITEMS, BatchRequest, BatchScope
from showcase.services.batch_work import BatchWork, ItemKey, ItemOutcomes
from showcase.services.bucket_work import BucketWorker, Series
from showcase.services.days import cut_to
from showcase.services.jobs import why
from showcase.services.registration import Made, Registrar
from showcase.store import portfolio as rows
from showcase.store.demand import DataSet
from showcase.store.fence import Transactions
from showcase.store.jobs import JobEnd, end_jobs
from showcase.store.portfolio import Batch, BatchItem

_MOST = 100
_MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class PortfolioService:
    """Everything about batches that a person can ask for; `flags` are the opt-in flags that are on.

    A batch writes, so whoever runs one holds the run lock: it is a step of a run, or stands in `Launcher.exclusive`.
    """

    transactions: Transactions
    artifacts: Artifacts
    compute: Compute
    scratch: Path
    flags: frozenset[str]

    def run(
        self,
        request: BatchRequest,
        data_set: DataSet,
        matrix: SalesMatrix,
        progress: Progress,
        *,
        origin_run_id: RunId | None = None,
        made: Made | None = None,
        on_open: Callable[[BatchId], None] | None = None,
    ) -> Batch:
        """Do the batch to its end and return how its items ended; `on_open` is told its id once they are recorded.

        A series that fails is an item that failed. The batch itself is refused, before anything is written, with
        InvalidInputError where a model is switched off, the folds do not fit, or the scope names no series at all.
        """
        noted = made or Made()
        require_enabled([config.model_type for config in request.configs], self.flags)
        matrix = cut_to(matrix, request.window)
        if request.operation != "train":
            plan_folds(matrix.n_days, request.plan)
        series, missing = self._series(request, data_set, matrix)
        batch_id, items = self._open(request, data_set, matrix, [*series, *missing], origin_run_id, noted)
        if on_open is not None:
            on_open(batch_id)
        folder = self.scratch / f"batch-{batch_id}"
        worker = BucketWorker(
            self.compute,
            folder,
            lambda tally: progress(0.1 + 0.8 * tally.share, f"{len(series)} series: {tally}"),
        )
        registrar, found = Registrar(self.transactions, self.artifacts), rows_of(matrix, *_columns(series))
        work = BatchWork(request, data_set, matrix, found, batch_id, origin_run_id, worker, registrar, noted)
        try:
            try:
                ended = work.run(progress) if series else ItemOutcomes()
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            ended.failed |= {key: "the data set has no such series" for key in items if key[:2] in set(missing)}
            self._end(items, ended)
        except BaseException as error:
            with self.transactions.begin() as connection:
                rows.fail_items(connection, batch_id, why(error))
            raise
        return self.show(batch_id)

    def show(self, batch_id: str) -> Batch:
        """One batch with the number of its items by how they ended; NotFoundError where it is unknown."""
        with self.transactions.read() as connection:
            found = rows.find_batch(connection, batch_id)
        if found is None:
            raise NotFoundError(f"There is no batch {batch_id[:8]}.", "Give the id that the batch's start answered.")
        return found

    def recent(self, limit: int = 20) -> list[Batch]:
        """Batches, newest first, at most 100."""
        _check_limit(limit, _MOST, "batches")
        with self.transactions.read() as connection:
            return rows.list_batches(connection, limit)

    def items(self, batch_id: str, *, status: str | None = None, limit: int = 100, offset: int = 0) -> list[BatchItem]:
        """The items of a batch by series and model, all of them or those of one status; at most 1000 at once."""
        _check_limit(limit, _MOST_LISTED, "items")
        with self.transactions.read() as connection:
            return rows.list_items(connection, batch_id, status=status, limit=limit, offset=offset)

    def _series(
        self, request: BatchRequest, data_set: DataSet, matrix: SalesMatrix
    ) -> tuple[list[Series], list[Series]]:
        """The series that the scope names, and of those named one by one the ones that are not there."""
        there = list(zip(matrix.store_ids.tolist(), matrix.product_ids.tolist(), strict=True))
        scope, missing = request.scope, list[Series]()
        with self.transactions.read() as connection:
            if scope.kind == "manual":
                known = set(there)
                missing = [one for one in scope.series if one not in known]
                wanted = set(scope.series)
            elif scope.kind == "region":
                stores = set(rows.stores_in_region(connection, data_set.id, scope.region or ""))
                wanted = {one for one in there if one[0] in stores}
            elif scope.kind == "category":
                products = set(rows.products_of_category(connection, data_set.id, scope.category or ""))
                wanted = {one for one in there if one[1] in products}
            elif scope.kind == "top_revenue":
                days = (matrix.first_day, matrix.day(matrix.n_days - 1))
                wanted = set(rows.top_revenue_series(connection, data_set, days, scope.top or 0))
            else:
                wanted = set(there)
            found = [one for one in there if one in wanted]
            if not found and not missing:
                raise self._no_series(scope, rows.known_names(connection, data_set.id, scope.kind))
        _check_size((len(found) + len(missing)) * len(request.configs))
        return found, missing

    def _no_series(self, scope: BatchScope, known: Sequence[str]) -> InvalidInputError:
        allowed = f"one of {', '.join(known)}" if known else "a scope of this data set"
        error = FieldError(f"scope.{scope.kind}", f"{(scope.region or scope.category)!r:.100}", allowed)
        return InvalidInputError(
            f"The scope {scope.kind} names no series of this data set: {error}.",
            "Name a scope that the data set has, or take all.",
            [error],
        )

    def _open(
        self,
        request: BatchRequest,
        data_set: DataSet,
        matrix: SalesMatrix,
        series: Sequence[Series],
        origin_run_id: RunId | None,
        made: Made,
    ) -> tuple[BatchId, dict[ItemKey, JobId]]:
        """Write the batch with all its items running; whatever an earlier batch left running is settled on the way."""
        batch_id = BatchId.new()
        items = {(*one, str(c.model_type)): JobId.new() for one in series for c in request.configs}
        parameters = {
            job_id: {"store_id": store, "product_id": product, "model_type": model}
            for (store, product, model), job_id in items.items()
        }
        with self.transactions.begin() as connection:
            rows.fail_all_items(connection, "the process that did the batch is gone")
            rows.insert_batch(
                connection,
                batch_id,
                operation=request.operation,
                scope=request.scope.as_json(),
                models=[config.model_dump(mode="json") for config in request.configs],
                plan=asdict(request.plan),
                data_set_id=data_set.id,
                data_fingerprint=data_set.fingerprint,
                date_start=matrix.first_day,
                date_end=matrix.day(matrix.n_days - 1),
                origin_run_id=origin_run_id,
            )
            rows.insert_items(connection, batch_id, origin_run_id, parameters)
        made.batch_ids.append(batch_id)
        made.job_ids += items.values()
        return batch_id, items

    def _end(self, items: dict[ItemKey, JobId], ended: ItemOutcomes) -> None:
        ends = [JobEnd(job_id, ended.done.get(key), ended.failed.get(key)) for key, job_id in items.items()]
        with self.transactions.begin() as connection:
            end_jobs(connection, ends)


def _columns(series: Sequence[Series]) -> tuple[Integers, Integers]:
    pairs = np.array(series, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _check_size(items: int) -> None:
    if items > MOST_ITEMS:
        error = FieldError("scope", f"{items:,} items (series x models)", f"at most {MOST_ITEMS:,}")
        raise InvalidInputError(f"The batch was refused: {error}.", "Name fewer series or models.", [error])


def _check_limit(limit: int, most: int, what: str) -> None:
    if not 1 <= limit <= most:
        raise InvalidInputError(f"A limit of {limit} {what} was asked for.", f"Ask for 1 to {most}.")


def batch_json(batch: Batch, items: Sequence[BatchItem] = ()) -> dict[str, Any]:
    """A batch with the keys that every door uses, and some of its items."""
    return {
        "batch_id": str(batch.batch_id),
        "status": batch.status,
        "operation": batch.operation,
        "scope": batch.scope,
        "models": batch.models,
        "plan": batch.plan,
        "data_set_id": batch.data_set_id,
        "data_fingerprint": str(batch.data_fingerprint),
        "date_start": batch.date_start.isoformat(),
        "date_end": batch.date_end.isoformat(),
        "run_id": batch.origin_run_id,
        "started_at": batch.started_at.isoformat(),
        "counts": {
            "items": batch.items,
            "running": batch.running,
            "succeeded": batch.succeeded,
            "failed": batch.failed,
        },
        "items": [
            {
                "job_id": str(item.job_id),
                "status": item.status,
                "store_id": item.store_id,
                "product_id": item.product_id,
                "model_type": item.model_type,
                "outcome": item.outcome,
                "failure": item.failure,
            }
            for item in items
        ],
    }
