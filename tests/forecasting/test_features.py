"""Feature frames: by hand, and without a look ahead."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from showcase.forecasting import tree_rows
from showcase.forecasting.day_columns import Days
from showcase.forecasting.features import AT_CUTOFF, FRAME_V1, FRAME_V2, IN_ADVANCE, TARGET, build_frame
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.past_columns import Past
from showcase.forecasting.rolling import rolling_mean, rolling_std
from showcase.forecasting.tree_rows import column_names, forecast_rows, snapshot, training_rows
from tests.forecasting.matrices import counting, gapped, lively, matrix_of

REACH = 14
nan = float("nan")


def test_v2_is_v1_and_more() -> None:
    v1, v2 = ([column.name for column in frame.columns] for frame in (FRAME_V1, FRAME_V2))
    assert v2[: len(v1)] == v1
    assert len(set(v2)) == len(v2)
    assert {"lag_1", "lag_7", "lag_14", "rolling_mean_7", "rolling_std_14", "weekday"} <= set(v1)
    assert {
        "relative_price",
        "on_bogo",
        "days_to_holiday",
        "days_since_launch",
        "stock_days",
        "weather_7",
    } <= set(v2)


def test_every_column_is_made_in_exactly_one_way_that_its_safety_class_allows() -> None:
    for column in FRAME_V2.columns:
        ways = [column.of_day is not None, column.of_past is not None, column.weeks_back > 0]
        assert sum(ways) == 1, column.name
        assert (column.safety == IN_ADVANCE) == (column.of_day is not None), column.name
        assert column.safety in (IN_ADVANCE, AT_CUTOFF, TARGET)


def test_a_row_says_what_was_known_the_evening_before() -> None:
    frame = build_frame(FRAME_V1, counting(1, 30).history())
    row = frame.row(29, named=True)
    assert row["date"] == date(2026, 6, 30)
    assert (row["lag_1"], row["lag_7"], row["lag_14"], row["lag_28"]) == (29, 23, 16, 2)
    assert row["rolling_mean_7"] == pytest.approx(26)
    assert row["rolling_mean_14"] == pytest.approx(22.5)
    assert row["rolling_std_7"] == pytest.approx(2.0)
    assert (row["weekday"], row["day_of_month"], row["month"]) == (1, 30, 6)
    assert frame.row(0, named=True)["lag_1"] is None


def test_lags_and_means_never_reach_their_own_day() -> None:
    frame = build_frame(FRAME_V1, counting(1, 60).history())
    day = pl.int_range(1, 61, eager=True)
    for column in FRAME_V1.columns:
        if column.in_units and not column.name.startswith("rolling_std"):
            late = frame[column.name].fill_null(0) >= day
            assert not late.any(), column.name


@pytest.mark.parametrize("cut", [20, 33])
def test_later_days_change_no_column_of_an_earlier_row(cut: int) -> None:
    matrix = counting(2, 50)
    units = matrix.units.copy()
    units[:, cut:] = 9_999_999
    on_hand = np.arange(50.0)[None, :] + np.zeros((2, 1))
    changed_stock = on_hand.copy()
    changed_stock[:, cut:] = 0
    before = build_frame(FRAME_V2, replace(matrix, on_hand=on_hand, signals={"weather": on_hand}).history())
    after = build_frame(
        FRAME_V2, replace(matrix, units=units, on_hand=changed_stock, signals={"weather": changed_stock}).history()
    )
    last = matrix.day(cut)
    assert before.filter(pl.col("date") <= last).equals(after.filter(pl.col("date") <= last))
    assert not before.equals(after)


def test_the_rows_a_tree_learns_from_read_nothing_after_their_own_cutoff() -> None:
    matrix = counting(2, 90)
    history = matrix.history()
    past, days = Past.of(history), Days.of(history)
    rows = training_rows(FRAME_V1, past, days, REACH)
    names = column_names(FRAME_V1)
    step = rows.inputs[:, names.index("step")]
    level = np.exp(rows.inputs[:, names.index("log_level")])
    cutoff_value = past.units[rows.series, rows.day] - step
    for column in FRAME_V1.columns:
        if column.in_units and not column.name.startswith("rolling_std"):
            values = rows.inputs[:, names.index(column.name)] * level
            known = ~np.isnan(values)
            assert (values[known] <= cutoff_value[known] + 1e-6).all(), column.name
    assert set(step.astype(int)) == set(range(1, REACH + 1))


def test_the_rows_of_a_forecast_are_those_a_later_training_would_make() -> None:
    matrix = gapped(lively(3, 100))
    cutoff = 80
    history, longer = matrix.history(cutoff), matrix.history(cutoff + REACH)
    usual = Days.of(history).usual
    ahead = forecast_rows(
        FRAME_V2, snapshot(FRAME_V2, Past.of(history)), Days.ahead(matrix.future(cutoff, REACH), usual, []), 1
    )
    trained = training_rows(FRAME_V2, Past.of(longer), Days.of(longer), REACH)
    names = column_names(FRAME_V2)
    steps = trained.inputs[:, names.index("step")].astype(int)
    same_cutoff = trained.day - steps == cutoff - 1
    assert same_cutoff.any()
    # prices are told from a median of the history, which grew; holidays near the edge are known further ahead
    skipped = ("price", "holiday")
    for place, name in enumerate(names):
        if any(word in name for word in skipped):
            continue
        mine = ahead.inputs[trained.series[same_cutoff] * REACH + steps[same_cutoff] - 1, place]
        np.testing.assert_allclose(mine, trained.inputs[same_cutoff, place], rtol=1e-9, err_msg=name)


def test_steps_meet_every_weekday() -> None:
    history = counting(1, 400).history()
    rows = training_rows(FRAME_V1, Past.of(history), Days.of(history), 7)
    names = column_names(FRAME_V1)
    pairs = {(int(row[names.index("step")]), int(row[names.index("weekday")])) for row in rows.inputs}
    assert len(pairs) == 49


@pytest.mark.parametrize(("closed", "nth"), [([], 7), ([], 14), ([6], 2), ([6], 6)])
def test_leaving_rows_out_leaves_no_weekday_out(closed: list[int], nth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    units = np.ones((40, 364))
    units[:, np.isin(np.arange(364) % 7, closed)] = nan
    history = matrix_of(units).history()
    known = int((~np.isnan(units)).sum())
    monkeypatch.setattr(tree_rows, "_MOST_ROWS", known // nth)
    rows = training_rows(FRAME_V1, Past.of(history), Days.of(history), REACH)
    names = column_names(FRAME_V1)
    weekday, step = (rows.inputs[:, names.index(name)].astype(int) for name in ("weekday", "step"))
    open_days = [day for day in range(7) if day not in closed]
    assert len(rows.day) == pytest.approx(known / nth, rel=0.05)
    assert np.bincount(weekday, minlength=7)[open_days].min() > 0.8 * len(rows.day) / len(open_days)
    assert np.bincount(step)[1:].min() > 0.8 * len(rows.day) / REACH


def test_rolling_by_hand() -> None:
    values = np.array([[nan, 2.0, 4.0, nan, 9.0]])
    np.testing.assert_allclose(rolling_mean(values, 2), [[nan, 2, 3, 4, 9]])
    np.testing.assert_allclose(rolling_std(values, 3), [[nan, 0, 1, 1, 2.5]])


def test_holidays_are_felt_a_week_around() -> None:
    holiday = np.zeros(30, dtype=np.bool_)
    holiday[15] = True
    frame = build_frame(FRAME_V2, matrix_of(np.ones((1, 30)), holiday=holiday).history())
    assert frame["days_to_holiday"].to_list()[6:17] == [7, 7, 7, 6, 5, 4, 3, 2, 1, 0, 7]
    assert frame["days_since_holiday"].to_list()[14:24] == [7, 0, 1, 2, 3, 4, 5, 6, 7, 7]


def test_a_launch_inside_the_window_is_counted_from() -> None:
    units = np.full((2, 90), 5.0)
    units[0, :10] = nan
    frame = build_frame(FRAME_V2, matrix_of(units).history())
    young = frame.filter(pl.col("store_id") == 1)["days_since_launch"]
    old = frame.filter(pl.col("store_id") == 2)["days_since_launch"].drop_nulls()
    assert (young[11], young[12], young[89]) == (1, 2, 60)
    assert set(old) == {60}


def test_stock_tells_for_how_long_it_lasts() -> None:
    on_hand = np.full((1, 20), 30.0)
    frame = build_frame(FRAME_V2, matrix_of(np.full((1, 20), 10.0), on_hand=on_hand).history())
    assert frame["stock_days"].to_list()[-1] == pytest.approx(3.0)


def test_stock_and_signals_count_from_the_evening_before() -> None:
    counted = np.arange(1.0, 31)[None, :]  # 1, 2, 3 ...: a value tells its day
    matrix = matrix_of(np.full((1, 30), 1.0), on_hand=counted, signals={"weather": counted, "macro": counted})
    frame = build_frame(FRAME_V2, matrix.history())
    assert frame["stock_days"].to_list()[1:6] == [1, 2, 3, 4, 5]
    assert frame["weather_7"].to_list()[7:10] == [4, 5, 6]
    assert frame["macro_28"].to_list()[28:] == [14.5, 15.5]


def test_a_kind_of_promotion_is_known_of_its_own_day() -> None:
    kinds = np.array([[0, 0, 2, 2, 4, 0]])
    frame = build_frame(FRAME_V2, matrix_of(np.ones((1, 6)), promo_kind=kinds).history())
    assert frame["on_bogo"].to_list() == [0, 0, 1, 1, 0, 0]
    assert frame["on_markdown"].to_list() == [0, 0, 0, 0, 1, 0]
    assert frame["on_pct_off"].to_list() == [0] * 6


def test_a_known_launch_counts_before_the_first_sale() -> None:
    frame = build_frame(FRAME_V2, matrix_of(np.ones((2, 10)), launch_day=np.array([-5.0, nan])).history())
    assert frame["days_since_launch"].to_list()[1:10] == list(range(6, 15))
    assert set(frame["days_since_launch"].to_list()[11:]) == {60}


def test_what_a_data_set_does_not_say_is_null() -> None:
    frame = build_frame(FRAME_V2, matrix_of(np.ones((1, 10))).history())
    for name in ("on_bogo", "stock_days", "weather_7", "macro_28"):
        assert frame[name].null_count() == 10


def test_the_frame_is_long_and_sorted_by_series_and_day() -> None:
    frame = build_frame(FRAME_V1, counting(3, 10).history())
    assert frame.height == 30
    assert frame.equals(frame.sort("store_id", "product_id", "date"))
    assert frame["date"].max() == counting(3, 10).first_day + timedelta(days=9)


def test_an_empty_calendar_has_no_holiday_near() -> None:
    matrix: SalesMatrix = counting(1, 10)
    assert set(build_frame(FRAME_V2, matrix.history())["days_to_holiday"]) == {7}
