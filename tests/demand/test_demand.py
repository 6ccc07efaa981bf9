"""Each factor of the demand formula, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from showcase.demand import demand as formula


def whole(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_base_is_the_product_of_levels() -> None:
    levels = formula.base_level(100, np.array([0.5, 2.0]), np.array([1.0, 1.5]))
    assert levels.tolist() == [[50, 75], [200, 300]]


def test_trends() -> None:
    assert formula.trend_factor("none", 0.5, 3).tolist() == [1, 1, 1]
    assert formula.trend_factor("linear", 0.0005, 181)[[0, 100, 180]] == pytest.approx([1, 1.05, 1.09])
    assert formula.trend_factor("exponential", 0.005, 92)[[0, 1, 91]] == pytest.approx([1, 1.005, 1.005**91])


def test_the_week_is_that_of_the_contract() -> None:
    assert formula.weekday_factor(np.arange(7)).tolist() == [0.8, 0.9, 1.0, 1.0, 1.1, 1.3, 1.2]


def test_months_that_are_not_named_have_factor_one() -> None:
    assert formula.month_factor(whole(9, 10, 11, 12), {11: 1.3, 12: 1.8}).tolist() == [1, 1, 1.3, 1.8]


def test_a_promotion_lifts_by_its_products_uplift_whatever_its_depth() -> None:
    lift = formula.promotion_lift(np.array([[0, 10, 50], [0, 0, 20]]), np.array([1.2, 1.4]))
    assert lift.tolist() == [[1, 1.2, 1.2], [1, 1, 1.4]]


def test_a_lower_price_raises_demand_by_the_elasticity() -> None:
    paid = np.array([[[200, 160, 250]]])
    # (4/5)^-2 = 25/16 and (5/4)^-2 = 16/25
    assert formula.price_effect(paid, whole(200), np.array([-2.0])).tolist() == [[[1.0, 1.5625, 0.64]]]


def test_a_discount_lowers_revenue_where_demand_is_inelastic_and_raises_it_where_it_is_elastic() -> None:
    effect = formula.price_effect(np.array([[[80], [80]]]), whole(100, 100), np.array([-0.8, -2.0])).ravel()
    assert effect[0] * 0.8 < 1 < effect[1] * 0.8


def test_a_launch_climbs_in_equal_steps_from_nothing() -> None:
    ramp = formula.launch_ramp(whole(2, -1, 0), 4, 8)
    assert ramp[0].tolist() == [0, 0, 0.25, 0.5, 0.75, 1, 1, 1]
    assert ramp[1].tolist() == [1] * 8
    assert ramp[2].tolist() == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1]


def test_the_wave_is_highest_on_the_peak_day_and_lowest_half_a_year_later() -> None:
    # day number 0 is 1 January 1970, day of the year 1
    wave = formula.yearly_wave(0.1, np.array([0, 31, 214]), whole(32))
    assert wave[0, 1] == pytest.approx(1.1)
    assert wave[0, 2] == pytest.approx(0.9, abs=1e-4)
    assert wave[0, 0] == pytest.approx(1 + 0.1 * np.cos(2 * np.pi * 31 / 365.25))
    assert formula.yearly_wave(0.0, np.arange(5), whole(32)).tolist() == [[1.0] * 5]


def test_a_changepoint_shifts_the_level_from_its_day_on() -> None:
    assert formula.level_shift(whole(2, 1), np.array([0.15, 0.0]), 4).tolist() == [[1, 1, 1.15, 1.15], [1, 1, 1, 1]]


def test_weather_moves_a_category_by_its_sensitivity_and_never_below_a_tenth() -> None:
    effect = formula.weather_effect(0.1, np.array([1.0, -0.5, 0.0]), np.array([[2.0, -20.0]]))
    assert effect == pytest.approx(np.array([[[1.2, 0.1], [0.9, 2.0], [1.0, 1.0]]]))


def test_a_product_loses_when_its_siblings_are_promoted_and_not_by_its_own_promotion() -> None:
    percent_off = np.array([[20, 20], [0, 20], [0, 0], [0, 0]])
    effect = formula.substitution_effect(0.3, percent_off, whole(0, 0, 0, 1))
    # product 0 is alone on promotion on day 0; on day 1 products 0 and 1 are, so product 2 loses all of the 30 %
    assert effect == pytest.approx(np.array([[1.0, 0.85], [0.85, 0.85], [0.85, 0.7], [1.0, 1.0]]))


def test_lifecycle_grows_stays_and_declines_for_a_year_at_most() -> None:
    effect = formula.lifecycle_effect(0.001, whole(1, 0, -1), 500)
    assert effect[:, 100] == pytest.approx([1.1, 1.0, 0.9])
    assert effect[:, 499] == pytest.approx([1.365, 1.0, 0.635])


def test_noise_and_anomalies() -> None:
    assert formula.noise_factor(0.1, np.array([0.0, 1.0, -2.0])).tolist() == pytest.approx([1, 1.1, 0.8])
    drawn = np.array([0.0049, 0.0051, 0.0099, 0.0101, 0.9])
    assert formula.anomaly_factor(0.01, 2, drawn).tolist() == [2, 0.5, 0.5, 1, 1]


def test_demand_is_rounded_half_to_even_and_never_negative() -> None:
    assert formula.whole_units(np.array([2.4, 2.5, 3.5, -4.0, 7.5 - 1e-12])).tolist() == [2, 2, 4, 0, 8]
