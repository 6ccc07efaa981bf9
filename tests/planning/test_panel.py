"""Fixed effects are taken out as dummies would, and slopes are those of plain least squares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showcase.forecasting.history import Floats, Integers
from showcase.planning.panel import Regressor, demean, regress

N, D = 6, 12


def case(seed: int, missing: float = 0.2) -> tuple[np.random.Generator, Floats, list[Integers]]:
    """Weights with holes, and the cells of series and of pairs of series on a day."""
    draw = np.random.default_rng(seed)
    weights = (draw.random((N, D)) >= missing) * draw.uniform(0.2, 1.0, (N, D))
    series = np.repeat(np.arange(N)[:, None], D, axis=1)
    pair_days = (np.arange(N) // 3)[:, None] * D + np.arange(D)
    return draw, weights, [series, pair_days]


def dummies(cells: list[Integers]) -> Floats:
    columns = [numbers.ravel()[:, None] == np.arange(numbers.max() + 1) for numbers in cells]
    return np.concatenate(columns, axis=1).astype(np.float64)


def least_squares(design: Floats, outcome: Floats, weights: Floats) -> Floats:
    root = np.sqrt(weights.ravel())
    return np.linalg.lstsq(design * root[:, None], outcome.ravel() * root, rcond=None)[0]


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.4]))
@settings(max_examples=25)
def test_taking_effects_out_leaves_the_residuals_of_least_squares_on_dummies(seed: int, missing: float) -> None:
    draw, weights, cells = case(seed, missing)
    values = draw.normal(size=(N, D))
    design = dummies(cells)
    left = values.ravel() - design @ least_squares(design, values, weights)
    expected = np.where(weights.ravel() > 0, left, 0.0).reshape(N, D)
    np.testing.assert_allclose(demean(values, weights, cells), expected, atol=1e-6)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_slopes_are_those_of_least_squares_on_everything_at_once(seed: int) -> None:
    draw, weights, cells = case(seed)
    usable = (weights > 0).astype(np.float64)
    own, shared, outcome = (draw.normal(size=(N, D)) for _ in range(3))
    group = np.arange(N) // 3
    fit = regress(
        outcome,
        [Regressor(own, group, 2), Regressor(shared, np.zeros(N, dtype=np.int64), 1)],
        usable,
        cells,
        np.arange(N),
        robust=False,
    )
    columns = [np.where(group[:, None] == one, own, 0.0).ravel() for one in (0, 1)]
    design = np.column_stack([*columns, shared.ravel(), dummies(cells)])
    expected = least_squares(design, outcome, usable)
    np.testing.assert_allclose(fit.slopes.value, expected[:2], atol=1e-6)
    left = outcome.ravel() - design @ expected
    np.testing.assert_allclose(fit.residuals.ravel(), np.where(usable.ravel() > 0, left, 0.0), atol=1e-6)


def test_what_the_effects_take_out_whole_has_no_slope() -> None:
    draw, _, cells = case(1, missing=0.0)
    alike = np.repeat(draw.normal(size=(1, D)), N, axis=0)
    usable = np.ones((N, D))
    fit = regress(draw.normal(size=(N, D)), [Regressor(alike, np.arange(N) // 3, 2)], usable, cells, np.arange(N))
    assert np.isnan(fit.slopes.value).all()
    assert not fit.slopes.is_known.any()


def test_one_day_far_off_hardly_moves_a_robust_slope() -> None:
    draw = np.random.default_rng(2)
    shape = (N, 60)
    cells = [np.repeat(np.arange(N)[:, None], 60, axis=1)]
    price = draw.normal(size=shape)
    outcome = -1.5 * price + 0.1 * draw.normal(size=shape)
    outcome[0, np.argmax(price[0])] += 20.0
    regressors = [Regressor(price, np.zeros(N, dtype=np.int64), 1)]
    usable = np.ones(shape)
    plain = regress(outcome, regressors, usable, cells, np.arange(N), robust=False).slopes.value[0]
    robust = regress(outcome, regressors, usable, cells, np.arange(N)).slopes.value[0]
    assert abs(plain + 1.5) > 0.1
    assert abs(robust + 1.5) < 0.02


@pytest.mark.parametrize("alike", [0.0, 0.7])
def test_the_stated_error_is_the_error_that_repeated_draws_have(alike: float) -> None:
    slopes, errors = [], []
    n, d = 8, 80
    cells = [np.repeat(np.arange(n)[:, None], d, axis=1)]
    for seed in range(150):
        draw = np.random.default_rng(seed)
        price = np.cumsum(draw.normal(size=(n, d)) * (draw.random((n, d)) < 0.05), axis=1)
        noise = draw.normal(size=(n, d))
        for day in range(1, d):
            noise[:, day] = alike * noise[:, day - 1] + np.sqrt(1 - alike**2) * noise[:, day]
        group = np.zeros(n, dtype=np.int64)
        fit = regress(-price + 0.1 * noise, [Regressor(price, group, 1)], np.ones((n, d)), cells, np.arange(n))
        slopes.append(fit.slopes.value[0])
        errors.append((slopes[-1] + 1) / np.sqrt(fit.slopes.variance[0]))
    assert abs(np.mean(slopes) + 1) < 0.01
    assert 0.8 < np.std(errors) < 1.35
