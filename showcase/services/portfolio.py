"""The portfolio: train, score and register models of many series at once, with one recorded line for each that fails."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from showcase.errors import FieldError, InvalidInputError, NotFoundError
from showcase.evaluation.bucket_backtest import rows_of
from showcase.evaluation.folds import plan_folds
from showcase.forecasting.history import Integers, SalesMatrix
from showcase.forecasting.zoo import require_enabled
from showcase.kernel.identity import BatchId, JobId, RunId
from showcase.kernel.window import Window
from showcase.ports import Artifacts, Compute, Progress
from showcase.services.batch import MOST_ITEMS, BatchRequest, BatchScope
from showcase.services.batch_work import BatchWork, ItemKey
from showcase.services.bucket_work import BucketWorker, Series
from showcase.services.registration import Made, Registrar
from showcase.store import portfolio as rows
from showcase.store.demand import DataSet
from showcase.store.fence import Transactions
from showcase.store.portfolio import Batch, BatchItem, ItemEnd

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
    ) -> Batch:
        """Do the batch to its end and return how its items ended.

        A series that fails is an item that failed. The batch itself is refused, before anything is written, with
        InvalidInputError where a model is switched off, the folds do not fit, or the scope names no series at all.
        """
        noted = made or Made()
        require_enabled([config.model_type for config in request.configs], self.flags)
        matrix = cut_to(matrix, request.window)
        if request.operation != "train":
            plan_folds(matrix.n_days, request.plan)
        series, missing = self._series(request.scope, data_set, matrix)
        items = self._open(request, data_set, matrix, [*series, *missing], origin_run_id, noted)
        batch_id, folder = noted.batch_ids[-1], self.scratch / f"batch-{noted.batch_ids[-1]}"
        try:
            self._end(items, {key: "the data set has no such series" for key in items if key[:2] in set(missing)})
            worker = BucketWorker(
                self.compute,
                folder,
                lambda done, of: progress(0.1 + 0.8 * done / of, f"{done} of {of} buckets of {len(series)} series"),
            )
            found = rows_of(matrix, *_columns(series))
            work = BatchWork(request, data_set, matrix, found, batch_id, origin_run_id, worker, self._registrar, noted)
            ends = work.run(progress)
            self._end(items, {**dict.fromkeys(key for key in items if key[:2] not in set(missing))} | ends)
        except BaseException as error:
            with self.transactions.begin() as connection:
                rows.fail_items(connection, batch_id, type(error).__name__)
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return self.show(batch_id)
