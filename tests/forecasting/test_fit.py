"""Fitted models: what they refuse, and the long frames they make."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from showcase.errors import InvalidInputError
from showcase.forecasting.fit import fit_model, forecast_frame
from showcase.forecasting.history import carried_future
from showcase.forecasting.intervals import Residuals, calibrate
from showcase.forecasting.zoo import ModelConfig
from tests.forecasting.matrices import counting, lively, matrix_of

INTERVALS = calibrate([Residuals(np.array([[-1.0, 0.0, 1.0, 2.0]]), np.array([1.0]))])


def test_days_beyond_the_reach_are_refused() -> None:
    matrix = counting(1, 40)
    model = fit_model(ModelConfig.of("naive"), matrix.history(20), reach=10)
    assert model.predict(matrix.future(23, 7)).shape == (1, 7)
    for start, horizon in ((24, 7), (10, 5), (19, 2)):
        with pytest.raises(InvalidInputError, match="reaches 10 days ahead"):
            model.predict(matrix.future(start, horizon))


def test_other_series_are_refused() -> None:
    model = fit_model(ModelConfig.of("naive"), counting(2, 20).history(10), 5)
    with pytest.raises(InvalidInputError, match="2 series were expected in the future, found 3"):
        model.predict(counting(3, 20).future(10, 5))


def test_the_long_frame_has_a_row_for_each_series_and_day() -> None:
    matrix = lively(3, 60)
    model = fit_model(ModelConfig.of("seasonal_naive"), matrix.history(40), 9)
    future = matrix.future(42, 7)
    frame = forecast_frame(model, future, INTERVALS)
    assert frame.columns == [
        "store_id", "product_id", "cutoff", "date", "step", "model", "forecast", "lo80", "hi80", "lo95", "hi95",
    ]  # fmt: skip
    assert frame.height == 21
    assert frame["step"].to_list()[:8] == [1, 2, 3, 4, 5, 6, 7, 1]
    assert frame["date"][0] == matrix.day(42)
    assert set(frame["cutoff"]) == {matrix.day(39)}
    assert frame["forecast"].to_numpy().reshape(3, 7).tolist() == model.predict(future).tolist()
    assert frame.filter((frame["lo80"] > frame["forecast"]) | (frame["hi80"] < frame["forecast"])).height == 0
    assert frame.filter((frame["lo95"] > frame["lo80"]) | (frame["hi95"] < frame["hi80"])).height == 0
    assert frame["lo95"].min() >= 0


def test_a_series_without_a_forecast_is_null_in_the_frame() -> None:
    matrix = matrix_of(np.vstack([np.full(20, np.nan), np.ones(20)]))
    model = fit_model(ModelConfig.of("naive"), matrix.history(), 3)
    frame = forecast_frame(model, carried_future(matrix.history(), 3), INTERVALS)
    assert frame["forecast"].to_list() == [None, None, None, 1, 1, 1]
    assert frame["hi95"].null_count() == 3


def test_the_cutoff_is_the_last_day_of_the_history() -> None:
    matrix = counting(1, 30)
    assert fit_model(ModelConfig.of("naive"), matrix.history(12), 5).cutoff == matrix.first_day + timedelta(days=11)


@pytest.mark.parametrize("name", ["prophet_like", "lightgbm"])
def test_a_what_if_is_a_changed_future(name: str) -> None:
    pytest.importorskip("lightgbm", reason="the tree models are an extra")
    matrix = lively(6, 120)
    model = fit_model(ModelConfig.of(name), matrix.history(106), 14)
    future = matrix.future(106, 14)
    price = future.price.copy()
    price[0, 3:6] *= 1.2
    moved = model.predict(replace(future, price=price)) - model.predict(future)
    assert (moved[0, 3:6] < 0).all()
    untouched = np.ones(moved.shape, dtype=np.bool_)
    untouched[0, 3:6] = False
    assert (moved[untouched] == 0).all()
