"""What can be asked of models apart from a run: feature frames, a training, a forecast, a backtest."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showcase.bundles.carried_values import agree
from showcase.evaluation.settings import BacktestSettings
from showcase.forecasting.options import FrameName
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.day import Day
from showcase.kernel.identity import Digest
from showcase.kernel.refusals import contradiction
from showcase.kernel.window import Window

MOST_REACH = 120
"""Days after the cutoff that a model can be asked for: the longest horizon and the longest gap."""


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class SeriesDays(_Request):
    """A series, and the days that are used; without days all of the current data set."""

    store_id: int = Field(ge=1, description="The id of the store.")
    product_id: int = Field(ge=1, description="The id of the product.")
    start_date: Day | None = Field(None, description="The first day that is used; null is the data set's first.")
    end_date: Day | None = Field(None, description="The last day that is used; null is the data set's last.")

    def window(self, whole: Window) -> Window:
        """The days that were asked for; InvalidInputError where they end before they start."""
        return Window(self.start_date or whole.start, self.end_date or whole.end)


class FeaturesRequest(SeriesDays):
    """A feature frame to compute."""

    frame: FrameName = Field(
        FrameName.V2, strict=False, description="v1 is lags, rolling and calendar; v2 adds price, promotion and more."
    )


class TrainRequest(SeriesDays):
    """A model to fit on every series of the data set, and to register under this one."""

    config: ModelConfig = Field(description="The type of the model and its options.")
    horizon: int = Field(14, ge=1, le=90, description="Days ahead that the model will be asked for.")
    gap: int = Field(0, ge=0, le=30, description="Days between the last day and the first forecast day.")


class _Known(BaseModel):
    """What this program reads of something that may hold more."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow", allow_inf_nan=False)


class _KnownScores(_Known):
    wape: float | None = Field(None, ge=0)


class _KnownPlan(_Known):
    gap: int = Field(0, ge=0, le=30)


class _KnownMetrics(_Known):
    scores: _KnownScores | None = None
    plan: _KnownPlan | None = None


def _readable(metrics: dict[str, Any]) -> dict[str, Any]:
    """Refuse what staleness, drift and forecasts would stumble over for everybody once it is registered."""
    agree("metrics", _KnownMetrics.model_validate, metrics)
    return metrics


Metrics = Annotated[dict[str, Any], AfterValidator(_readable)]


class AnnouncedModel(SeriesDays):
    """A model that somebody else trains, to be registered under this series."""

    config: ModelConfig = Field(description="The type of the model and its options.")
    metrics: Metrics | None = Field(None, description="What is known of it, as {scores: {wape: 12.3}}.")


class ModelRunChange(_Request):
    """What changes of a model run; a state that may not follow the present one is refused."""

    status: str = Field(description="pending, running, success, failed or archived.")
    artifact_digest: Digest | None = Field(None, description="With success: the SHA-256 of a stored artifact.")
    metrics: Metrics | None = Field(None, description="In place of those it has.")
    failure: str | None = Field(None, max_length=1000, description="With failed: why.")


class AliasRequest(_Request):
    """Where an alias points."""

    name: str = Field(min_length=1, max_length=100, description="The alias.")
    run_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="A model run whose status is success.")


class PredictRequest(_Request):
    """A forecast of a registered model."""

    run_id: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="The model run to forecast with; null is the one in production."
    )
    store_id: int | None = Field(None, ge=1, description="The store; null takes that of the model run.")
    product_id: int | None = Field(None, ge=1, description="The product; null takes that of the model run.")
    horizon: int = Field(14, ge=1, le=90, description="Days ahead that are forecast.")

    @model_validator(mode="after")
    def _pair_is_whole(self) -> PredictRequest:
        if (self.store_id is None) != (self.product_id is None):
            missing = "store_id" if self.store_id is None else "product_id"
            raise contradiction(missing, "both store_id and product_id, or neither")
        return self


class BacktestRequest(SeriesDays):
    """Models to score on every series, this one's own scores beside them."""

    configs: list[ModelConfig] = Field(
        min_length=1,
        max_length=11,
        description="The models that compete, each type once; the controls come by themselves.",
    )
    backtest: BacktestSettings = Field(BacktestSettings(), description="How they are scored.")
