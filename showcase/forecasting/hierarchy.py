"""Regressions of many series that share effects: all series, then each product, then each series on its own.

A three-level empirical Bayes fit (Gelman and Hill 2007, chapter 13) in closed form: level and trend belong to a series
alone and are eliminated first; what is left tells the effects of all series together, and a product departs from those,
and a series from its product, as far as their own days outweigh the prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showcase.forecasting.history import Floats, Integers

_SERIES_SHARE = 0.3  # how much of the spread between products there is between the stores of one product
_FIRST_NOISE = 0.05  # variance of ln(1 + units) to start from; the second pass takes each series' own
_NOISE_DAYS = 10.0  # a series' noise is believed against that of all series as if it had so many days less
_LEAST_NOISE = 1e-4


@dataclass(frozen=True, slots=True)
class Equations:
    """Every series' weighted least squares, own columns first, shared ones after.

    normal (n, p, p), right (n, p) and square (n,) are X'WX, X'Wy and y'Wy; days (n,) is the sum of the weights.
    """

    normal: Floats
    right: Floats
    square: Floats
    days: Floats
    own: int


@dataclass(frozen=True, slots=True)
class Priors:
    """Standard deviations before the data: own terms (o,), the spread of shared terms between products (k,), and the
    shared terms of all series (k,) around 0; `lowest` and `highest` (k,) are what a shared term may be."""

    own: Floats
    spread: Floats
    pooled: Floats
    lowest: Floats
    highest: Floats


@dataclass(frozen=True, slots=True)
class Effects:
    """own (n, o) and shared (n, k) terms of each series, and the shared ones of all series (k,)."""

    own: Floats
    shared: Floats
    pooled: Floats


def solve_hierarchy(equations: Equations, groups: Integers, priors: Priors) -> Effects:
    """The terms of every series; `groups` (n,) says which series are of one product.

    Two passes: the second weighs each series by the noise that the first one found in it.
    """
    noise = np.full(len(equations.days), _FIRST_NOISE)
    return _pass(equations, groups, priors, _noise(equations, _pass(equations, groups, priors, noise)))


def _pass(equations: Equations, groups: Integers, priors: Priors, noise: Floats) -> Effects:
    own, shared = slice(0, equations.own), slice(equations.own, equations.normal.shape[1])
    normal = equations.normal / noise[:, None, None]
    right = equations.right / noise[:, None]
    own_normal = normal[:, own, own] + np.diag(priors.own**-2.0)
    solved = np.linalg.solve(own_normal, np.concatenate([right[:, own, None], normal[:, own, shared]], axis=2))
    left_over = normal[:, shared, shared] - normal[:, shared, own] @ solved[:, :, 1:]
    evidence = right[:, shared] - (normal[:, shared, own] @ solved[:, :, :1])[:, :, 0]

    of_product, product = np.unique(groups, return_inverse=True)
    product_normal = np.zeros((len(of_product), *left_over.shape[1:]))
    product_evidence = np.zeros((len(of_product), left_over.shape[1]))
    np.add.at(product_normal, product, left_over)
    np.add.at(product_evidence, product, evidence)

    def drawn_to(centre: Floats, deviation: Floats, matrix: Floats, vector: Floats) -> Floats:
        pull = deviation**-2.0
        terms = np.linalg.solve(matrix + np.diag(pull), (vector + pull * centre)[..., None])[..., 0]
        return np.clip(terms, priors.lowest, priors.highest)

    nothing = np.zeros(left_over.shape[1])
    pooled = drawn_to(nothing, priors.pooled, product_normal.sum(axis=0), product_evidence.sum(axis=0))
    by_product = drawn_to(pooled, priors.spread, product_normal, product_evidence)
    by_series = drawn_to(by_product[product], priors.spread * _SERIES_SHARE, left_over, evidence)
    own_terms = solved[:, :, 0] - (solved[:, :, 1:] @ by_series[:, :, None])[:, :, 0]
    return Effects(own_terms, by_series, pooled)


def _noise(equations: Equations, found: Effects) -> Floats:
    """The variance of each series around its fit (n,), drawn to that of all series."""
    terms = np.concatenate([found.own, found.shared], axis=1)
    explained = 2 * (terms * equations.right).sum(axis=1)
    fitted = (terms * (equations.normal @ terms[:, :, None])[:, :, 0]).sum(axis=1)
    squares = np.maximum(equations.square - explained + fitted, 0.0)
    everyone = squares.sum() / max(equations.days.sum(), 1e-9)
    noise: Floats = (squares + _NOISE_DAYS * everyone) / (equations.days + _NOISE_DAYS)
    return np.maximum(noise, _LEAST_NOISE)
