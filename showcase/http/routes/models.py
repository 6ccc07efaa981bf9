"""Models over HTTP: the catalog, feature frames, trainings, forecasts and backtests apart from a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.strict import StrictRoute
from showcase.ports import silent
from showcase.services.model_requests import BacktestRequest, FeaturesRequest, PredictRequest, TrainRequest
from showcase.services.workbench import backtested_json, features_json, predicted_json, trained_json
from showcase.wiring import Installation


class CatalogItem(Open):
    """One type of models; `options` is a JSON schema, `setting` the flag that switches it on."""

    model_type: str
    family: str
    enabled: bool
    feature_aware: bool
    options: dict[str, Any]
    setting: str | None


class Catalog(Open):
    """The eleven types."""

    models: list[CatalogItem]


class FeatureRows(Open):
    """A feature frame: its columns, and a row a day."""

    store_id: int
    product_id: int
    frame_version: int
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class TrainedModel(Open):
    """A model that was registered; no alias moved."""

    run_id: str
    job_id: str
    artifact_digest: str
    model_type: str


class Forecast(Open):
    """A forecast of one series, a row a day with its intervals."""

    run_id: str
    job_id: str
    store_id: int
    product_id: int
    forecast: list[dict[str, Any]]
    forecast_digest: str


class BacktestOutcome(Open):
    """A leaderboard over every series, the folds, and the scores of the one that was asked for.

    `truth`: the errors against what people wanted, on all days and on those without and with a stockout; null for real
    sales, of which nobody knows it.
    """

    job_id: str
    winner: str | None
    leaderboard: list[dict[str, Any]]
    folds: list[dict[str, Any]]
    by_fold: list[dict[str, Any]]
    by_bucket: list[dict[str, Any]]
    truth: list[dict[str, Any]] | None


def models_router(installation: Installation) -> APIRouter:
    """GET /model-selection/models; POST /featuresets/compute, /forecasting/train and /predict, /backtesting/run."""
    router = APIRouter(tags=["models"], route_class=StrictRoute)
    bench, launcher = installation.services.workbench, installation.launcher

    @router.get("/model-selection/models", response_model=Catalog)
    def catalog() -> dict[str, Any]:
        """Every type with its options, the switched-off ones too."""
        return {"models": [asdict(entry) for entry in installation.services.models.catalog()]}

    @router.post("/featuresets/compute", response_model=FeatureRows, responses=problems(404))
    def features(request: FeaturesRequest) -> dict[str, Any]:
        """The feature frame of a series, each row what was known on the evening before its day."""
        return features_json(bench.features(request))

    @router.post("/forecasting/train", response_model=TrainedModel, responses=problems(404, 409))
    def train(request: TrainRequest) -> dict[str, Any]:
        """Fit a model on every series and register it under this one. 409 while a run goes on."""
        with launcher.exclusive("training"):
            return trained_json(bench.train(request, silent))

    @router.post("/forecasting/predict", response_model=Forecast, responses=problems(404, 409))
    def predict(request: PredictRequest) -> dict[str, Any]:
        """Forecast with a registered model, that in production by default. 409 while a run goes on."""
        with launcher.exclusive("forecasting"):
            return predicted_json(bench.predict(request, silent))

    @router.post("/backtesting/run", response_model=BacktestOutcome, responses=problems(404, 409))
    def backtest(request: BacktestRequest) -> dict[str, Any]:
        """Score models and the two controls on every series. 409 while a run goes on."""
        with launcher.exclusive("a backtest"):
            return backtested_json(bench.backtest(request, silent))

    return router
