"""What is done to the series of one batch: scored, fitted, and their winners registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from showcase.evaluation.bucket_backtest import FORECAST_SCHEMA, backtest_bucket, backtest_task, score_answers
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import METRICS, pool
from showcase.forecasting.buckets import ARTIFACT, FAILURE, FITTED_SCHEMA, fit_bucket, fit_task, is_pooled
from showcase.forecasting.history import Integers, SalesMatrix
from showcase.forecasting.intervals import IntervalTable
from showcase.forecasting.zoo import ZOO, ModelConfig
from showcase.kernel.identity import BatchId, RunId
from showcase.kernel.table import FOLD, MODEL, PRODUCT, STORE
from showcase.kernel.window import Window
from showcase.ports import Progress
from showcase.services.batch import BatchRequest
from showcase.services.bucket_work import BucketWorker, Series
from showcase.services.models import published
from showcase.services.registration import Made, NewModelRun, Registrar
from showcase.store.demand import DataSet

ItemKey = tuple[int, int, str]
"""Store, product and model type of one item."""

Outcome = dict[str, Any]
POINT_METRICS = tuple(name for name in METRICS if not name.startswith("coverage"))
_TIE_DIGITS = 9
_REGISTERED_AT_ONCE = 50
_UNTOLD = "no answer came back for this series"


@dataclass(slots=True)
class ItemOutcomes:
    """How each item stands: what came of it, or why it failed."""

    done: dict[ItemKey, Outcome] = field(default_factory=dict)
    failed: dict[ItemKey, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchWork:
    """The work of one batch on the series at `rows` of the matrix."""

    request: BatchRequest
    data_set: DataSet
    matrix: SalesMatrix
    rows: Integers
    batch_id: BatchId
    origin_run_id: RunId | None
    worker: BucketWorker
    registrar: Registrar
    made: Made

    def run(self, progress: Progress) -> ItemOutcomes:
        """Do what the operation says; every series and model has an outcome or a failure afterwards."""
        if self.request.operation == "train":
            return self._train()
        items, intervals = self._backtest()
        if self.request.operation == "train_backtest_register":
            self._register(items, intervals, progress)
        return items

    @property
    def series(self) -> list[Series]:
        return list(
            zip(self.matrix.store_ids[self.rows].tolist(), self.matrix.product_ids[self.rows].tolist(), strict=True)
        )

    def _backtest(self) -> tuple[ItemOutcomes, Mapping[str, IntervalTable]]:
        plan, configs = self.request.plan, self.request.configs
        own = [config for config in configs if not is_pooled(config.row)]
        frames, lost = [], dict[ItemKey, str]()
        if own:
            task = backtest_task(own, plan)
            answers = self.worker.by_series("backtest", backtest_bucket, self.matrix, self.rows, task)
            frames.append(answers.joined(FORECAST_SCHEMA))
            lost |= _for_models(answers.lost, own)
        for config in configs:
            if is_pooled(config.row):
                task = backtest_task([config], plan)
                answers = self.worker.pooled(f"backtest-{config.model_type}", backtest_bucket, self.matrix, task)
                frames.append(self._asked_for(answers.joined(FORECAST_SCHEMA)))
                lost |= _for_models(answers.lost, [config])
        said = pl.concat(frames)
        refused = {row[MODEL]: row[FAILURE] for row in said.filter(pl.col(FAILURE).is_not_null()).to_dicts()}
        parts, intervals = score_answers(self.matrix, plan, said)
        return self._scored(parts, lost, refused), intervals

    def _scored(self, parts: pl.DataFrame, lost: Mapping[ItemKey, str], refused: Mapping[str, str]) -> ItemOutcomes:
        scored = {
            (row[STORE], row[PRODUCT], row[MODEL]): row for row in pool(parts, (STORE, PRODUCT, MODEL)).to_dicts()
        }
        folds = parts.group_by(STORE, PRODUCT, MODEL).agg(pl.col(FOLD).n_unique())
        n_folds = {(row[0], row[1], row[2]): row[3] for row in folds.rows()}
        items = ItemOutcomes()
        for key in self._keys():
            row = scored.get(key)
            if key in lost:
                items.failed[key] = lost[key]
            elif row is None:
                items.failed[key] = refused.get(key[2]) or _too_short(self.request.plan)
            elif row["n"] == 0:
                items.failed[key] = "the model gave no forecast for any day that has an actual"
            else:
                scores = {name: published(row[name]) for name in POINT_METRICS}
                items.done[key] = {"scores": scores, "folds": n_folds[key], "days": row["n"]}
        return items

    def _train(self) -> ItemOutcomes:
        items = ItemOutcomes()
        for config in self.request.configs:
            fitted, failed = self._fit(config, self.rows, None)
            for key in self._keys(config):
                if key in fitted:
                    digest = self.registrar.artifacts.put(fitted[key])
                    items.done[key] = {"artifact_digest": digest, "cutoff": self._window.end.isoformat()}
                else:
                    items.failed[key] = failed.get(key, _UNTOLD)
        return items

    def _register(self, items: ItemOutcomes, intervals: Mapping[str, IntervalTable], progress: Progress) -> None:
        """Fit each series' winner on all its days and register it under its own pair."""
        winners = best_of_each(items.done, self.request.plan.metric)
        done = 0
        for config in self.request.configs:
            own = [key for key in winners if key[2] == str(config.model_type)]
            if not own:
                continue
            won = {key[:2] for key in own}
            chosen = self.rows[np.array([series in won for series in self.series])]
            fitted, failed = self._fit(config, chosen, intervals.get(str(config.model_type)))
            for key in own:
                if key not in fitted:
                    items.failed[key] = failed.get(key, _UNTOLD)
                    del items.done[key]
            there = [key for key in own if key in fitted]
            for first in range(0, len(there), _REGISTERED_AT_ONCE):
                some = there[first : first + _REGISTERED_AT_ONCE]
                progress(0.9 + 0.1 * done / len(winners), f"registering {done + len(some)} of {len(winners)} winners")
                self._store(config, some, fitted, items)
                done += len(some)

    def _store(
        self, config: ModelConfig, keys: Sequence[ItemKey], fitted: Mapping[ItemKey, bytes], items: ItemOutcomes
    ) -> None:
        plan = asdict(self.request.plan)
        new = [
            NewModelRun(
                config,
                self.data_set,
                key[:2],
                self._window,
                {"scores": items.done[key]["scores"], "plan": plan, "batch_id": self.batch_id},
                self.origin_run_id,
            )
            for key in keys
        ]
        stored = self.registrar.store_all([(one, fitted[key]) for one, key in zip(new, keys, strict=True)], self.made)
        for key, one in zip(keys, stored, strict=True):
            items.done[key] |= {
                "is_winner": True,
                "model_run_id": one.model_run_id,
                "artifact_digest": one.artifact_digest,
            }

    def _fit(
        self, config: ModelConfig, rows: Integers, intervals: IntervalTable | None
    ) -> tuple[dict[ItemKey, bytes], dict[ItemKey, str]]:
        """The artifact of each series at `rows`, or why it has none; a pooled model's is the same for all of them."""
        plan, name = self.request.plan, str(config.model_type)
        task = fit_task(config, plan.gap + plan.horizon, intervals)
        if is_pooled(config.row):
            answers = self.worker.pooled(f"fit-{name}", fit_bucket, self.matrix, task)
        else:
            answers = self.worker.by_series(f"fit-{name}", fit_bucket, self.matrix, rows, task)
        fitted: dict[ItemKey, bytes] = {}
        failed = _for_models(answers.lost, [config])
        asked = [key for key in self._keys(config) if key not in failed]
        for row in answers.joined(FITTED_SCHEMA).to_dicts():
            keys = asked if row[STORE] is None else [(row[STORE], row[PRODUCT], name)]
            if row[ARTIFACT] is None:
                failed |= dict.fromkeys(keys, row[FAILURE])
            else:
                fitted |= dict.fromkeys(keys, row[ARTIFACT])
        return fitted, failed

    def _asked_for(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the batch's own series, of an answer that speaks of every series; failures of all stay."""
        own = pl.DataFrame(self.series, schema={STORE: pl.Int64, PRODUCT: pl.Int64}, orient="row")
        return pl.concat([frame.filter(pl.col(STORE).is_null()), frame.join(own, on=[STORE, PRODUCT], how="semi")])

    def _keys(self, config: ModelConfig | None = None) -> list[ItemKey]:
        configs = self.request.configs if config is None else (config,)
        return [(*series, str(one.model_type)) for series in self.series for one in configs]

    @property
    def _window(self) -> Window:
        return Window(self.matrix.first_day, self.matrix.day(self.matrix.n_days - 1))


def best_of_each(scored: Mapping[ItemKey, Outcome], metric: str) -> list[ItemKey]:
    """The best model of each series by the metric, then mae, then the simpler one; none where no score is defined."""
    complexity = {str(model_type): row.complexity for model_type, row in ZOO.items()}
    best: dict[Series, tuple[tuple[float, float, int], ItemKey]] = {}
    for key, outcome in scored.items():
        scores = outcome["scores"]
        if scores[metric] is None:
            continue
        rank = (round(scores[metric], _TIE_DIGITS), round(scores["mae"], _TIE_DIGITS), complexity[key[2]])
        if key[:2] not in best or rank < best[key[:2]][0]:
            best[key[:2]] = (rank, key)
    return [key for _, key in best.values()]


def _for_models(lost: Mapping[Series, str], configs: Sequence[ModelConfig]) -> dict[ItemKey, str]:
    return {(*series, str(config.model_type)): reason for series, reason in lost.items() for config in configs}


def _too_short(plan: BacktestPlan) -> str:
    return (
        f"the series is too short for every fold: it needs {plan.min_train_size} days before a cutoff and an actual "
        "after it"
    )
