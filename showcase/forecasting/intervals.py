"""Prediction intervals from the errors of a backtest, scaled by each series' size and pooled over the series.

Split conformal prediction (Lei et al. 2018, The Annals of Statistics 46(3)), signed: lower and upper bound have a
quantile each, because sales err further upwards than downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from showcase.errors import IntegrityError, InvalidInputError
from showcase.forecasting.history import Floats, Integers
from showcase.kernel.horizon import BUCKET_NAMES, bucket_index
from showcase.kernel.table import LEVELS

_ENOUGH = 200  # scaled errors that a bucket needs to speak for itself
_VOLUME_BUCKETS = 3
_SIDES = tuple(side for level in LEVELS for side in ((100 - level) / 200, (100 + level) / 200))


@dataclass(frozen=True, slots=True)
class Residuals:
    """One model's errors at one cutoff: `errors` (n, h) is actual - forecast, NaN where there is no actual."""

    errors: Floats
    scale: Floats


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """How far actuals lay from forecasts, in multiples of a series' scale.

    `quantiles` (horizon buckets, volume buckets, 4) holds lo80, hi80, lo95, hi95; `counts` how many errors each came
    from; `edges` the scales at which the volume buckets meet.
    """

    edges: tuple[float, ...]
    quantiles: Floats
    counts: Integers

    def bounds(self, forecast: Floats, scale: Floats, level: int) -> tuple[Floats, Floats]:
        """Lower and upper bound (n, h) around a forecast (n, h) whose columns are the steps 1 .. h.

        The lower bound is never below 0 and never above the forecast, the upper one never below it.
        """
        horizon = bucket_index(np.arange(1, forecast.shape[1] + 1, dtype=np.int64))
        volume = np.searchsorted(np.asarray(self.edges), scale, side="left")
        place = 2 * LEVELS.index(level)
        chosen = self.quantiles[horizon[None, :], volume[:, None]]
        lower = forecast + np.minimum(chosen[..., place], 0.0) * scale[:, None]
        upper = forecast + np.maximum(chosen[..., place + 1], 0.0) * scale[:, None]
        return np.maximum(lower, 0.0), upper

    def to_json(self) -> dict[str, Any]:
        """The table as JSON values."""
        return {
            "edges": list(self.edges),
            "horizon_buckets": list(BUCKET_NAMES),
            "levels": list(LEVELS),
            "quantiles": self.quantiles.tolist(),
            "counts": self.counts.tolist(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """The table that `to_json` wrote; IntegrityError for anything else."""
        try:
            quantiles = np.array(raw["quantiles"], dtype=np.float64)
            counts = np.array(raw["counts"], dtype=np.int64)
            edges = tuple(float(edge) for edge in raw["edges"])
            same_words = list(raw["horizon_buckets"]) == list(BUCKET_NAMES) and list(raw["levels"]) == list(LEVELS)
        except (KeyError, TypeError, ValueError) as error:
            raise _broken(repr(error)) from error
        shape = (len(BUCKET_NAMES), len(edges) + 1)
        if not same_words or quantiles.shape != (*shape, len(_SIDES)) or counts.shape != shape:
            raise _broken(f"quantiles of shape {quantiles.shape} beside {len(edges)} edges")
        if not np.isfinite(quantiles).all() or list(edges) != sorted(edges):
            raise _broken("numbers that are not finite, or edges out of order")
        return cls(edges, quantiles, counts)


def calibrate(folds: Sequence[Residuals]) -> IntervalTable:
    """The interval table of one model from its errors at some cutoffs.

    Errors are divided by their series' scale and pooled over series and cutoffs by horizon and volume bucket; a bucket
    with too few errors takes those of its horizon, then those of every horizon. A quantile that the number of errors
    cannot reach is the furthest error seen. Raises InvalidInputError where there is no error at all.
    """
    scaled = [fold.errors / fold.scale[:, None] for fold in folds]
    volume_of = [np.broadcast_to(fold.scale[:, None], fold.errors.shape) for fold in folds]
    steps_of = [np.broadcast_to(np.arange(1, fold.errors.shape[1] + 1), fold.errors.shape) for fold in folds]
    known = [np.isfinite(errors) for errors in scaled]
    errors, volume, steps = (
        np.concatenate([part[mask] for part, mask in zip(parts, known, strict=True)]) if parts else np.zeros(0)
        for parts in (scaled, volume_of, steps_of)
    )
    if not errors.size:
        raise InvalidInputError(
            "Errors of a backtest were expected to make prediction intervals from, found none.",
            "Backtest on days that have sales rows.",
        )
    edges = _volume_edges(volume)
    horizon_bucket = bucket_index(steps.astype(np.int64))
    volume_bucket = np.searchsorted(np.asarray(edges), volume, side="left")
    quantiles = np.empty((len(BUCKET_NAMES), len(edges) + 1, len(_SIDES)))
    counts = np.empty(quantiles.shape[:2], dtype=np.int64)
    everything: tuple[Floats, int] | None = None
    for i in range(quantiles.shape[0]):
        of_horizon = horizon_bucket == i
        for j in range(quantiles.shape[1]):
            pool = errors[of_horizon & (volume_bucket == j)]
            if pool.size < _ENOUGH:
                pool = errors[of_horizon]
            if pool.size >= _ENOUGH:
                quantiles[i, j], counts[i, j] = _signed_quantiles(pool), pool.size
                continue
            # all errors, sorted once for every bucket that needs them
            everything = everything or (_signed_quantiles(errors), errors.size)
            quantiles[i, j], counts[i, j] = everything
    return IntervalTable(edges, quantiles, counts)


def _volume_edges(volume: Floats) -> tuple[float, ...]:
    """The scales that cut the errors into equal parts; none where there are too few to cut."""
    if volume.size < _VOLUME_BUCKETS * _ENOUGH:
        return ()
    cuts = np.quantile(volume, np.arange(1, _VOLUME_BUCKETS) / _VOLUME_BUCKETS, method="inverted_cdf")
    return tuple(float(edge) for edge in np.unique(cuts))


def _signed_quantiles(pool: Floats) -> Floats:
    """Finite-sample quantiles: the ceil((n + 1) p)-th smallest error above, its mirror below."""
    ordered = np.sort(pool)
    n = len(ordered)
    quantiles = np.empty(len(_SIDES))
    for place, share in enumerate(_SIDES):
        rank = np.ceil((n + 1) * share) if share > 0.5 else np.floor((n + 1) * share)
        quantiles[place] = ordered[int(np.clip(rank, 1, n)) - 1]
    return quantiles


def _broken(what: str) -> IntegrityError:
    return IntegrityError(
        f"A table of prediction intervals was expected, found {what[:200]}.",
        "Train the model again to renew its artifact.",
    )
