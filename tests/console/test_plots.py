"""Pictures are pure functions of small tables."""

from __future__ import annotations

from datetime import date, timedelta
from math import nan
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import polars as pl
import pytest

from showcase.console.plots.demos import bias_plot
from showcase.console.plots.folds import folds_plot
from showcase.console.plots.forecast import forecast_plot
from showcase.console.plots.leaderboard import leaderboard_plot
from showcase.console.plots.series import promoted_spans, series_plot
from showcase.console.plots.sparkline import HEIGHT, WIDTH, sparkline
from showcase.console.plots.style import needs_bokeh
from showcase.console.theme import PLOT
from showcase.evaluation.folds import BacktestPlan, fold_picture, plan_folds
from showcase.kernel.window import Window

FIRST = date(2026, 9, 1)


def days(count: int, after: int = 0) -> list[date]:
    return [FIRST + timedelta(days=after + index) for index in range(count)]


def past(count: int = 10) -> pl.DataFrame:
    units = [float(index) for index in range(count)]
    return pl.DataFrame(
        {
            "date": days(count),
            "units": [None if index == 4 else value for index, value in enumerate(units)],
            "promo": [0.2 if index in (2, 3, 7) else 0.0 for index in range(count)],
            "is_stockout": [index == 5 for index in range(count)],
        }
    )


def ahead(after: int = 10, count: int = 3) -> pl.DataFrame:
    bounds = {"lo80": 3.0, "hi80": 6.0, "lo95": 1.0, "hi95": 8.0}
    return pl.DataFrame({"date": days(count, after), "forecast": [5.0] * count}).with_columns(
        pl.lit(value).alias(name) for name, value in bounds.items()
    )


def drawn(element: Any) -> Any:
    """The element as bokeh draws it; warnings are errors."""
    needs_bokeh()
    return hv.renderer("bokeh").get_plot(element).state


def test_the_folds_are_bars_from_the_first_day_to_the_day_after_the_last() -> None:
    window = Window.ending(date(2026, 11, 22), 92)
    picture = fold_picture(window, plan_folds(92, BacktestPlan(gap=2)))
    bars = folds_plot(picture)
    assert len(bars) == 9
    assert set(bars.dimension_values("colour")) == {PLOT["ahead"], PLOT["past"], PLOT["other"]}
    assert bars.dimension_values("end").max() == np.datetime64("2026-11-23")
    figure = drawn(bars)
    assert figure.height == 118
    assert figure.below[0].formatter.days == "%-d %b"


def test_folds_over_more_than_a_year_say_which_one() -> None:
    window = Window.ending(date(2026, 11, 22), 637)
    figure = drawn(folds_plot(fold_picture(window, plan_folds(637, BacktestPlan()))))
    assert figure.below[0].formatter.days == "%b %Y"


def test_the_forecast_has_the_past_two_intervals_the_backtest_and_the_days_ahead() -> None:
    tested = ahead(after=7).with_columns(pl.lit(1).alias("fold"))
    overlay = forecast_plot(past(), ahead(), tested)
    kinds = [type(layer).__name__ for layer in overlay]
    assert kinds == ["Area", "Area", "Curve", "Curve", "Curve", "VLine"]
    drawn(overlay)


def test_a_missing_day_breaks_the_line() -> None:
    line = next(layer for layer in forecast_plot(past(), None) if isinstance(layer, hv.Curve))
    assert np.isnan(line.dimension_values("units")[4])


def test_a_backtest_from_before_the_past_is_left_out() -> None:
    tested = ahead(after=-30).with_columns(pl.lit(1).alias("fold"))
    assert len(forecast_plot(past(), ahead(), tested)) == len(forecast_plot(past(), ahead()))


@pytest.mark.parametrize(("parts", "layers"), [((None, ahead()), 3), ((past(), None), 1), ((past(), ahead()), 5)])
def test_a_part_that_is_not_there_is_not_drawn(
    parts: tuple[pl.DataFrame | None, pl.DataFrame | None], layers: int
) -> None:
    assert len(forecast_plot(*parts)) == layers
    drawn(forecast_plot(*parts))


def test_the_leaderboard_has_the_best_on_top_and_leaves_out_what_has_no_score() -> None:
    board = [
        {"model": "prophet_like", "wape": 9.5, "is_chosen": True, "is_winner": True},
        {"model": "naive", "wape": 12.0, "is_chosen": False, "is_winner": False},
        {"model": "moving_average", "wape": None, "is_chosen": True, "is_winner": False},
    ]
    bars = leaderboard_plot(board, "wape")
    # bars grow from the bottom
    assert list(bars.dimension_values("model")) == ["naive", "prophet_like"]
    assert list(bars.dimension_values("role")) == ["control", "winner"]
    assert list(bars.dimension_values("label")) == ["naive  12.00 %", "prophet_like  9.50 %"]
    drawn(bars)


def test_bars_have_their_names_on_one_axis_and_whole_numbers_on_the_other() -> None:
    picture = drawn(bias_plot(pd.DataFrame({"what": ["wanted", "sold"], "value": [693_642.0, 532_614.0]}), "units"))
    names, numbers = picture.yaxis[0], picture.xaxis[0]
    assert type(names.formatter).__name__ == "CategoricalTickFormatter"
    assert numbers.formatter.format == "0,0"


def test_promoted_days_become_spans_that_end_the_day_after() -> None:
    spans = promoted_spans(past(), 9.0)
    assert [str(start.date()) for start in spans["start"]] == ["2026-09-03", "2026-09-08"]
    assert [str(end.date()) for end in spans["end"]] == ["2026-09-05", "2026-09-09"]


@pytest.mark.parametrize("series", [past(), past().with_columns(promo=0.0, is_stockout=False)])
def test_a_series_is_drawn_with_and_without_promotions(series: pl.DataFrame) -> None:
    assert len(series_plot(series)) == 3
    drawn(series_plot(series))


def test_a_sparkline_goes_from_edge_to_edge_and_lifts_the_pen_over_a_gap() -> None:
    assert sparkline([0.0, 2.0]) == f"M0.0 {HEIGHT - 1:.1f}L{WIDTH:.1f} 1.0"
    assert sparkline([1.0, nan, 1.0]) == f"M0.0 1.0M{WIDTH:.1f} 1.0"
    assert sparkline([nan, nan]) == ""
    assert sparkline([0.0]) == f"M0.0 {HEIGHT - 1:.1f}"


def test_a_long_series_is_thinned() -> None:
    assert 60 <= sparkline([1.0] * 366).count(" ") <= 120
