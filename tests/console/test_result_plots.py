"""The pictures of a result and the tables behind them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import holoviews as hv
import pandas as pd
import polars as pl
import pytest

from showcase.console.picture_table import picture_csv, picture_table_html
from showcase.console.plots.scores import coverage_height, coverage_plot, coverage_table, horizon_plot, horizon_table
from showcase.console.plots.truth import effects_plot, effects_table, truth_plot, truth_table
from showcase.console.result_tables import forecast_table, leaderboard_table
from showcase.console.theme import PLOT
from tests.console.test_plots import ahead, drawn, past

BOARD = [
    {"rank": 1, "model": "prophet_like", "is_winner": True, "is_chosen": True, "wape": 9.5, "coverage80": 81.0,
     "coverage95": 94.0},
    {"rank": 2, "model": "naive", "is_winner": False, "is_chosen": False, "wape": 12.0, "coverage80": 70.0,
     "coverage95": 96.0},
    {"rank": None, "model": "moving_average", "is_winner": False, "is_chosen": True, "wape": None, "coverage80": None,
     "coverage95": None},
]  # fmt: skip
BUCKETS = [
    {"model": model, "bucket": bucket, "wape": wape}
    for model, wapes in (("prophet_like", (9.0, 10.0, 13.0)), ("naive", (11.0, 12.5, None)))
    for bucket, wape in zip(("1-7", "8-14", "15-28"), wapes, strict=True)
]
PLAN: dict[str, Any] = {
    "plan_id": "a", "name": "20 % off", "units_delta": 1378.0, "units_delta_pct": 38.0, "revenue_delta": 880.0,
    "revenue_delta_pct": 20.0, "units_delta_interval": [1234.0, 1529.0], "revenue_delta_interval": [744.0, 1024.0],
    "true_units_delta": 1275.0, "true_revenue_delta": 783.0,
}  # fmt: skip


def truth() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "model": ["naive"] * 3, "days": ["all", "in_stock", "stockout"], "n": [100, 90, 10],
            "stockout_days": [10, 0, 10], "wape_sales": [20.0, 18.0, None], "wape_demand": [22.0, 18.0, 60.0],
            "bias_sales": [0.1, 0.0, -9.0], "bias_demand": [1.0, 0.0, 12.0],
        }
    )  # fmt: skip


def test_the_horizon_goes_from_the_first_days_to_the_last_and_leaves_out_what_is_undefined() -> None:
    rows = [*reversed(BUCKETS), {"model": "naive", "bucket": "29+", "wape": 15.0}]
    table = horizon_table(rows, "wape")
    assert table[table["model"] == "naive"]["days ahead"].tolist() == ["1-7", "8-14", "29+"]
    assert table[table["model"] == "prophet_like"]["wape"].tolist() == [9.0, 10.0, 13.0]


def test_the_winner_is_drawn_over_the_others_and_a_control_is_dashed() -> None:
    picture = horizon_plot(BUCKETS, "wape", BOARD)
    curves = [layer for layer in picture if isinstance(layer, hv.Curve)]
    looks = [hv.Store.lookup_options("bokeh", curve, "style").kwargs for curve in curves]
    assert [look["color"] for look in looks] == [PLOT["past"], PLOT["ahead"]]
    assert [look["line_dash"] for look in looks] == [[4, 3], []]
    drawn(picture)


@pytest.mark.parametrize("buckets", [BUCKETS[:1], [*BUCKETS, {"model": "naive", "bucket": "29+", "wape": 15.0}]])
def test_one_bucket_and_four_are_drawn(buckets: list[dict[str, Any]]) -> None:
    drawn(horizon_plot(buckets, "wape", BOARD))


def test_coverage_has_the_best_on_top_and_each_level_its_own_mark() -> None:
    assert coverage_table(BOARD)["model"].tolist() == ["prophet_like", "naive"]
    picture = coverage_plot(BOARD)
    points = [layer for layer in picture if isinstance(layer, hv.Points)]
    markers = [hv.Store.lookup_options("bokeh", layer, "style").kwargs["marker"] for layer in points]
    assert markers == ["circle", "square"]
    # rows grow from the bottom
    assert points[0].dimension_values("held").tolist() == [70.0, 81.0]
    assert drawn(picture).height == coverage_height(BOARD)


def test_the_truth_has_a_bar_for_each_view_that_is_defined() -> None:
    table = truth_table(truth())
    assert table["days"].tolist() == ["all days", "in stock", "out of stock"]
    sales, _, demand, _ = truth_plot(truth())
    assert (len(sales), len(demand)) == (2, 3)
    drawn(truth_plot(truth()))


def test_an_error_without_end_is_cut_and_its_number_stands_above() -> None:
    endless = truth().with_columns(wape_sales=pl.Series([20.0, 18.0, 850.0]))
    sales, words, _, none = truth_plot(endless)
    assert sales.dimension_values("y1").max() == 120.0
    assert sales.dimension_values("wape").max() == 850.0
    assert words.dimension_values("says").tolist() == ["850 %"]
    assert len(none) == 0
    drawn(truth_plot(endless))


def test_days_that_nobody_scored_stay_out_of_the_truth() -> None:
    never_empty = truth().with_columns(n=pl.Series([90, 90, 0]))
    assert truth_table(never_empty)["days"].tolist() == ["all days", "in stock"]


def test_effects_are_shares_of_what_the_plan_starts_from() -> None:
    units = effects_table([PLAN]).iloc[0]
    # 1378 units are 38 %: the whole is 3626.3, of which 1275 are 35.16 %
    assert units["true_pct"] == pytest.approx(100 * 1275 * 0.38 / 1378)
    assert (units["estimated_pct"], units["low"]) == (pytest.approx(38.0), 1234.0)
    drawn(effects_plot([PLAN, PLAN | {"plan_id": "b", "name": "10 % less"}]))


def test_the_name_of_a_plan_stands_above_its_two_rows() -> None:
    long = PLAN | {"plan_id": "b", "name": "a week in which everything is cheaper"}
    ticks = hv.Store.lookup_options("bokeh", effects_plot([PLAN, long]), "plot").kwargs["yticks"]
    from_the_top = [words for _, words in sorted(ticks, reverse=True)]
    assert from_the_top == ["20 % off", "units", "revenue", "a week in which everything is c…", "units", "revenue"]


def test_effects_on_real_sales_have_no_true_one() -> None:
    real = PLAN | {"true_units_delta": None, "true_revenue_delta": None}
    assert effects_table([real])["true"].isna().all()
    squares = list(effects_plot([real]))[-1]
    assert len(squares) == 0
    drawn(effects_plot([real]))


def test_a_plan_that_changes_nothing_has_no_shares() -> None:
    nothing = PLAN | {"units_delta": 0.0, "units_delta_pct": 0.0}
    assert effects_table([nothing])["estimated_pct"].isna().tolist() == [True, False]
    drawn(effects_plot([nothing]))


def test_the_table_of_a_forecast_has_a_row_a_day() -> None:
    tested = ahead(after=7).with_columns(pl.lit(1).alias("fold"))
    table = forecast_table(past(), ahead(), tested)
    assert table["date"].tolist() == [date(2026, 9, 1) + timedelta(days=index) for index in range(13)]
    assert table["backtest"].notna().sum() == 3
    assert table["hi95"].notna().sum() == 3
    assert forecast_table(None, None, None).empty


def test_the_table_of_the_leaderboard_says_the_role_of_each_model() -> None:
    assert leaderboard_table(BOARD)["role"].tolist() == ["winner", "control", "chosen"]


def test_a_table_is_escaped_and_a_formula_is_made_a_text() -> None:
    table = pd.DataFrame({"plan": ["<img src=x>", "=1+1"], "units": [1234.56, float("nan")], "n": [1000, 2]})
    html = picture_table_html("<b>", table)
    assert "<img" not in html
    assert "<b>" not in html
    assert "1,234.6" in html
    assert "—" in html
    assert picture_csv(table).splitlines() == ["plan,units,n", "<img src=x>,1234.56,1000", "'=1+1,,2"]


def test_a_long_table_is_cut_for_the_screen_alone() -> None:
    table = pd.DataFrame({"n": range(500)})
    assert "The first 400 of 500 rows" in picture_table_html("x", table)
    assert len(picture_csv(table).splitlines()) == 501
