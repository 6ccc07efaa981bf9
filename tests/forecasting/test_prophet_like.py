"""The additive model: it finds effects that were put in, and answers to the future it is given."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.forecasting.options import ProphetLikeOptions
from showcase.forecasting.prophet_like import effect_factor, fit_prophet_like, predict_prophet_like
from showcase.forecasting.zoo import ModelConfig
from tests.forecasting.matrices import counting, gapped, lively, matrix_of


def forecast(matrix: SalesMatrix, cutoff: int, horizon: int, **options: object) -> Floats:
    state = fit_prophet_like(matrix.history(cutoff), ProphetLikeOptions(**options), horizon)
    return predict_prophet_like(state, matrix.future(cutoff, horizon))


@pytest.mark.parametrize(("elasticity", "uplift"), [(-1.5, 1.3), (-2.5, 1.1), (-0.8, 1.6)])
def test_it_finds_elasticity_and_uplift(elasticity: float, uplift: float) -> None:
    matrix = lively(24, 180, elasticity=elasticity, uplift=uplift)
    state = fit_prophet_like(matrix.history(), ProphetLikeOptions(), 14)
    price, promotion = state.arrays["pooled_effects"][-3:-1]
    assert price == pytest.approx(elasticity, rel=0.12)
    assert np.exp(promotion) == pytest.approx(uplift, rel=0.06)


def test_products_may_differ_in_their_elasticity() -> None:
    soft, hard = lively(12, 180, elasticity=-0.8), lively(12, 180, seed=8, elasticity=-2.4)
    both = SalesMatrix(
        np.arange(24, dtype=np.int64), np.concatenate([soft.product_ids, hard.product_ids + 50]), soft.first_day,
        np.vstack([soft.units, hard.units]), np.vstack([soft.price, hard.price]), np.vstack([soft.promo, hard.promo]),
        np.vstack([soft.stockout, hard.stockout]), soft.holiday,
    )  # fmt: skip
    effects = fit_prophet_like(both.history(), ProphetLikeOptions(), 14).arrays["effects"][:, -3]
    assert effects[:12].mean() > effects[12:].mean() + 0.8


def test_a_higher_price_sells_less_and_a_promotion_more() -> None:
    matrix = lively(8, 120)
    state = fit_prophet_like(matrix.history(106), ProphetLikeOptions(), 14)
    future = matrix.future(106, 14)
    usual = predict_prophet_like(state, future)
    dearer = predict_prophet_like(state, replace(future, price=future.price * 1.1))
    promoted = predict_prophet_like(state, replace(future, promo=np.full_like(future.promo, 0.2)))
    assert (dearer < usual).all()
    assert (promoted >= usual).all()


@given(st.integers(0, 30))
def test_wrong_signs_are_never_learnt(seed: int) -> None:
    matrix = lively(4, 60, seed=seed, elasticity=1.5, uplift=0.6)
    state = fit_prophet_like(matrix.history(), ProphetLikeOptions(), 7)
    assert (state.arrays["effects"][:, -3] <= 0).all()
    assert (state.arrays["effects"][:, -2] >= 0).all()


def test_frame_v1_does_not_read_price_or_promotion() -> None:
    matrix = lively(4, 90)
    state = fit_prophet_like(matrix.history(80), ProphetLikeOptions(feature_frame="v1"), 7)
    future = matrix.future(80, 7)
    changed = replace(future, price=future.price * 3, promo=np.full_like(future.promo, 0.5))
    np.testing.assert_array_equal(predict_prophet_like(state, changed), predict_prophet_like(state, future))


def test_the_year_is_read_from_a_year_of_days_only() -> None:
    short = fit_prophet_like(lively(2, 364).history(), ProphetLikeOptions(), 7)
    full = fit_prophet_like(lively(2, 365).history(), ProphetLikeOptions(), 7)
    assert (short.facts["yearly_order"], full.facts["yearly_order"]) == (0, 6)


def test_a_yearly_wave_goes_on() -> None:
    days = np.arange(800)
    units = np.round(200 * np.exp(0.5 * np.sin(2 * np.pi * days / 365.25)))[None, :] * np.ones((3, 1))
    matrix = matrix_of(units)
    answers = forecast(matrix, 740, 30)
    assert np.abs(answers - units[:, 740:770]).mean() < 0.08 * units.mean()
    flat = forecast(matrix, 740, 30, yearly_order=0)
    assert np.abs(flat - units[:, 740:770]).mean() > 2 * np.abs(answers - units[:, 740:770]).mean()


def test_the_fitted_days_sum_to_the_units_sold() -> None:
    matrix = lively(3, 90)
    state = fit_prophet_like(matrix.history(), ProphetLikeOptions(half_life_days=3650), 7)
    fitted = predict_prophet_like(state, matrix.future(0, 90))
    np.testing.assert_allclose(fitted.sum(axis=1), matrix.units.sum(axis=1), rtol=0.01)


def test_effect_factor_is_the_part_of_price_promotion_and_holiday() -> None:
    matrix = lively(4, 90)
    state = fit_prophet_like(matrix.history(), ProphetLikeOptions(), 7)
    usual = np.asarray(state.arrays["usual_price"])
    effects = np.asarray(state.arrays["effects"])[:, -3:]
    factor = effect_factor(state, matrix.history())
    expected = (
        effects[:, [0]] * np.log(matrix.price / usual[:, None])
        + effects[:, [1]] * (matrix.promo > 0)
        + effects[:, [2]] * matrix.holiday[None, :]
    )
    np.testing.assert_allclose(factor, np.exp(expected), rtol=1e-9)


def test_stockouts_and_gaps_leave_finite_forecasts() -> None:
    matrix = gapped(lively(4, 90), 0.3)
    assert np.isfinite(forecast(matrix, 80, 7)).all()


def test_a_series_that_never_sold_has_no_forecast_and_one_of_zeros_has_zeros() -> None:
    units = np.vstack([np.full(60, np.nan), np.zeros(60), np.full(60, 12.0)])
    answers = forecast(matrix_of(units), 50, 7)
    assert np.isnan(answers[0]).all()
    np.testing.assert_allclose(answers[1], 0, atol=1e-9)
    np.testing.assert_allclose(answers[2], 12, rtol=1e-3)


def test_prices_of_zero_or_unknown_say_nothing() -> None:
    matrix = lively(3, 90)
    price = matrix.price.copy()
    price[0, :50] = 0
    price[1, :] = np.nan
    broken = replace(matrix, price=price)
    assert np.isfinite(forecast(broken, 80, 7)).all()


def test_a_runaway_trend_is_capped() -> None:
    units = np.concatenate([np.ones(30), np.exp(np.linspace(0, 6, 30))])[None, :]
    assert forecast(matrix_of(np.hstack([units, np.ones((1, 90))])), 60, 90).max() <= (1 + units.max()) * np.e * 2


def test_later_days_do_not_change_a_forecast() -> None:
    matrix = counting(4, 60)
    changed = matrix.units.copy()
    changed[:, 40:] = 9_999_999
    assert (forecast(matrix, 40, 7) == forecast(matrix_of(changed), 40, 7)).all()


def test_the_order_of_the_series_does_not_matter() -> None:
    matrix = lively(6, 90)
    history, future = matrix.history(80), matrix.future(80, 7)
    order = np.array([4, 0, 5, 2, 1, 3])
    config = ModelConfig.of("prophet_like")
    straight = fit_model(config, history, 7).predict(future)
    turned = fit_model(config, history.select(order), 7).predict(future.select(order))
    np.testing.assert_allclose(turned, straight[order], rtol=1e-8)
