"""The workbench: feature frames, trainings, forecasts and backtests that are asked for apart from a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from showcase.errors import NotFoundError
from showcase.evaluation.folds import fold_picture
from showcase.forecasting.features import FRAMES, FeatureFrame, build_frame
from showcase.forecasting.fit import fit_model, forecast_frame
from showcase.forecasting.history import carried_future
from showcase.forecasting.portable import portable_bytes
from showcase.kernel.identity import Digest, JobId, ModelRunId
from showcase.kernel.table import PRODUCT, STORE
from showcase.kernel.window import Window
from showcase.ports import Artifacts, Progress
from showcase.services.days import cut_to
from showcase.services.demand import DemandService
from showcase.services.jobs import JobService
from showcase.services.model_requests import (
    AnnouncedModel,
    BacktestRequest,
    FeaturesRequest,
    PredictRequest,
    SeriesDays,
    TrainRequest,
)
from showcase.services.models import (
    ModelService,
    Scored,
    Subject,
    board_rows,
    digest_of_forecast,
    parquet_bytes,
    plan_json,
    published,
    scores_by,
)
from showcase.services.registered import pair_of, read_registered
from showcase.services.registration import Made, NewModelRun, Registrar
from showcase.services.series import SeriesService
from showcase.store.demand import Pair
from showcase.store.fence import Transactions
from showcase.store.registry import ModelRun


@dataclass(frozen=True, slots=True)
class Features:
    """A feature frame of one series: date and its columns, a row a day, null where nothing is known."""

    pair: Pair
    frame: FeatureFrame
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was fitted on every series and registered; no alias moved."""

    model_run_id: ModelRunId
    job_id: JobId
    artifact_digest: Digest
    model_type: str
    window: Window
    reach: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """A forecast of one series, from the day after the model's cutoff and gap on; the file holds every series."""

    model_run_id: ModelRunId
    job_id: JobId
    pair: Pair
    forecast: pl.DataFrame
    forecast_file: Digest
    forecast_digest: Digest
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backtested:
    """A backtest over every series, and the series that was asked for.

    `truth` is what `evaluation.truth_scores` tells of every model, None where nobody knows the truth.
    """

    subject: Subject
    scored: Scored
    truth: pl.DataFrame | None


@dataclass(frozen=True, slots=True)
class Workbench:
    """One-off work with models. All but `features` writes, so whoever calls it holds the run lock: it stands in
    `Launcher.exclusive`."""

    transactions: Transactions
    artifacts: Artifacts
    demand: DemandService
    models: ModelService

    def features(self, request: FeaturesRequest) -> Features:
        """The feature frame of a series: each row what was known on the evening before its day."""
        subject = self._subject(request)
        row = subject.matrix.row_of(subject.pair.store_id, subject.pair.product_id)
        frame = FRAMES[request.frame]
        found = build_frame(frame, subject.matrix.history().select(np.array([row])))
        return Features(subject.pair, frame, found.drop(STORE, PRODUCT))

    def train(self, request: TrainRequest, progress: Progress) -> Trained:
        """Fit a model on every series over the days that were asked for, and register it under the series."""
        config, reach = request.config, request.gap + request.horizon
        self.models.require_enabled([config.model_type])
        subject = self._subject(request)
        window = Window(subject.matrix.first_day, subject.matrix.day(subject.matrix.n_days - 1))
        grain = (subject.pair.store_id, subject.pair.product_id)
        metrics = {"plan": {"horizon": request.horizon, "gap": request.gap}}

        def make() -> bytes:
            progress(0.2, f"{config.model_type} on {subject.matrix.n_series} series")
            return portable_bytes(fit_model(config, subject.matrix.history(), reach))

        new = NewModelRun(config, subject.data_set, grain, window, metrics, None)
        made = Registrar(self.transactions, self.artifacts).register(new, make, Made())
        return Trained(made.model_run_id, made.job_id, made.artifact_digest, str(config.model_type), window, reach)

    def announce(self, request: AnnouncedModel) -> ModelRun:
        """Put a model into the registry that somebody else trains on the current data set; it is pending."""
        subject = self._subject(request)
        window = Window(subject.matrix.first_day, subject.matrix.day(subject.matrix.n_days - 1))
        grain = (subject.pair.store_id, subject.pair.product_id)
        new = NewModelRun(request.config, subject.data_set, grain, window, request.metrics or {}, None)
        return self.models.model_run(Registrar(self.transactions, self.artifacts).insert_pending(new))

    def predict(self, request: PredictRequest, progress: Progress) -> Predicted:
        """Forecast with a registered model, or the same one fitted anew where the horizon goes beyond its reach."""
        asked = read_registered(self.demand, self.models, request.run_id)
        run = asked.model_run
        pair = pair_of(self.demand, run, request.store_id, request.product_id)
        asked.matrix.row_of(pair.store_id, pair.product_id)
        parameters = {"model_run_id": run.run_id, "horizon": request.horizon}
        with JobService(self.transactions).record("predict", parameters) as job:
            progress(0.2, f"{run.model_type} on {asked.matrix.n_series} series")
            model, notes = asked.reaching(request.horizon)
            future = carried_future(asked.history, request.horizon, asked.gap)
            forecast = forecast_frame(model, future, asked.intervals)
            file, digest = self.artifacts.put(parquet_bytes(forecast)), digest_of_forecast(forecast)
            job.outcome = {"forecast_file": file, "forecast_digest": digest}
        of_pair = (pl.col(STORE) == pair.store_id) & (pl.col(PRODUCT) == pair.product_id)
        return Predicted(run.run_id, job.job_id, pair, forecast.filter(of_pair), file, digest, tuple(notes))

    def backtest(self, request: BacktestRequest, progress: Progress) -> Backtested:
        """Score the models and the two controls on every series over the days that were asked for."""
        self.models.require_enabled([config.model_type for config in request.configs])
        subject = self._subject(request)
        scored = self.models.backtest(subject, request.configs, request.backtest.plan(), progress)
        # read after everything is scored: no model can have seen it
        truth = SeriesService(self.transactions).truth_scores(subject.data_set, scored.backtest.forecasts)
        return Backtested(subject, scored, truth)

    def _subject(self, request: SeriesDays) -> Subject:
        """The current data set on the days that were asked for, and the series; NotFoundError where it is not there."""
        data_set = self.demand.require_current()
        pair = self.demand.pair(request.store_id, request.product_id)
        if pair is None:
            raise NotFoundError(
                f"There is no store {request.store_id} with a product {request.product_id}.",
                "Name store_id and product_id of the current data set.",
            )
        matrix = cut_to(self.demand.matrix(data_set, with_signals=True), request.window(data_set.window))
        matrix.row_of(pair.store_id, pair.product_id)
        return Subject(data_set, matrix, pair, None)


def features_json(found: Features) -> dict[str, Any]:
    """A feature frame for whoever asked: its columns with what is known of each when, and its rows."""
    return {
        **_pair_json(found.pair),
        "frame_version": found.frame.version,
        "columns": [
            {"name": column.name, "group": column.group, "safety": column.safety} for column in found.frame.columns
        ],
        "rows": _rows(found.rows),
    }


def trained_json(trained: Trained) -> dict[str, Any]:
    """A training for whoever asked."""
    return {
        "run_id": str(trained.model_run_id),
        "job_id": str(trained.job_id),
        "artifact_digest": str(trained.artifact_digest),
        "model_type": trained.model_type,
        "date_start": trained.window.start.isoformat(),
        "date_end": trained.window.end.isoformat(),
        "reach_days": trained.reach,
    }


def predicted_json(predicted: Predicted) -> dict[str, Any]:
    """A forecast for whoever asked, a row a day."""
    return {
        "run_id": str(predicted.model_run_id),
        "job_id": str(predicted.job_id),
        **_pair_json(predicted.pair),
        "forecast": _rows(predicted.forecast.drop(STORE, PRODUCT)),
        "forecast_file": str(predicted.forecast_file),
        "forecast_digest": str(predicted.forecast_digest),
        "notes": list(predicted.notes),
    }


def backtested_json(tested: Backtested) -> dict[str, Any]:
    """A backtest for whoever asked: the leaderboard, its folds, and the scores of the series."""
    scored, subject = tested.scored, tested.subject
    window = Window(subject.matrix.first_day, subject.matrix.day(subject.matrix.n_days - 1))
    return {
        "job_id": str(scored.job_id),
        **_pair_json(subject.pair),
        "plan": plan_json(scored.backtest.plan),
        "winner": None if scored.winner is None else str(scored.winner),
        "leaderboard": board_rows(scored.board),
        "folds": _rows(fold_picture(window, scored.backtest.folds)),
        "by_fold": scores_by(scored.backtest, "model", "fold"),
        "by_bucket": scores_by(scored.backtest, "model", "bucket"),
        "focus": scores_by(scored.backtest, "model", pair=subject.pair),
        "left_out": scored.backtest.left_out.height,
        "truth": None if tested.truth is None else [_published(row) for row in tested.truth.to_dicts()],
        "forecasts_file": str(scored.forecasts_digest),
        "score_parts_file": str(scored.parts_digest),
    }


def _pair_json(pair: Pair) -> Mapping[str, Any]:
    return {
        "store_id": pair.store_id,
        "product_id": pair.product_id,
        "store_code": pair.store_code,
        "sku": pair.sku,
    }


def _published(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: published(value) if isinstance(value, float) else value for name, value in row.items()}


def _rows(frame: pl.DataFrame) -> Sequence[dict[str, Any]]:
    """The rows of a frame, days as text."""
    return frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).to_dicts()
