"""Forecasts of whole lakes: every series scored and forecast, bucket by bucket, the answers as Parquet beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from showcase.demand.lake_files import (
    FORECASTS,
    RECEIPT,
    bucket_name,
    buckets_there,
    disk_answers,
    read_json,
    sweep,
    write_text,
)
from showcase.evaluation.folds import BacktestPlan, plan_folds
from showcase.evaluation.lake_forecast import ANSWERS, TASK, forecast_bucket, lake_task
from showcase.evaluation.leaderboard import leaderboard, winner
from showcase.evaluation.metrics import BUCKET, SUMS
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig, require_enabled
from showcase.kernel.canonical import digest_of
from showcase.kernel.disk import make_kept_folder
from showcase.kernel.identity import Digest
from showcase.kernel.table import FOLD, MODEL, PRODUCT, STORE
from showcase.ports import Progress, silent
from showcase.services.lakes import LakeService
from showcase.services.models import scores_of

DEFAULT_MODELS = (
    ModelType.SEASONAL_NAIVE, ModelType.MOVING_AVERAGE, ModelType.WEIGHTED_MOVING_AVERAGE, ModelType.SEASONAL_AVERAGE,
    ModelType.TREND_REGRESSION_BASELINE, ModelType.PROPHET_LIKE,
)  # fmt: skip
"""All that need no flag, but naive, which is a control, and the tree, which costs a hundred times what these do."""

_SHORT = 12


@dataclass(frozen=True, slots=True)
class LakeForecast:
    """What a forecast of a lake came to.

    `board` is the leaderboard over all series, `best` how many series each model is the best of, `failed` why a bucket
    has no answer. `digest` is over the bytes of all answers, the same from every engine; None where a bucket failed.
    """

    folder: Path
    fingerprint: Digest
    series: int
    left_out: int
    board: pl.DataFrame
    best: dict[str, int]
    failed: dict[str, str]
    digest: Digest | None

    @property
    def winner(self) -> str | None:
        """The best of the chosen models over all series together."""
        best = winner(self.board) if self.board.height else None
        return None if best is None else str(best)

    def as_json(self) -> dict[str, Any]:
        """The keys that every door uses."""
        return {
            "folder": str(self.folder),
            "data_fingerprint": self.fingerprint,
            "series": self.series,
            "left_out": self.left_out,
            "winner_model_type": self.winner,
            "leaderboard": [{"model": row[MODEL], "is_chosen": row["is_chosen"], **scores_of(row)}
                            for row in self.board.to_dicts()],
            "best_of": self.best,
            "failed": self.failed,
            "digest": self.digest,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LakeForecasts:
    """Forecasts of the lakes of `lakes`; `flags` are the opt-in flags of models that are on."""

    lakes: LakeService
    flags: frozenset[str]

    def forecast(
        self, name: str, configs: Sequence[ModelConfig], plan: BacktestPlan, progress: Progress = silent
    ) -> LakeForecast:
        """Score every model on every series, and forecast each series by its best; what is there is not done again.

        The answers lie in the lake's folder `forecasts`, below a name that is the digest of what was asked.
        Refused before anything is done: a lake that is not whole (ConflictError), models that are switched off, and
        folds that do not fit the lake's days (InvalidInputError).
        """
        with self.lakes.at_work(name):
            lake = self.lakes.require_whole(name)
            require_enabled([config.model_type for config in configs], self.flags)
            plan_folds(lake.plan.recipe.window.days, plan)
            task = lake_task(configs, plan)
            folder = lake.folder / FORECASTS / digest_of(task)[:_SHORT]
            with disk_answers(folder.name):
                make_kept_folder(folder)
                sweep(folder)
            if not (folder / TASK).exists():
                write_text(folder / TASK, json.dumps(task, indent=1))
            there = set(buckets_there(folder))
            files = [
                (folder / TASK, folder / bucket_name(number))
                for number in range(lake.plan.n_buckets)
                if number not in there
            ]
            failed = self.lakes.map(forecast_bucket, files, lake, progress)
            return _gathered(folder, lake.fingerprint or Digest.of(b""), configs, plan, failed)


def _gathered(
    folder: Path, fingerprint: Digest, configs: Sequence[ModelConfig], plan: BacktestPlan, failed: dict[str, str]
) -> LakeForecast:
    """What the receipts of all buckets come to, summed in the order of the stores."""
    buckets = [folder / bucket_name(number) for number in buckets_there(folder)]
    stores = [store for bucket in buckets for store in read_json(bucket / RECEIPT)["stores"].values()]
    rows = [
        {STORE: place, PRODUCT: 0, FOLD: 0, BUCKET: "", MODEL: model, **dict(zip(SUMS, sums, strict=True))}
        for place, store in enumerate(stores)
        for model, sums in store["sums"].items()
    ]
    best: dict[str, int] = {}
    for store in stores:
        for model, count in store["best"].items():
            best[model] = best.get(model, 0) + count
    chosen = [config.model_type for config in configs]
    return LakeForecast(
        folder=folder,
        fingerprint=fingerprint,
        series=sum(store["series"] for store in stores),
        left_out=sum(store["left_out"] for store in stores),
        board=leaderboard(pl.DataFrame(rows), plan.metric, chosen) if rows else pl.DataFrame(),
        best=dict(sorted(best.items(), key=lambda item: (-item[1], item[0]))),
        failed=failed,
        digest=None if failed else _digest(buckets),
    )


def _digest(buckets: Sequence[Path]) -> Digest:
    """The digest of all answers' bytes."""
    found = {}
    for bucket in buckets:
        for name in ANSWERS:
            with (bucket / f"{name}.parquet").open("rb") as answer:
                found[f"{bucket.name}/{name}"] = hashlib.file_digest(answer, "sha256").hexdigest()
    return digest_of(found)
