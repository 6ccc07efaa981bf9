"""Estimates of many products drawn towards their category and all of them, each as far as its own data are weak.

Empirical Bayes with three levels (Efron and Morris 1975, Journal of the American Statistical Association 70); the
spread between products by the method of moments (DerSimonian and Laird 1986, Controlled Clinical Trials 7(3)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from showcase.forecasting.history import Floats, Integers

_USUAL_WORTH = 4.0  # the usual spread weighs as much as the spread seen among so many products
_TELLING = 1 / 3  # a mean whose error is larger than this share of the prior's own is not known well enough


@dataclass(frozen=True, slots=True)
class Shrunk:
    """For each product: the value, the variance of its error, and what share of it is the product's own estimate.

    `leans_on_prior` says that the data set alone could not tell the mean of all products.
    """

    value: Floats
    variance: Floats
    own_share: Floats
    leans_on_prior: bool = False


def shrink(
    value: Floats, variance: Floats, category: Integers, usual_spread: float, prior: tuple[float, float]
) -> Shrunk:
    """Draw estimates (p,) towards the mean of their category, and that towards the mean of all categories.

    A product without an estimate has an infinite variance and takes its category's mean; usual_spread is the standard
    deviation between the products of a category, which is all there is to go by where few have estimates. `prior`, a
    value and its variance, counts as one more category where the estimates tell the mean of all too vaguely.
    """
    known = np.isfinite(variance)
    spread = spread_between(value[known], variance[known], category[known], usual_spread)
    count = int(category.max()) + 1
    mean, error = _means(value[known], variance[known] + spread, category[known], count)
    has_mean = np.isfinite(error)
    pooled, spread_above = _pool(mean[has_mean], error[has_mean], usual_spread)
    leans_on_prior = pooled[1] > prior[1] * _TELLING**2
    if leans_on_prior:
        means, errors = np.append(mean[has_mean], prior[0]), np.append(error[has_mean], prior[1])
        pooled, spread_above = _pool(means, errors, usual_spread)
    level = _drawn(mean, error, np.full(count, pooled[0]), np.full(count, pooled[1]), spread_above)
    drawn = _drawn(value, variance, level.value[category], level.variance[category], spread)
    return replace(drawn, leans_on_prior=leans_on_prior)


def _pool(means: Floats, errors: Floats, usual_spread: float) -> tuple[tuple[float, float], float]:
    """The mean of all categories with the variance of its error, and the variance between them."""
    every = np.zeros(len(means), dtype=np.int64)
    spread = spread_between(means, errors, every, usual_spread)
    (mean,), (error,) = _means(means, errors + spread, every, 1)
    return (float(mean), float(error)), spread


def spread_between(value: Floats, variance: Floats, group: Integers, usual_spread: float) -> float:
    """The variance between the members of a group beyond that of their errors."""
    weight = 1 / variance
    count = int(group.max(initial=0)) + 1
    total = np.bincount(group, weight, minlength=count)
    mean = np.bincount(group, weight * value, minlength=count) / np.where(total > 0, total, 1.0)
    freedom = len(value) - len(np.unique(group))
    scatter = float((weight * (value - mean[group]) ** 2).sum())
    squares = np.bincount(group, weight**2, minlength=count) / np.where(total > 0, total, 1.0)
    room = float(total.sum() - squares.sum())
    seen = max((scatter - freedom) / room, 0.0) if freedom > 0 and room > 0 else 0.0
    return (max(freedom, 0) * seen + _USUAL_WORTH * usual_spread**2) / (max(freedom, 0) + _USUAL_WORTH)


def _means(value: Floats, variance: Floats, group: Integers, count: int) -> tuple[Floats, Floats]:
    """The weighted mean of each group and the variance of its error, infinite for a group without members."""
    total = np.bincount(group, 1 / variance, minlength=count)
    sums = np.bincount(group, value / variance, minlength=count)
    has_members = total > 0
    mean = np.divide(sums, total, out=np.zeros(count), where=has_members)
    return mean, np.divide(1.0, total, out=np.full(count, np.inf), where=has_members)


def _drawn(value: Floats, variance: Floats, mean: Floats, mean_error: Floats, spread: float) -> Shrunk:
    known = np.isfinite(variance)
    own = np.where(known, spread / (spread + np.where(known, variance, 1.0)), 0.0)
    drawn = mean + own * (np.where(known, value, 0.0) - mean)
    left = np.where(known, own * np.where(known, variance, 0.0), spread) + (1 - own) ** 2 * mean_error
    return Shrunk(drawn, left, own)
