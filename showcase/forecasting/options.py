"""The names of the models and the options each of them takes."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class ModelType(StrEnum):
    """The eleven types of models."""

    NAIVE = "naive"
    SEASONAL_NAIVE = "seasonal_naive"
    MOVING_AVERAGE = "moving_average"
    WEIGHTED_MOVING_AVERAGE = "weighted_moving_average"
    SEASONAL_AVERAGE = "seasonal_average"
    TREND_REGRESSION_BASELINE = "trend_regression_baseline"
    PROPHET_LIKE = "prophet_like"
    REGRESSION = "regression"
    RANDOM_FOREST = "random_forest"
    LIGHTGBM = "lightgbm"
    XGBOOST = "xgboost"


DEFAULT_MODELS = (ModelType.NAIVE, ModelType.SEASONAL_NAIVE, ModelType.MOVING_AVERAGE)
"""The trio of a request that names no models."""


class ModelOptions(BaseModel):
    """The options of one type; a type without options takes none."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class SeasonalNaiveOptions(ModelOptions):
    """Options of the value one season ago."""

    season_length: int = Field(7, ge=2, le=366, description="Days of one season; 7 repeats the last week.")


class MovingAverageOptions(ModelOptions):
    """Options of the mean of the last days."""

    window_size: int = Field(28, ge=1, le=366, description="How many of the last days are averaged.")


class WeightedMovingAverageOptions(ModelOptions):
    """Options of the mean of the last days, the newest weighing most."""

    window_size: int = Field(28, ge=2, le=366, description="How many of the last days are averaged; weights fall to 1.")


class SeasonalAverageOptions(ModelOptions):
    """Options of the mean of the same day of the last seasons."""

    season_length: int = Field(7, ge=2, le=366, description="Days of one season; 7 averages equal weekdays.")
    seasons: int = Field(4, ge=1, le=52, description="How many of the last seasons are averaged.")


class FrameName(StrEnum):
    """Which feature frame a model reads: V1 is lags, rolling and calendar, V2 adds price, promotion and the rest."""

    V1 = "v1"
    V2 = "v2"


class FramedOptions(ModelOptions):
    """The option of every model that can read either feature frame."""

    feature_frame: FrameName = Field(
        FrameName.V2,
        strict=False,
        description="v1 reads lags, rolling and calendar; v2 also price, promotion, launch, stock and signals.",
    )


class TrendRegressionOptions(ModelOptions):
    """Options of a straight line with a weekly shape."""

    weekly: bool = Field(True, description="Whether each weekday has a level of its own around the line.")
    window_size: int = Field(
        182, ge=14, le=1461, description="How many of the last days the line is drawn through; older days are left out."
    )


class ProphetLikeOptions(FramedOptions):
    """Options of the additive ridge regression: trend, seasons, holidays, price and promotion."""

    weekly_order: int = Field(3, ge=0, le=3, description="Fourier pairs of the week; 0 leaves the week out.")
    yearly_order: int = Field(
        6, ge=0, le=10, description="Fourier pairs of the year; used where the history spans a year or more."
    )
    half_life_days: int = Field(90, ge=14, le=3650, description="After how many days a day counts half as much.")
    shrinkage: float = Field(
        1.0, ge=0.01, le=100.0, description="How strongly products and series are held to the shape of all; 1 is usual."
    )


class RegressionOptions(FramedOptions):
    """Options of scikit-learn's HistGradientBoostingRegressor."""

    n_trees: int = Field(100, ge=10, le=2000, description="How many trees are added up.")
    learning_rate: float = Field(0.05, ge=0.005, le=0.5, description="The share of each tree that is added.")
    max_leaves: int = Field(15, ge=2, le=255, description="Most leaves of one tree.")
    min_leaf_rows: int = Field(100, ge=1, le=10_000, description="Fewest training rows in one leaf.")


class RandomForestOptions(FramedOptions):
    """Options of scikit-learn's RandomForestRegressor."""

    n_trees: int = Field(50, ge=5, le=500, description="How many trees are averaged.")
    max_depth: int = Field(12, ge=2, le=30, description="Deepest split of one tree.")
    min_leaf_rows: int = Field(10, ge=1, le=10_000, description="Fewest training rows in one leaf.")
    feature_share: float = Field(
        0.4, ge=0.1, le=1.0, description="Share of the inputs that each split may choose from."
    )


class LightGbmOptions(FramedOptions):
    """Options of LightGBM."""

    n_trees: int = Field(100, ge=10, le=2000, description="How many trees are added up.")
    learning_rate: float = Field(0.05, ge=0.005, le=0.5, description="The share of each tree that is added.")
    max_leaves: int = Field(15, ge=2, le=255, description="Most leaves of one tree.")
    min_leaf_rows: int = Field(100, ge=1, le=10_000, description="Fewest training rows in one leaf.")


class XgBoostOptions(FramedOptions):
    """Options of XGBoost."""

    n_trees: int = Field(100, ge=10, le=2000, description="How many trees are added up.")
    learning_rate: float = Field(0.05, ge=0.005, le=0.5, description="The share of each tree that is added.")
    max_depth: int = Field(4, ge=1, le=16, description="Deepest split of one tree.")
    min_leaf_rows: int = Field(100, ge=1, le=10_000, description="Fewest training rows in one leaf, by their weight.")
