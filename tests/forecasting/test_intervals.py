"""Prediction intervals: quantiles by hand, buckets, honest coverage on drawn errors."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import IntegrityError, InvalidInputError
from showcase.forecasting.history import Floats
from showcase.forecasting.intervals import IntervalTable, Residuals, calibrate
from tests.forecasting.matrices import matrix_of


def test_quantiles_are_the_finite_sample_ones() -> None:
    # of the errors 1 .. 99 the (99 + 1) * 0.9 = 90th is the upper bound at 80 percent, the 10th the lower
    errors = np.arange(1.0, 100.0)[None, :] - 50
    low, high = calibrate([Residuals(errors, np.array([1.0]))]).bounds(np.array([[100.0]]), np.array([1.0]), 80)
    assert (low[0, 0], high[0, 0]) == (60.0, 140.0)


def test_errors_are_measured_by_the_size_of_their_series() -> None:
    errors = np.arange(1.0, 100.0)[None, :] - 50
    table = calibrate([Residuals(10 * errors, np.array([10.0]))])
    low, high = table.bounds(np.array([[500.0]]), np.array([2.0]), 80)
    assert (low[0, 0], high[0, 0]) == (420.0, 580.0)


def test_too_few_errors_give_the_furthest_one_seen() -> None:
    table = calibrate([Residuals(np.array([[-3.0, 1.0, 4.0]]), np.array([1.0]))])
    low, high = table.bounds(np.array([[10.0]]), np.array([1.0]), 95)
    assert (low[0, 0], high[0, 0]) == (7.0, 14.0)


def test_the_lower_bound_is_never_below_zero() -> None:
    table = calibrate([Residuals(np.array([[-30.0, 30.0]]), np.array([1.0]))])
    low, high = table.bounds(np.array([[5.0]]), np.array([1.0]), 80)
    assert (low[0, 0], high[0, 0]) == (0.0, 35.0)


def test_a_forecast_lies_inside_its_interval_even_where_every_error_had_one_sign() -> None:
    table = calibrate([Residuals(np.array([[5.0, 6.0, 7.0]]), np.array([1.0]))])
    low, high = table.bounds(np.array([[10.0]]), np.array([1.0]), 80)
    assert low[0, 0] <= 10 <= high[0, 0]


def test_later_days_get_their_own_width() -> None:
    draw = np.random.default_rng(0)
    errors = draw.normal(0, 1, (100, 28))
    errors[:, 14:] *= 5
    low, high = calibrate([Residuals(errors, np.ones(100))]).bounds(np.full((1, 28), 100.0), np.ones(1), 80)
    width = (high - low)[0]
    assert width[20] > 3 * width[3]


def test_large_and_small_series_get_their_own_width() -> None:
    draw = np.random.default_rng(0)
    scale = np.repeat([1.0, 10.0, 100.0], 60)
    errors = draw.normal(0, 1, (180, 7)) * np.sqrt(scale)[:, None]
    table = calibrate([Residuals(errors, scale)])
    assert len(table.edges) == 2
    low, high = table.bounds(np.full((2, 1), 1000.0), np.array([1.0, 100.0]), 80)
    assert (high - low)[1, 0] == pytest.approx((high - low)[0, 0] * 10, rel=0.3)


@given(st.integers(0, 50), st.sampled_from([80, 95]))
def test_new_errors_of_the_same_kind_are_covered_as_promised(seed: int, level: int) -> None:
    draw = np.random.default_rng(seed)

    def errors() -> Floats:
        return draw.gamma(2.0, 1.0, (80, 14)) - 2.0

    scale = draw.uniform(1, 50, 80)
    table = calibrate([Residuals(errors() * scale[:, None], scale) for _ in range(2)])
    forecast = np.full((80, 14), 1000.0)
    low, high = table.bounds(forecast, scale, level)
    actual = forecast + errors() * scale[:, None]
    assert np.mean((actual >= low) & (actual <= high)) == pytest.approx(level / 100, abs=0.06)


def test_days_without_an_actual_are_left_out() -> None:
    errors = np.array([[1.0, np.nan, 3.0]])
    assert calibrate([Residuals(errors, np.ones(1))]).counts.max() == 2


def test_no_error_at_all_is_refused() -> None:
    for folds in ([], [Residuals(np.full((2, 3), np.nan), np.ones(2))]):
        with pytest.raises(InvalidInputError, match="found none"):
            calibrate(folds)


def test_a_table_goes_round_through_json() -> None:
    draw = np.random.default_rng(0)
    table = calibrate([Residuals(draw.normal(size=(90, 14)), draw.uniform(1, 9, 90))])
    back = IntervalTable.from_json(json.loads(json.dumps(table.to_json())))
    assert back.edges == table.edges
    np.testing.assert_array_equal(back.quantiles, table.quantiles)
    np.testing.assert_array_equal(back.counts, table.counts)


@pytest.mark.parametrize(
    "change",
    [
        {"edges": [3.0, 1.0]},
        {"edges": []},
        {"levels": [50, 90]},
        {"quantiles": [[1.0]]},
        {"quantiles": None},
        {"horizon_buckets": ["1-7"]},
    ],
)
def test_another_table_is_refused(change: dict[str, object]) -> None:
    draw = np.random.default_rng(0)
    raw = calibrate([Residuals(draw.normal(size=(90, 14)), draw.uniform(1, 9, 90))]).to_json()
    with pytest.raises(IntegrityError):
        IntervalTable.from_json({**raw, **change})


def test_the_size_of_a_series_is_its_mean_over_eight_weeks() -> None:
    units = np.vstack([np.r_[np.full(44, 90.0), np.full(56, 4.0)], np.zeros(100), np.full(100, np.nan)])
    assert matrix_of(units).history().scale.tolist() == [4.0, 0.1, 0.1]
