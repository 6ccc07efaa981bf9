"""The five baselines: by hand, against statsforecast, and by their properties."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from showcase.forecasting.baselines import last_known, mean_known
from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from tests.forecasting.matrices import counting, gapped, lively, matrix_of

BASELINES = ("naive", "seasonal_naive", "moving_average", "weighted_moving_average", "seasonal_average")
nan = float("nan")


def forecast(matrix: SalesMatrix, name: str, horizon: int = 7, gap: int = 0, **options: int) -> Floats:
    """The forecast of the `horizon` days that follow the whole matrix, after a gap."""
    from showcase.forecasting.history import carried_future

    history = matrix.history()
    model = fit_model(ModelConfig.of(name, **options), history, gap + horizon)
    return model.predict(carried_future(history, horizon, gap))


def one(*values: float) -> SalesMatrix:
    return matrix_of(np.array([values]))


def test_naive_repeats_the_last_known_value() -> None:
    assert forecast(one(1, 2, 3, nan), "naive", 2).tolist() == [[3.0, 3.0]]


def test_seasonal_naive_repeats_the_last_week_by_weekday() -> None:
    assert forecast(one(*range(1, 15)), "seasonal_naive", 9).tolist() == [[8, 9, 10, 11, 12, 13, 14, 8, 9]]


def test_seasonal_naive_keeps_the_weekday_across_a_gap() -> None:
    assert forecast(one(*range(1, 15)), "seasonal_naive", 3, gap=2).tolist() == [[10, 11, 12]]


def test_seasonal_naive_looks_a_week_further_back_for_a_missing_day() -> None:
    assert forecast(one(*range(1, 8), 8, nan, 10, 11, 12, 13, 14), "seasonal_naive", 2).tolist() == [[8, 2]]


def test_seasonal_naive_takes_the_last_known_value_for_a_weekday_never_seen() -> None:
    assert forecast(one(1, 2, 3), "seasonal_naive", 7).tolist() == [[3, 3, 3, 3, 1, 2, 3]]


def test_moving_average_is_the_mean_of_the_last_days() -> None:
    assert forecast(one(100, 1, 2, 3, 6), "moving_average", 1, window_size=4).tolist() == [[3.0]]


def test_moving_average_skips_missing_days_and_never_reads_them_as_zero() -> None:
    assert forecast(one(100, 1, nan, 3, nan), "moving_average", 1, window_size=4).tolist() == [[2.0]]


def test_moving_average_falls_back_to_the_last_known_value() -> None:
    assert forecast(one(5, 7, nan, nan), "moving_average", 1, window_size=2).tolist() == [[7.0]]


def test_weighted_moving_average_weighs_one_two_three() -> None:
    # (1 * 2 + 2 * 5 + 3 * 8) / 6
    assert forecast(one(99, 2, 5, 8), "weighted_moving_average", 1, window_size=3).tolist() == [[6.0]]


def test_weighted_moving_average_leaves_a_missing_day_out_of_the_weights_too() -> None:
    # (1 * 2 + 3 * 8) / 4
    assert forecast(one(99, 2, nan, 8), "weighted_moving_average", 1, window_size=3).tolist() == [[6.5]]


def test_seasonal_average_is_the_mean_of_the_same_weekday() -> None:
    weeks = [1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]
    assert forecast(one(*weeks), "seasonal_average", 2, seasons=2).tolist() == [[5.5, 0.0]]
    assert forecast(one(*weeks), "seasonal_average", 2).tolist() == [[4.0, 0.0]]


def test_leading_missing_days_change_nothing() -> None:
    assert forecast(one(nan, nan, 4, 6), "moving_average", 1).tolist() == [[5.0]]


@pytest.mark.parametrize("name", BASELINES)
def test_a_series_without_an_observation_has_no_forecast(name: str) -> None:
    units = np.vstack([np.full(20, nan), np.arange(20.0)])
    answers = forecast(matrix_of(units), name)
    assert np.isnan(answers[0]).all()
    assert np.isfinite(answers[1]).all()


@pytest.mark.parametrize("name", BASELINES)
def test_no_forecast_is_below_zero(name: str) -> None:
    assert (forecast(matrix_of(np.full((1, 20), -3.0)), name) == 0).all()


@pytest.mark.parametrize("name", BASELINES)
def test_later_days_do_not_change_a_forecast(name: str) -> None:
    matrix = counting(3, 60)
    changed = matrix.units.copy()
    changed[:, 40:] = 9_999_999
    config = ModelConfig.of(name)
    future = matrix.future(42, 7)
    before = fit_model(config, matrix.history(40), 9).predict(future)
    after = fit_model(config, matrix_of(changed).history(40), 9).predict(future)
    assert (before == after).all()
    assert before.max() <= 2040


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("naive", "Naive"),
        ("seasonal_naive", "SeasonalNaive"),
        ("moving_average", "WindowAverage"),
        ("seasonal_average", "SeasonalWindowAverage"),
    ],
)
def test_baselines_are_those_of_statsforecast(name: str, theirs: str) -> None:
    models = pytest.importorskip("statsforecast.models", reason="statsforecast is the oracle of the baselines")
    arguments = {
        "Naive": {},
        "SeasonalNaive": {"season_length": 7},
        "WindowAverage": {"window_size": 28},
        "SeasonalWindowAverage": {"season_length": 7, "window_size": 4},
    }[theirs]
    matrix = lively(12, 80)
    ours = forecast(matrix, name, 14)
    for row, units in enumerate(matrix.units):
        expected = getattr(models, theirs)(**arguments).forecast(y=units.copy(), h=14)["mean"]
        np.testing.assert_allclose(ours[row], expected, rtol=1e-9)


numbers = hnp.arrays(np.float64, (4, 25), elements=st.one_of(st.integers(0, 500).map(float), st.just(nan)))


@settings(max_examples=40)
@given(numbers, st.permutations(range(4)), st.sampled_from(BASELINES))
def test_the_order_of_the_series_does_not_matter(units: Floats, order: list[int], name: str) -> None:
    straight = forecast(matrix_of(units), name)
    np.testing.assert_array_equal(forecast(matrix_of(units[order]), name), straight[order])


@settings(max_examples=40)
@given(numbers, st.sampled_from(BASELINES))
def test_twice_the_units_give_twice_the_forecast(units: Floats, name: str) -> None:
    np.testing.assert_allclose(forecast(matrix_of(4 * units), name), 4 * forecast(matrix_of(units), name), rtol=1e-12)


@settings(max_examples=40)
@given(numbers, st.sampled_from(BASELINES))
def test_a_forecast_lies_between_the_least_and_the_most_ever_sold(units: Floats, name: str) -> None:
    answers = forecast(matrix_of(units), name)
    for row, values in enumerate(units):
        known = values[~np.isnan(values)]
        if known.size:
            assert (answers[row] >= known.min() - 1e-9).all()
            assert (answers[row] <= known.max() + 1e-9).all()
        else:
            assert np.isnan(answers[row]).all()


def test_seasons_count_from_the_calendar_and_not_from_the_first_day() -> None:
    matrix = lively(2, 60)
    later = SalesMatrix(
        matrix.store_ids, matrix.product_ids, matrix.first_day + timedelta(days=3), matrix.units[:, 3:],
        matrix.price[:, 3:], matrix.promo[:, 3:], matrix.stockout[:, 3:], matrix.holiday[3:],
    )  # fmt: skip
    np.testing.assert_array_equal(forecast(later, "seasonal_average"), forecast(matrix, "seasonal_average"))


def test_last_known_and_mean_known_by_hand() -> None:
    units = np.array([[1.0, 2.0, nan], [nan, nan, nan], [4.0, nan, 6.0]])
    np.testing.assert_array_equal(last_known(units), [2.0, nan, 6.0])
    np.testing.assert_array_equal(mean_known(units), [1.5, nan, 5.0])
    np.testing.assert_array_equal(mean_known(units, np.array([1.0, 1.0, 3.0])), [1.5, nan, 5.5])


def test_gaps_in_a_series_leave_a_usable_forecast() -> None:
    for name in BASELINES:
        assert np.isfinite(forecast(gapped(lively(4, 60), 0.3), name)).all()
