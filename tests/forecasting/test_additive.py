"""The straight line with a weekly shape: exact on lines, equal to least squares, deaf to stockouts."""

from datetime import date, timedelta

import numpy as np
import pytest

from showcase.forecasting.additive import fit_trend_regression, predict_trend_regression, usable_days
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.forecasting.options import TrendRegressionOptions
from tests.forecasting.matrices import MONDAY, WEEK, counting, gapped, lively, matrix_of


def forecast(matrix: SalesMatrix, cutoff: int, horizon: int, **options: object) -> Floats:
    state = fit_trend_regression(matrix.history(cutoff), TrendRegressionOptions(**options), horizon)
    return predict_trend_regression(state, matrix.future(cutoff, horizon))


def test_a_line_goes_on() -> None:
    np.testing.assert_allclose(forecast(counting(2, 60), 40, 14), counting(2, 60).units[:, 40:54], rtol=1e-6)


def test_a_line_with_a_week_goes_on() -> None:
    days = np.arange(70)
    units = (50 + 0.5 * days + 20 * WEEK[days % 7])[None, :]
    np.testing.assert_allclose(forecast(matrix_of(units), 50, 14), units[:, 50:64], rtol=1e-6)


def test_without_the_week_it_is_numpys_own_line() -> None:
    matrix = lively(3, 80)
    days = np.arange(80)
    for row, answers in enumerate(forecast(matrix, 60, 10, weekly=False)):
        slope, start = np.polyfit(days[:60], matrix.units[row, :60], 1)
        np.testing.assert_allclose(answers, start + slope * days[60:70], rtol=1e-6)


def test_with_missing_days_it_is_least_squares_over_the_known_ones() -> None:
    matrix = gapped(lively(3, 80), 0.2)
    weekdays = np.arange(80) % 7
    design = np.column_stack([np.ones(80), np.arange(80), *[weekdays == day for day in range(1, 7)]]).astype(float)
    for row, answers in enumerate(forecast(matrix, 60, 7)):
        known = ~np.isnan(matrix.units[row, :60])
        expected, *_ = np.linalg.lstsq(design[:60][known], matrix.units[row, :60][known], rcond=None)
        np.testing.assert_allclose(answers, design[60:67] @ expected, rtol=1e-5)


def test_days_before_the_window_are_left_out() -> None:
    units = np.concatenate([np.full(50, 900.0), np.full(30, 10.0)])[None, :]
    assert forecast(matrix_of(units), 70, 3, window_size=14, weekly=False)[0] == pytest.approx([10, 10, 10])


def test_stockout_days_are_not_learnt_from() -> None:
    units = np.full((1, 60), 20.0)
    stockout = np.zeros((1, 60), dtype=np.bool_)
    stockout[0, 5::6] = True
    units[stockout] = 2
    matrix = matrix_of(units, stockout=stockout)
    np.testing.assert_allclose(forecast(matrix, 50, 5), 20.0, rtol=1e-6)


def test_a_series_always_sold_out_is_learnt_from_what_there_is() -> None:
    usable, units = usable_days(matrix_of(np.full((1, 9), 2.0), stockout=np.ones((1, 9), dtype=np.bool_)).history())
    assert usable.tolist() == [[1.0] * 9]
    assert units.sum() == 18


def test_a_series_without_an_observation_has_no_forecast() -> None:
    units = np.vstack([np.full(40, np.nan), np.arange(40.0)])
    answers = forecast(matrix_of(units), 30, 5)
    assert np.isnan(answers[0]).all()
    assert np.isfinite(answers[1]).all()


def test_zeros_before_the_first_sale_teach_nothing() -> None:
    units = np.array([[0.0, 0, 3, 0, 5], [0, 0, 0, 0, 0]])
    usable, _ = usable_days(matrix_of(units).history())
    # a series that never sold keeps its zeros: they are all that is known of it
    assert usable.tolist() == [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]]


@pytest.mark.parametrize("first_day", [MONDAY, MONDAY + timedelta(days=3)])
def test_a_week_says_nothing_of_a_line_and_is_repeated(first_day: date) -> None:
    units = np.tile([8.0, 9, 10, 10, 11, 13, 12], 7)[None, :]
    answers = forecast(matrix_of(units, first_day), 7, 35)
    np.testing.assert_allclose(answers, units[:, 7:42], rtol=1e-6)


@pytest.mark.parametrize("weekly", [True, False])
def test_a_few_days_long_ago_do_not_send_the_line_below_zero(weekly: bool) -> None:
    units = np.full((3, 134), np.nan)
    units[0, 30] = 10
    units[1, [100, 101, 103] if weekly else [103]] = 10
    units[2, :120] = 10
    np.testing.assert_allclose(forecast(matrix_of(units), 120, 14, weekly=weekly), 10.0, rtol=1e-6)


def test_a_weekday_never_seen_has_the_mean_where_no_line_is_drawn() -> None:
    units = np.full((1, 60), np.nan)
    units[0, [21, 36]] = [6.0, 12.0]  # a Monday and a Tuesday
    assert forecast(matrix_of(units), 42, 7)[0] == pytest.approx([6, 12, 9, 9, 9, 9, 9])
