"""Least squares on a panel of series and days with fixed effects taken out, one slope for each group of series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from showcase.forecasting.history import Floats, Integers

_MOST_SWEEPS = 300
_SETTLED = 1e-8
_MOST_LAGS = 14  # days over which what stays unexplained is taken to be alike
_HUBER = 1.5
_ROBUST_PASSES = 2
_LEAST_SPREAD = 1e-6  # of a regressor, in squares: less is rounding, not a change


@dataclass(frozen=True, slots=True)
class Regressor:
    """A column (n, d) with one slope for each of the `count` groups; group (n,) says whose each series is."""

    values: Floats
    group: Integers
    count: int


@dataclass(frozen=True, slots=True)
class Slopes:
    """One slope a group: its value, NaN where nothing varied, and the variance of its error, infinite there."""

    value: Floats
    variance: Floats

    @property
    def is_known(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.isfinite(self.variance)


@dataclass(frozen=True, slots=True)
class Fit:
    """A regression: the slopes of its first regressor, and what is left of the outcome (n, d), 0 on unused days."""

    slopes: Slopes
    residuals: Floats


def demean(values: Floats, weights: Floats, cells: Sequence[Integers]) -> Floats:
    """What is left of `values` (n, d) once the effect of every cell is out; 0 where the weight is 0.

    Each of `cells` (n, d) numbers the cells of one kind of fixed effect from 0. Alternating projections; equal to the
    residuals of weighted least squares on one dummy a cell (Guimaraes and Portugal 2010, Stata Journal 10(4)).
    """
    rest = np.where(weights > 0, values, 0.0)
    flat = [numbers.ravel() for numbers in cells]
    totals = [np.bincount(numbers, weights.ravel()) for numbers in flat]
    limit = _SETTLED * max(float(np.abs(rest).max(initial=0.0)), _SETTLED)
    for _ in range(_MOST_SWEEPS):
        moved = 0.0
        for numbers, total in zip(flat, totals, strict=True):
            sums = np.bincount(numbers, (weights * rest).ravel(), minlength=len(total))
            means = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
            rest = rest - means[numbers].reshape(rest.shape)
            moved = max(moved, float(np.abs(means).max(initial=0.0)))
        if moved <= limit:
            break
    return np.where(weights > 0, rest, 0.0)


def regress(
    outcome: Floats,
    regressors: Sequence[Regressor],
    usable: Floats,
    cells: Sequence[Integers],
    cluster: Integers,
    *,
    robust: bool = True,
) -> Fit:
    """Least squares of `outcome` (n, d) on the regressors, fixed effects of every cell taken out.

    usable (n, d) is 1 on days that count and 0 elsewhere; cluster (n,) numbers the series whose days share what stays
    unexplained. With `robust`, days far off count less (Huber 1964, Annals of Mathematical Statistics 35(1)). The
    variance allows for days that are alike their neighbours (Newey and West 1987, Econometrica 55(3)).
    """
    used = usable
    slopes, rest = _solve(outcome, regressors, used, cells)
    for _ in range(_ROBUST_PASSES if robust else 0):
        used = usable * _huber_weights(rest, usable)
        slopes, rest = _solve(outcome, regressors, used, cells)
    first = regressors[0]
    lags = _lags(usable, cells)
    varying = demean(first.values, used, cells)
    spread = _by_group(used * varying**2, first)
    # other groups' changes reach a group through a shared day, so its own are asked for too
    own_spread = _by_group(used * demean(first.values, used, cells[:1]) ** 2, first)
    known = np.minimum(spread, own_spread) > _LEAST_SPREAD
    direction = varying / np.where(known, spread, 1.0)[first.group][:, None]
    variance = _freedom(usable, used, cells) * _clustered_variance(direction, used * rest, cluster, first, lags)
    return Fit(Slopes(np.where(known, slopes[0], np.nan), np.where(known, variance, np.inf)), rest)


def _solve(
    outcome: Floats, regressors: Sequence[Regressor], weights: Floats, cells: Sequence[Integers]
) -> tuple[list[Floats], Floats]:
    """The slopes and what they leave, by conjugate gradients on the normal equations (Hestenes and Stiefel 1952)."""

    def gradient(rest: Floats) -> Floats:
        return np.concatenate([_by_group(weights * one.values * rest, one) for one in regressors])

    def fitted(slopes: Floats) -> Floats:
        return demean(_explained(regressors, slopes), weights, cells)

    rest = demean(outcome, weights, cells)
    slopes = np.zeros(sum(one.count for one in regressors))
    missing = gradient(rest)
    way, error = missing, float(missing @ missing)
    enough = _SETTLED**2 * max(error, _SETTLED)
    for _ in range(len(slopes) + 20):
        if error <= enough:
            break
        effect = fitted(way)
        bend = float(way @ gradient(effect))
        if bend <= 0:
            break  # nothing varies in this direction any more
        step = error / bend
        slopes, rest = slopes + step * way, rest - step * effect
        missing = gradient(rest)
        earlier, error = error, float(missing @ missing)
        way = missing + error / earlier * way
    ends = np.cumsum([one.count for one in regressors])[:-1]
    return list(np.split(slopes, ends)), rest


def _explained(regressors: Sequence[Regressor], slopes: Floats) -> Floats:
    total, place = np.zeros_like(regressors[0].values), 0
    for one in regressors:
        total += slopes[place : place + one.count][one.group][:, None] * one.values
        place += one.count
    return total


def _by_group(values: Floats, regressor: Regressor) -> Floats:
    return np.bincount(regressor.group, values.sum(axis=1), minlength=regressor.count)


def _huber_weights(rest: Floats, usable: Floats) -> Floats:
    used = rest[usable > 0]
    usual = 1.4826 * float(np.median(np.abs(used))) if used.size else 0.0
    if usual == 0.0:
        return usable
    return _HUBER * usual / np.maximum(np.abs(rest), _HUBER * usual)


def _lags(usable: Floats, cells: Sequence[Integers]) -> int:
    """Over how many days what stays unexplained is looked at: a fraction of the days that share an effect."""
    shared = np.count_nonzero(usable) / max(len(np.unique(cells[0][usable > 0])), 1)
    return int(min(_MOST_LAGS, shared / 4))


def _freedom(usable: Floats, used: Floats, cells: Sequence[Integers]) -> float:
    """By how much the residuals are smaller than the errors, in squares: effects and slopes have taken their part."""
    days = float(np.count_nonzero(usable))
    lost = [len(np.unique(numbers[usable > 0])) for numbers in cells]
    freedom = days / max(days - sum(lost), 1.0)
    # an effect taken out makes its days seem less alike than they are, by as much at each distance of days
    likeness = 1 / (1 - (_lags(usable, cells) + 1) * min(lost[0] / max(days, 1.0), 1 / 3))
    # a day that counts less moves with nothing: only the others hold the slope (Huber 1981, Robust Statistics, 6.3)
    held = max(float(np.count_nonzero(used == 1.0)), 1.0) / max(float(used.sum()), 1.0)
    return freedom * likeness / held**2


def _clustered_variance(direction: Floats, rest: Floats, cluster: Integers, regressor: Regressor, lags: int) -> Floats:
    """Sum over pairs of days of direction x direction x the covariance of what stays unexplained on them.

    A cluster's series are added up day by day; covariances at each distance of days are pooled over the clusters and
    fade out with the distance.
    """
    n_clusters, days = int(cluster.max()) + 1, rest.shape[1]
    members = np.bincount(cluster, minlength=n_clusters).astype(np.float64)
    unexplained, leaning = np.zeros((n_clusters, days)), np.zeros((n_clusters, days))
    np.add.at(unexplained, cluster, rest)
    np.add.at(leaning, cluster, direction / members[cluster][:, None])
    size = np.sqrt((unexplained**2).mean(axis=1))
    scaled = unexplained / np.where(size > 0, size, 1.0)[:, None]
    of_cluster = np.zeros(n_clusters, dtype=np.int64)
    of_cluster[cluster] = regressor.group
    variance = np.zeros(n_clusters)
    for lag in range(min(lags, days - 1) + 1):
        products = (scaled[:, : days - lag] * scaled[:, lag:]).sum(axis=1)
        alike = (np.bincount(of_cluster, products) / np.bincount(of_cluster, np.full(n_clusters, float(days))))[
            of_cluster
        ]
        twice = 1.0 if lag == 0 else 2.0 * (1 - lag / (lags + 1))
        variance += twice * alike * size**2 * (leaning[:, : days - lag] * leaning[:, lag:]).sum(axis=1)
    return np.bincount(of_cluster, np.maximum(variance, 0.0), minlength=regressor.count)
