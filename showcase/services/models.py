"""Models of a data set: trained, scored, registered and verified."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from showcase.errors import IntegrityError, InvalidInputError, NotFoundError
from showcase.evaluation.backtest import Backtest, run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.leaderboard import leaderboard, winner
from showcase.evaluation.metrics import BUCKET, METRICS, pool
from showcase.forecasting.artifact import read_artifact
from showcase.forecasting.digest import forecast_digest
from showcase.forecasting.fit import fit_model, forecast_frame
from showcase.forecasting.history import SalesMatrix, carried_future
from showcase.forecasting.options import ModelType
from showcase.forecasting.portable import portable_bytes
from showcase.forecasting.zoo import CatalogEntry, ModelConfig, catalog, require_enabled
from showcase.kernel.identity import Digest, JobId, ModelRunId, RunId
from showcase.kernel.table import FOLD, MODEL, PRODUCT, STORE
from showcase.ports import Artifacts, Progress
from showcase.registry.lifecycle import check_aliasable
from showcase.services.registration import Made, NewModelRun, Registrar
from showcase.store import registry as rows
from showcase.store.demand import DataSet, Pair
from showcase.store.fence import Transactions
from showcase.store.registry import ModelRun

PRODUCTION_ALIAS = "demo-production"
_SCORE_DIGITS = 6  # of published scores: what lies behind differs between machines


@dataclass(frozen=True, slots=True)
class Subject:
    """What models are fitted on: a data set, its matrix, the featured pair and the run that asks."""

    data_set: DataSet
    matrix: SalesMatrix
    pair: Pair
    run_id: RunId | None

    def new_model_run(self, config: ModelConfig, metrics: Mapping[str, Any], *, synthetic: bool = False) -> NewModelRun:
        """A model of all these days, to be registered under the featured pair."""
        grain = (self.pair.store_id, self.pair.product_id)
        return NewModelRun(config, self.data_set, grain, self.data_set.window, metrics, self.run_id, synthetic)


@dataclass(frozen=True, slots=True)
class Trained:
    """Models fitted without the last days: one job and one artifact a model."""

    jobs: Mapping[str, JobId]
    digests: Mapping[str, Digest]


@dataclass(frozen=True, slots=True)
class Scored:
    """A backtest with its winner; `board` is the leaderboard, pooled over all series."""

    job_id: JobId
    backtest: Backtest
    board: pl.DataFrame
    winner: ModelType | None
    forecasts_digest: Digest
    parts_digest: Digest


@dataclass(frozen=True, slots=True)
class Registered:
    """The winner as it was registered: refitted on everything, with its forecast of the days ahead."""

    model_run_id: ModelRunId
    job_id: JobId
    artifact_digest: Digest
    forecast: pl.DataFrame
    forecast_file: Digest
    forecast_digest: Digest


def published(value: float | None) -> float | None:
    """A score as it is shown and compared: six decimals, null where undefined."""
    return None if value is None or np.isnan(value) else round(float(value), _SCORE_DIGITS)


def scores_of(row: Mapping[str, Any]) -> dict[str, float | None]:
    """The published scores of one row of `pool` or of a leaderboard."""
    return {name: published(row[name]) for name in METRICS}


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as Parquet; equal frames give equal bytes."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class ModelService:
    """Everything about models that a person can ask for. `flags` are the opt-in flags that are on."""

    transactions: Transactions
    artifacts: Artifacts
    flags: frozenset[str]

    @property
    def _registrar(self) -> Registrar:
        return Registrar(self.transactions, self.artifacts)

    def catalog(self) -> tuple[CatalogEntry, ...]:
        """Every type with its options, and whether it is switched on."""
        return catalog(self.flags)

    def require_enabled(self, model_types: Sequence[ModelType]) -> None:
        """Refuse a type that is switched off, naming its flag."""
        require_enabled(model_types, self.flags)

    def train(
        self, subject: Subject, configs: Sequence[ModelConfig], plan: BacktestPlan, progress: Progress
    ) -> Trained:
        """Fit each model on all days up to the last one minus the horizon; one job and one stored artifact a model."""
        matrix = subject.matrix
        last = matrix.n_days - plan.horizon
        if last < 1:
            raise InvalidInputError(
                f"Training leaves out the last {plan.horizon} days, and the window has {matrix.n_days}.",
                "Choose a shorter horizon or a longer window.",
            )
        history = matrix.history(last)
        jobs: dict[str, JobId] = {}
        digests: dict[str, Digest] = {}
        for position, config in enumerate(configs):
            name = str(config.model_type)
            progress(position / len(configs), f"{name} on {matrix.n_series} series")
            parameters = {"model": config.model_dump(mode="json"), "days": last}
            with self._registrar.jobs.record("train", parameters, subject.run_id) as job:
                jobs[name] = job.job_id
                fitted = fit_model(config, history, plan.gap + plan.horizon)
                digests[name] = self.artifacts.put(portable_bytes(fitted))
                job.outcome = {"artifact_digest": digests[name], "cutoff": history.cutoff.isoformat()}
        return Trained(jobs, digests)

    def backtest(
        self, subject: Subject, configs: Sequence[ModelConfig], plan: BacktestPlan, progress: Progress
    ) -> Scored:
        """Score the models and the two controls on every fold; the parts and the forecasts are stored."""
        parameters = {"models": [config.model_dump(mode="json") for config in configs], "plan": plan_json(plan)}
        with self._registrar.jobs.record("backtest", parameters, subject.run_id) as job:
            found = run_backtest(subject.matrix, plan, configs, progress)
            board = leaderboard(found.parts, plan.metric, [config.model_type for config in configs])
            forecasts_file = self.artifacts.put(parquet_bytes(found.forecasts))
            parts_file = self.artifacts.put(parquet_bytes(found.parts))
            best = winner(board)
            job.outcome = {
                "winner": None if best is None else str(best),
                "leaderboard": board_rows(board),
                "forecasts_file": forecasts_file,
                "score_parts_file": parts_file,
                "left_out": found.left_out.height,
            }
        return Scored(job.job_id, found, board, best, forecasts_file, parts_file)

    def register(self, subject: Subject, scored: Scored, config: ModelConfig, progress: Progress) -> Registered:
        """Refit the winner on the full history with the very configuration that was scored, store it, point the alias.

        The registry row goes through pending and running to success; a failure on the way leaves it failed.
        """
        with self._registrar.jobs.record("predict", {"model": str(config.model_type)}, subject.run_id) as job:
            registered = self._refit(subject, scored, config, job.job_id, progress)
            job.outcome = {
                "model_run_id": registered.model_run_id,
                "artifact_digest": registered.artifact_digest,
                "forecast_file": registered.forecast_file,
                "forecast_digest": registered.forecast_digest,
            }
        self.point_alias(PRODUCTION_ALIAS, registered.model_run_id)
        return registered

    def _refit(
        self, subject: Subject, scored: Scored, config: ModelConfig, job_id: JobId, progress: Progress
    ) -> Registered:
        plan, kept = scored.backtest.plan, list[tuple[pl.DataFrame, Digest]]()
        scores = next(row for row in board_rows(scored.board) if row["model"] == str(config.model_type))

        def make() -> bytes:
            progress(0.2, f"{config.model_type} on {subject.matrix.n_days} days")
            history = subject.matrix.history()
            fitted = fit_model(config, history, plan.gap + plan.horizon)
            intervals = scored.backtest.intervals[config.model_type]
            forecast = forecast_frame(fitted, carried_future(history, plan.horizon, plan.gap), intervals)
            kept.append((forecast, self.artifacts.put(parquet_bytes(forecast))))
            return portable_bytes(fitted, intervals)

        new = subject.new_model_run(config, {"scores": scores, "plan": plan_json(plan)})
        stored = self._registrar.store(new, make, Made())
        forecast, file = kept[0]
        return Registered(
            stored.model_run_id, job_id, stored.artifact_digest, forecast, file, digest_of_forecast(forecast)
        )

    def verify(self, run_id: str) -> bool:
        """Whether the stored artifact of a model run still has the bytes that were registered, and can be read."""
        found = self.model_run(run_id)
        if found.artifact_digest is None:
            raise InvalidInputError(
                f"The model run {run_id[:8]} has no artifact to verify; it is {found.status}.",
                "Verify a model run whose status is success.",
            )
        if not self.artifacts.verify(found.artifact_digest):
            return False
        read_artifact(self.artifacts.get(found.artifact_digest))
        return True

    def model_run(self, run_id: str) -> ModelRun:
        """One row of the registry; NotFoundError where it is unknown."""
        with self.transactions.read() as connection:
            found = rows.find_model_run(connection, run_id)
        if found is None:
            raise NotFoundError(f"There is no model run {run_id[:8]}.", "Give the id of a registered model run.")
        return found

    def point_alias(self, name: str, run_id: ModelRunId) -> ModelRunId | None:
        """Point an alias at a successful model run; returns what it pointed at before."""
        with self.transactions.begin() as connection:
            found = rows.find_model_run(connection, run_id, lock=True)
            if found is None:
                raise NotFoundError(f"There is no model run {run_id.short}.", "Give the id of a registered model run.")
            check_aliasable(run_id, found.status)
            return rows.point_alias(connection, name, run_id)

    def alias(self, name: str) -> ModelRunId | None:
        """The model run an alias points at."""
        with self.transactions.read() as connection:
            return rows.find_alias(connection, name)

    def frame(self, digest: Digest) -> pl.DataFrame:
        """A stored Parquet artifact as a frame; IntegrityError where its bytes changed, or are no Parquet."""
        return read_frame(self.artifacts, digest)


def read_frame(artifacts: Artifacts, digest: Digest) -> pl.DataFrame:
    """A stored Parquet artifact as a frame; IntegrityError where its bytes changed, or are no Parquet."""
    try:
        return pl.read_parquet(io.BytesIO(artifacts.get(digest)))
    except pl.exceptions.PolarsError as error:
        raise IntegrityError(
            f"The artifact {digest.short} is no table.", "Name the artifact of a forecast or of a backtest."
        ) from error


def digest_of_forecast(forecast: pl.DataFrame) -> Digest:
    """The digest of a forecast that is the same for equal series, whatever ids the database gave them."""
    return forecast_digest(forecast.with_columns(_rank(forecast[STORE]), _rank(forecast[PRODUCT])))


def _rank(ids: pl.Series) -> pl.Series:
    """Ids as their rank: stores and products get their ids in the order of their codes, so ranks survive a re-seed."""
    return (ids.rank("dense") - 1).cast(pl.Int64).alias(ids.name)


def plan_json(plan: BacktestPlan) -> dict[str, Any]:
    return {
        name: getattr(plan, name) for name in ("horizon", "strategy", "n_splits", "min_train_size", "gap", "metric")
    }


def board_rows(board: pl.DataFrame) -> list[dict[str, Any]]:
    """The leaderboard as JSON rows with published scores, best first."""
    return [
        {
            "rank": row["rank"],
            "model": row[MODEL],
            "is_chosen": row["is_chosen"],
            "is_winner": row["is_winner"],
            **scores_of(row),
            "undefined_windows": row["windows_without_wape"],
        }
        for row in board.to_dicts()
    ]


def scores_by(backtest: Backtest, *by: str, pair: Pair | None = None) -> list[dict[str, Any]]:
    """Published scores for each group of `by` (model, fold, bucket), over all series or over one pair alone."""
    parts = backtest.parts
    if pair is not None:
        parts = parts.filter((pl.col(STORE) == pair.store_id) & (pl.col(PRODUCT) == pair.product_id))
    keys = [{"model": MODEL, "fold": FOLD, "bucket": BUCKET}[name] for name in by]
    return [{**{key: row[key] for key in keys}, **scores_of(row)} for row in pool(parts, keys).to_dicts()]
