"""Weak estimates are drawn towards their category, strong ones stay where they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.planning.shrinkage import shrink, spread_between

PRIOR = (-1.5, 0.25)


def test_the_spread_is_that_of_der_simonian_and_laird_with_the_usual_one_counted_four_times() -> None:
    # weights 1 and 1, mean 1, scatter 2 with one degree of freedom, room 2 - 2/2 = 1: the spread seen is (2 - 1) / 1
    spread = spread_between(np.array([0.0, 2.0]), np.array([1.0, 1.0]), np.array([0, 0]), 0.5)
    assert spread == pytest.approx((1 * 1.0 + 4 * 0.25) / 5)


def test_one_product_alone_has_the_usual_spread() -> None:
    assert spread_between(np.array([3.0]), np.array([1.0]), np.array([0]), 0.5) == pytest.approx(0.25)


def test_an_estimate_without_error_stays_and_a_product_without_estimate_takes_its_category() -> None:
    value = np.array([-1.0, -1.2, np.nan, -2.0, -2.2, -1.8])
    variance = np.array([1e-12, 1e-12, np.inf, 1e-12, 1e-12, 1e-12])
    category = np.array([0, 0, 0, 1, 1, 1])
    drawn = shrink(value, variance, category, 0.3, PRIOR)
    np.testing.assert_allclose(drawn.value[[0, 1, 3, 4, 5]], value[[0, 1, 3, 4, 5]], atol=1e-9)
    assert drawn.own_share[2] == 0.0
    assert -1.5 < drawn.value[2] < -1.05
    assert drawn.variance[2] > 0.01
    assert drawn.variance[0] < 1e-9


def test_a_number_from_outside_speaks_only_where_the_estimates_tell_too_little() -> None:
    value, category = np.full(6, -1.0), np.arange(6)
    for other in (-1.5, -9.0):
        told = shrink(value, np.full(6, 0.01), category, 0.1, (other, 0.25))
        assert told.value == pytest.approx(value)
        assert not told.leans_on_prior
    near, far = (shrink(value[:2], np.full(2, 0.5), category[:2], 0.1, (prior, 0.25)) for prior in (-1.5, -3.0))
    assert near.leans_on_prior
    assert (near.value > -1.5).all()
    assert (near.value < -1.2).all()
    assert (far.value < near.value).all()


def test_without_any_estimate_the_number_from_outside_is_all_there_is() -> None:
    drawn = shrink(np.full(2, np.nan), np.full(2, np.inf), np.array([0, 1]), 0.3, PRIOR)
    assert drawn.value.tolist() == pytest.approx([-1.5, -1.5])
    assert drawn.leans_on_prior
    assert (drawn.variance > PRIOR[1]).all()


def test_a_category_without_estimates_takes_the_mean_of_the_others_with_a_wider_error() -> None:
    value = np.array([-1.0, -1.0, -2.0, -2.0, -1.5, np.nan])
    variance = np.array([0.01, 0.01, 0.01, 0.01, 0.01, np.inf])
    drawn = shrink(value, variance, np.array([0, 0, 1, 1, 2, 3]), 0.3, PRIOR)
    assert drawn.value[5] == pytest.approx(-1.5, abs=0.1)
    assert drawn.variance[5] > 5 * drawn.variance[0]


estimates = st.lists(st.tuples(st.floats(-3, 0), st.floats(0.001, 1.0), st.integers(0, 2)), min_size=5, max_size=12)


@given(estimates, st.randoms(use_true_random=False))
def test_shrinking_stays_within_what_was_estimated_and_knows_no_order(
    rows: list[tuple[float, float, int]], random: object
) -> None:
    value, variance, category = (np.array(column) for column in zip(*rows, strict=True))
    drawn = shrink(value, variance, category, 0.3, PRIOR)
    assert (drawn.value >= min(value.min(), PRIOR[0]) - 1e-9).all()
    assert (drawn.value <= max(value.max(), PRIOR[0]) + 1e-9).all()
    assert (drawn.variance > 0).all()
    assert ((drawn.own_share > 0) & (drawn.own_share < 1)).all()
    order = np.arange(len(rows))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = shrink(value[order], variance[order], category[order], 0.3, PRIOR)
    np.testing.assert_allclose(again.value, drawn.value[order], atol=1e-9)
