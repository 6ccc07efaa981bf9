"""How a backtest is asked for at every door, field by field with its bounds."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from showcase.evaluation.folds import BacktestPlan
from showcase.kernel.refusals import contradiction


class BacktestSettings(BaseModel):
    """How the models are scored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    horizon: int = Field(14, ge=1, le=90, description="Days ahead that each fold forecasts.")
    strategy: Literal["expanding", "sliding"] = Field(
        "expanding", description="Train on everything up to the cutoff, or on the last days before it alone."
    )
    n_splits: int = Field(3, ge=2, le=20, description="Number of folds.")
    min_train_size: int = Field(30, ge=7, description="Days that the first fold trains on at least.")
    gap: int = Field(0, ge=0, le=30, description="Days between a cutoff and its first forecast day.")
    metric: Literal["wape", "mae", "rmse"] = Field("wape", description="The score that decides the winner.")

    @model_validator(mode="after")
    def _gap_below_horizon(self) -> Self:
        if self.gap >= self.horizon:
            raise contradiction("gap", f"a gap below the horizon, which is {self.horizon}")
        return self

    def plan(self) -> BacktestPlan:
        return BacktestPlan(**self.model_dump())
