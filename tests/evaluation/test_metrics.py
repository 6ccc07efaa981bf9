"""Scores by hand, against utilsforecast, pooled over any grouping, and undefined where they are."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from showcase.evaluation.metrics import BUCKET, METRICS, SUMS, pool, score_parts, seasonal_scale
from showcase.forecasting.history import Floats

nan = float("nan")


def parts_of(
    actual: Floats, forecast: Floats, scale: Floats | None = None, width: float = 1.0, **keys: object
) -> pl.DataFrame:
    n = len(actual)
    bounds = {
        "lo80": forecast - width,
        "hi80": forecast + width,
        "lo95": forecast - 2 * width,
        "hi95": forecast + 2 * width,
    }
    return score_parts(
        str(keys.get("model", "m")),
        int(str(keys.get("fold", 1))),
        (np.arange(1, n + 1, dtype=np.int64), np.full(n, 7, dtype=np.int64)),
        actual,
        forecast,
        bounds,
        np.ones(n) if scale is None else scale,
    )


ACTUAL = np.array([[10.0, 0.0, 20.0], [4.0, nan, 6.0]])
FORECAST = np.array([[8.0, 0.0, 23.0], [5.0, 3.0, 2.0]])


def test_scores_by_hand() -> None:
    scores = pool(parts_of(ACTUAL, FORECAST, scale=np.array([2.0, 4.0]))).row(0, named=True)
    # errors 2 0 -3 | -1 4; actuals 10 0 20 | 4 6
    assert scores["n"] == 5
    assert scores["wape"] == pytest.approx(100 * 10 / 40)
    assert scores["mae"] == pytest.approx(2.0)
    assert scores["rmse"] == pytest.approx(math.sqrt(30 / 5))
    assert scores["bias"] == pytest.approx(2 / 5)
    assert scores["smape"] == pytest.approx(200 * (2 / 18 + 0 + 3 / 43 + 1 / 9 + 4 / 8) / 5)
    assert scores["mase"] == pytest.approx(10 / (3 * 2 + 2 * 4))
    assert scores["coverage80"] == pytest.approx(100 * 2 / 5)
    assert scores["coverage95"] == pytest.approx(100 * 3 / 5)


def test_a_bias_above_zero_says_the_forecast_was_too_low() -> None:
    assert pool(parts_of(np.array([[10.0]]), np.array([[7.0]])))["bias"][0] == 3


def test_pooled_wape_is_not_the_mean_of_the_series() -> None:
    actual, forecast = np.array([[100.0], [1.0]]), np.array([[90.0], [3.0]])
    parts = parts_of(actual, forecast)
    assert pool(parts)["wape"][0] == pytest.approx(100 * 12 / 101)
    assert pool(parts, ("model", "store_id"))["wape"].to_list() == pytest.approx([10.0, 200.0])


def test_an_all_zero_window_has_no_wape_and_is_counted() -> None:
    actual, forecast = np.array([[0.0, 0.0], [5.0, 5.0]]), np.array([[1.0, 0.0], [5.0, 4.0]])
    parts = parts_of(actual, forecast)
    by_series = pool(parts, ("model", "store_id"))
    assert by_series["wape"].to_list() == [None, 10.0]
    assert by_series["windows_without_wape"].to_list() == [1, 0]
    assert by_series["mae"].to_list() == [0.5, 0.5]
    whole = pool(parts)
    assert whole["wape"][0] == pytest.approx(20.0)
    assert (whole["windows"][0], whole["windows_without_wape"][0]) == (2, 1)


def test_no_undefined_score_is_ever_infinite_or_nan() -> None:
    scores = pool(parts_of(np.zeros((1, 3)), np.zeros((1, 3)), scale=np.array([nan]))).row(0, named=True)
    assert scores["wape"] is None
    assert scores["mase"] is None
    assert scores["smape"] == 0
    assert scores["windows_without_mase"] == 1


def test_a_constant_series_has_no_mase_and_does_not_spoil_the_others() -> None:
    actual, forecast = np.array([[5.0], [8.0]]), np.array([[6.0], [4.0]])
    scores = pool(parts_of(actual, forecast, scale=np.array([0.0, 2.0])))
    assert scores["mase"][0] == pytest.approx(2.0)
    assert scores["windows_without_mase"][0] == 1


def test_a_day_without_a_forecast_is_counted_and_not_scored() -> None:
    scores = pool(parts_of(np.array([[5.0, 6.0]]), np.array([[5.0, nan]]))).row(0, named=True)
    assert (scores["n"], scores["unforecast"]) == (1, 1)


def test_scores_are_kept_by_horizon_bucket() -> None:
    actual = np.ones((1, 40))
    forecast = np.concatenate([np.full(7, 1.0), np.full(7, 2.0), np.full(14, 3.0), np.full(12, 4.0)])[None, :]
    by_bucket = pool(parts_of(actual, forecast), (BUCKET,))
    assert dict(zip(by_bucket[BUCKET], by_bucket["mae"], strict=True)) == {"1-7": 0, "8-14": 1, "15-28": 2, "29+": 3}


def test_nothing_to_score_gives_nothing() -> None:
    parts = parts_of(np.full((2, 3), nan), FORECAST)
    assert parts.height == 0
    assert parts.columns == ["model", "fold", "store_id", "product_id", BUCKET, *SUMS]
    assert pool(parts).height == 0


def test_seasonal_scale_is_the_mean_difference_between_equal_weekdays() -> None:
    units = np.vstack([np.arange(21.0), np.r_[np.full(7, 2.0), nan, np.full(6, 5.0), np.full(7, 5.0)]])
    # 6 differences of 3, then 6 of 0 and one unknown
    np.testing.assert_allclose(seasonal_scale(units), [7.0, 18 / 12])
    assert np.isnan(seasonal_scale(units[:, :7])).all()


FEW = settings(max_examples=25)
matrices = hnp.arrays(np.float64, (3, 20), elements=st.integers(0, 60).map(float))


@FEW
@given(matrices, matrices)
def test_scores_agree_with_utilsforecast_to_nine_digits(actual: Floats, forecast: Floats) -> None:
    losses = pytest.importorskip("utilsforecast.losses")
    training = np.random.default_rng(0).poisson(9, (3, 50)).astype(float)
    parts = parts_of(actual, forecast, scale=seasonal_scale(training), width=4)
    ours = pool(parts, ("store_id",))
    ids = np.repeat([1, 2, 3], 20)
    theirs = pd.DataFrame({"unique_id": ids, "y": actual.ravel(), "m": forecast.ravel()})
    theirs["m-lo-80"], theirs["m-hi-80"] = theirs["m"] - 4, theirs["m"] + 4
    train = pd.DataFrame({"unique_id": np.repeat([1, 2, 3], 50), "y": training.ravel()})
    expected = {
        "mae": losses.mae(theirs, ["m"])["m"],
        "rmse": losses.rmse(theirs, ["m"])["m"],
        "smape": 200 * losses.smape(theirs, ["m"])["m"],
        "bias": -losses.bias(theirs, ["m"])["m"],
        "mase": losses.mase(theirs, ["m"], seasonality=7, train_df=train)["m"],
        "coverage80": 100 * losses.coverage(theirs, ["m"], level=80)["m"],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(ours[name].to_numpy(), values, rtol=1e-9, atol=1e-9, err_msg=name)
    with np.errstate(invalid="ignore", divide="ignore"):
        wape = 100 * losses.wape(theirs, ["m"])["m"].to_numpy()
    for mine, other in zip(ours["wape"], wape, strict=True):
        assert (mine is None) == (not np.isfinite(other))
        assert mine is None or mine == pytest.approx(other, rel=1e-9)


def same(left: list[float | None], right: list[float | None]) -> bool:
    """Whether both are undefined in the same places and equal elsewhere."""
    return len(left) == len(right) and all(
        one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-12)
        for one, other in zip(left, right, strict=True)
    )


@FEW
@given(matrices, matrices, st.permutations(range(3)))
def test_the_order_of_the_parts_does_not_matter(actual: Floats, forecast: Floats, order: list[int]) -> None:
    parts = parts_of(actual, forecast)
    straight, turned = pool(parts), pool(parts[[place for row in order for place in range(3 * row, 3 * row + 3)]])
    for name in METRICS:
        assert same(turned[name].to_list(), straight[name].to_list())


@FEW
@given(matrices, matrices)
def test_scores_of_any_grouping_are_those_of_the_days_themselves(actual: Floats, forecast: Floats) -> None:
    parts = pl.concat(
        [parts_of(actual[:, :10], forecast[:, :10], fold=1), parts_of(actual[:, 10:], forecast[:, 10:], fold=2)]
    )
    by_fold = pool(parts, ("fold",))
    for fold, days in ((1, slice(0, 10)), (2, slice(10, 20))):
        error = actual[:, days] - forecast[:, days]
        scores = by_fold.filter(pl.col("fold") == fold).row(0, named=True)
        assert scores["mae"] == pytest.approx(np.abs(error).mean())
        assert scores["rmse"] == pytest.approx(np.sqrt((error**2).mean()))
    whole = pool(parts, ())
    assert whole.height == 1
    assert whole["abs_error"][0] == pytest.approx(np.abs(actual - forecast).sum())


@FEW
@given(matrices, matrices)
def test_larger_units_change_errors_and_not_ratios(actual: Floats, forecast: Floats) -> None:
    small, large = (
        pool(parts_of(actual, forecast)),
        pool(parts_of(8 * actual, 8 * forecast, width=8, scale=np.full(3, 8.0))),
    )
    for name in ("wape", "smape", "mase", "coverage80"):
        assert same(large[name].to_list(), small[name].to_list())
    assert large["mae"][0] == pytest.approx(8 * small["mae"][0])
