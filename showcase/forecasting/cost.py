"""What each model costs: processor seconds of one fold, fitted, forecast and scored."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from showcase.forecasting.options import ModelType

COSTS: Mapping[ModelType, tuple[float, float]] = MappingProxyType(
    {
        ModelType.NAIVE: (4.6, 0.05),
        ModelType.SEASONAL_NAIVE: (3.9, 0.06),
        ModelType.MOVING_AVERAGE: (3.1, 0.07),
        ModelType.WEIGHTED_MOVING_AVERAGE: (3.2, 0.06),
        ModelType.SEASONAL_AVERAGE: (3.4, 0.07),
        ModelType.TREND_REGRESSION_BASELINE: (3.9, 0.07),
        ModelType.PROPHET_LIKE: (4.3, 0.19),
        ModelType.REGRESSION: (85.1, 27.45),
        ModelType.RANDOM_FOREST: (414.9, 37.53),
        ModelType.LIGHTGBM: (63.7, 18.14),
        ModelType.XGBOOST: (41.1, 22.23),
    }
)
"""Milliseconds of a fold, and more for each thousand series-days; measured by `python -m benchmarks.costs`."""


def fold_seconds(model_type: ModelType, n_series: int, n_days: int) -> float:
    """Processor seconds of one fold that trains on `n_days` days of `n_series` series with the usual options."""
    fixed_ms, thousand_ms = COSTS[model_type]
    return (fixed_ms + thousand_ms * n_series * n_days / 1000) / 1000
