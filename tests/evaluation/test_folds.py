"""Where folds lie, why a sweep does not fit, and which series are too short."""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.evaluation.folds import BacktestPlan, Fold, fold_picture, long_enough, plan_folds
from showcase.kernel.window import Window

nan = float("nan")


@st.composite
def plans(draw: st.DrawFn) -> BacktestPlan:
    horizon = draw(st.integers(1, 40))
    return BacktestPlan(
        horizon=horizon,
        strategy=draw(st.sampled_from(["expanding", "sliding"])),
        n_splits=draw(st.integers(2, 8)),
        min_train_size=draw(st.integers(7, 60)),
        gap=draw(st.integers(0, min(30, horizon - 1))),
    )


def test_the_default_plan_on_ninety_two_days() -> None:
    assert plan_folds(92, BacktestPlan()) == (
        Fold(1, 0, 50, 50, 64),
        Fold(2, 0, 64, 64, 78),
        Fold(3, 0, 78, 78, 92),
    )


def test_a_gap_moves_the_cutoff_and_not_the_test() -> None:
    folds = plan_folds(60, BacktestPlan(horizon=10, n_splits=2, min_train_size=20, gap=3))
    assert [(fold.train_stop, fold.test_start, fold.test_stop) for fold in folds] == [(37, 40, 50), (47, 50, 60)]
    assert folds[0].cutoff_index == 36


def test_sliding_trains_on_the_last_days_before_the_cutoff() -> None:
    folds = plan_folds(60, BacktestPlan(horizon=10, n_splits=2, min_train_size=20, gap=3, strategy="sliding"))
    assert [(fold.train_start, fold.train_stop) for fold in folds] == [(17, 37), (27, 47)]


@given(plans(), st.integers(0, 50))
def test_folds_keep_the_contract(plan: BacktestPlan, spare: int) -> None:
    n_days = plan.needed_days + spare
    folds = plan_folds(n_days, plan)
    assert len(folds) == plan.n_splits
    assert folds[-1].test_stop == n_days
    for number, fold in enumerate(folds, start=1):
        assert fold.number == number
        assert fold.horizon == plan.horizon
        assert fold.test_start == fold.cutoff_index + plan.gap + 1
        assert fold.train_stop - fold.train_start >= plan.min_train_size
        assert fold.train_start >= 0
        if plan.strategy == "sliding":
            assert fold.train_stop - fold.train_start == plan.min_train_size
        else:
            assert fold.train_start == 0
    steps = {later.test_start - fold.test_start for fold, later in pairwise(folds)}
    assert steps == {plan.horizon}


@given(plans())
def test_one_day_less_than_needed_is_refused_and_never_reduced(plan: BacktestPlan) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        plan_folds(plan.needed_days - 1, plan)
    assert f"needs {plan.needed_days} days" in refusal.value.message
    assert f"has {plan.needed_days - 1}" in refusal.value.message


@given(plans(), st.integers(0, 400))
def test_each_setting_that_a_refusal_offers_does_fit(plan: BacktestPlan, n_days: int) -> None:
    if n_days >= plan.needed_days:
        return
    with pytest.raises(InvalidInputError) as refusal:
        plan_folds(n_days, plan)
    offers = refusal.value.remedy.partition(";")[0].removeprefix("Set ")
    for offer in offers.split(", or ") if "at most" in offers and "n_splits to 2" not in offers else []:
        name, _, most = offer.partition(" to at most ")
        settings = {"n_splits": plan.n_splits, "horizon": plan.horizon, "min_train_size": plan.min_train_size}
        assert int(most) < settings[name]
        fitting = BacktestPlan(**{**settings, name: int(most)}, gap=plan.gap)
        assert len(plan_folds(n_days, fitting)) == fitting.n_splits


def test_where_no_single_setting_fits_several_are_offered_together() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        plan_folds(20, BacktestPlan(horizon=14, n_splits=3, min_train_size=30))
    assert "n_splits to 2, min_train_size to 7 and horizon to at most 6" in refusal.value.remedy
    assert plan_folds(20, BacktestPlan(horizon=6, n_splits=2, min_train_size=7))


def test_where_nothing_fits_a_longer_window_is_asked_for() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        plan_folds(5, BacktestPlan())
    assert refusal.value.remedy == "Use a longer window."


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"horizon": 0}, "backtest.horizon"),
        ({"horizon": 91}, "backtest.horizon"),
        ({"n_splits": 1}, "backtest.n_splits"),
        ({"min_train_size": 6}, "backtest.min_train_size"),
        ({"gap": 14}, "backtest.gap"),
        ({"strategy": "rolling"}, "backtest.strategy"),
        ({"metric": "mape"}, "backtest.metric"),
    ],
)
def test_settings_outside_their_bounds_are_refused(settings: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        BacktestPlan(**settings)
    assert field in [error.field for error in refusal.value.errors]
    assert field in refusal.value.message


@pytest.mark.parametrize("gap", [0, 3])
def test_folds_are_those_of_utilsforecast(gap: int) -> None:
    preprocessing = pytest.importorskip("utilsforecast.processing")
    n_days, plan = 80, BacktestPlan(horizon=10, n_splits=3, min_train_size=20, gap=gap)
    days = pd.date_range("2026-01-01", periods=n_days)
    long = pd.DataFrame({"unique_id": "a", "ds": days, "y": np.arange(float(n_days))})
    splits = preprocessing.backtest_splits(
        long, plan.n_splits, plan.horizon + gap, id_col="unique_id", time_col="ds", freq="D", step_size=plan.horizon
    )
    for fold, (cutoffs, train, valid) in zip(plan_folds(n_days, plan), splits, strict=True):
        assert days[fold.cutoff_index] == cutoffs["cutoff"].iloc[0]
        assert len(train) == fold.train_stop
        # the library knows no gap: its first days are the gap, and are dropped
        assert valid["ds"].iloc[gap:].tolist() == days[fold.test_start : fold.test_stop].tolist()


def test_the_picture_has_a_bar_for_each_part() -> None:
    window = Window(date(2026, 1, 1), date(2026, 3, 1))
    picture = fold_picture(window, plan_folds(60, BacktestPlan(horizon=10, n_splits=2, min_train_size=20, gap=3)))
    assert picture.rows() == [
        (1, "train", date(2026, 1, 1), date(2026, 2, 6), 37),
        (1, "gap", date(2026, 2, 7), date(2026, 2, 9), 3),
        (1, "test", date(2026, 2, 10), date(2026, 2, 19), 10),
        (2, "train", date(2026, 1, 1), date(2026, 2, 16), 47),
        (2, "gap", date(2026, 2, 17), date(2026, 2, 19), 3),
        (2, "test", date(2026, 2, 20), date(2026, 3, 1), 10),
    ]


def test_without_a_gap_there_is_no_bar_for_it() -> None:
    picture = fold_picture(Window(date(2026, 1, 1), date(2026, 4, 2)), plan_folds(92, BacktestPlan()))
    assert picture["part"].to_list() == ["train", "test"] * 3


def test_a_series_is_long_enough_by_the_day_it_began() -> None:
    units = np.ones((5, 50))
    units[1, :10] = nan  # began in time
    units[2, :11] = nan  # a day too late
    units[3, 5:39] = nan  # missing days inside do not shorten it
    units[4] = nan
    fold = Fold(1, 0, 40, 40, 50)
    assert long_enough(units, fold, 30).tolist() == [True, True, False, True, False]


def test_a_sliding_fold_needs_a_known_day_of_its_own() -> None:
    units = np.ones((2, 50))
    units[1, 5:40] = nan
    assert long_enough(units, Fold(1, 20, 40, 40, 50), 20).tolist() == [True, False]
