"""The backtest: what it scores, what it leaves out, and that nobody looks ahead."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from showcase.errors import InvalidInputError
from showcase.evaluation.backtest import CONTROLS, Backtest, run_backtest, with_controls
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.leaderboard import leaderboard, winner
from showcase.evaluation.metrics import pool
from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from tests.forecasting.matrices import counting, gapped, lively, matrix_of

PLAN = BacktestPlan(horizon=7, n_splits=3, min_train_size=20)
AVERAGE = (ModelConfig.of("moving_average"),)


def backtest(matrix: SalesMatrix, plan: BacktestPlan = PLAN, models: tuple[ModelConfig, ...] = AVERAGE) -> Backtest:
    return run_backtest(matrix, plan, models)


def test_naive_on_a_counting_series_by_hand() -> None:
    found = backtest(counting(1, 60), BacktestPlan(horizon=3, n_splits=2, min_train_size=20, gap=2))
    naive = found.forecasts.filter(pl.col("model") == "naive")
    # 60 days; tests are 55 56 57 and 58 59 60, cutoffs two days and one before them: 52 and 55
    assert naive["actual"].to_list() == [55, 56, 57, 58, 59, 60]
    assert naive["forecast"].to_list() == [52, 52, 52, 55, 55, 55]
    assert naive["step"].to_list() == [1, 2, 3, 1, 2, 3]
    assert naive["fold"].to_list() == [1, 1, 1, 2, 2, 2]
    scores = pool(found.parts).filter(pl.col("model") == "naive").row(0, named=True)
    assert scores["mae"] == 4.0
    assert scores["bias"] == 4.0
    assert scores["wape"] == pytest.approx(100 * 24 / sum(range(55, 61)))


def test_the_controls_are_scored_beside_the_chosen_models() -> None:
    found = backtest(lively(2, 60))
    assert set(found.parts["model"]) == {"naive", "seasonal_naive", "moving_average"}
    assert found.chosen == (ModelType.MOVING_AVERAGE,)


def test_a_chosen_control_is_fitted_once_with_its_own_options() -> None:
    configs = (ModelConfig.of("seasonal_naive", season_length=14),)
    assert [config.model_type for config in with_controls(configs)] == ["seasonal_naive", "naive"]
    assert with_controls(configs)[0] is configs[0]


@pytest.mark.parametrize("strategy", ["expanding", "sliding"])
@pytest.mark.parametrize("gap", [0, 3])
def test_every_forecast_is_the_one_of_a_model_that_saw_its_training_days_alone(strategy: str, gap: int) -> None:
    matrix = lively(3, 80)
    plan = replace(PLAN, strategy=strategy, gap=gap)
    found = backtest(matrix, plan, (ModelConfig.of("prophet_like"),))
    for fold in found.folds:
        hidden = matrix.units.copy()
        hidden[:, fold.train_stop :] = 9_999_999
        hidden[:, : fold.train_start] = 9_999_999
        history = replace(matrix, units=hidden).history(fold.train_stop, fold.train_start)
        model = fit_model(ModelConfig.of("prophet_like"), history, plan.gap + plan.horizon)
        expected = model.predict(matrix.future(fold.test_start, plan.horizon))
        seen = found.forecasts.filter((pl.col("fold") == fold.number) & (pl.col("model") == "prophet_like"))
        assert seen["forecast"].to_numpy().reshape(3, -1).tolist() == expected.tolist()


def test_scores_follow_from_the_forecasts_that_are_kept() -> None:
    found = backtest(gapped(lively(4, 80)))
    for model in ("naive", "moving_average"):
        rows = found.forecasts.filter((pl.col("model") == model) & pl.col("actual").is_not_null())
        error = (rows["actual"] - rows["forecast"]).to_numpy()
        scores = pool(found.parts).filter(pl.col("model") == model).row(0, named=True)
        assert scores["n"] == rows.height
        assert scores["wape"] == pytest.approx(100 * np.abs(error).sum() / rows["actual"].sum())
        inside = ((rows["actual"] >= rows["lo80"]) & (rows["actual"] <= rows["hi80"])).mean()
        assert scores["coverage80"] == pytest.approx(100 * inside)


def test_missing_days_are_kept_as_null_and_never_scored_as_zero() -> None:
    matrix = lively(2, 60)
    units = matrix.units.copy()
    units[0, 55] = np.nan
    found = backtest(replace(matrix, units=units))
    assert found.forecasts.filter(pl.col("model") == "naive")["actual"].null_count() == 1
    assert pool(found.parts).filter(pl.col("model") == "naive")["n"][0] == 2 * 21 - 1


def test_a_series_too_short_for_a_fold_is_left_out_of_it_and_named() -> None:
    matrix = lively(3, 60)
    units = matrix.units.copy()
    units[1, :25] = np.nan  # has 20 days from the second cutoff on: days 25 .. 45 are 21
    units[2] = np.nan
    found = backtest(replace(matrix, units=units))
    assert found.left_out.rows() == [
        (1, int(matrix.store_ids[1]), int(matrix.product_ids[1]), 14),
        (1, int(matrix.store_ids[2]), int(matrix.product_ids[2]), 0),
        (2, int(matrix.store_ids[2]), int(matrix.product_ids[2]), 0),
        (3, int(matrix.store_ids[2]), int(matrix.product_ids[2]), 0),
    ]
    assert found.forecasts.filter(pl.col("fold") == 1).n_unique(["store_id", "product_id"]) == 1


def test_a_sweep_in_which_every_series_is_too_short_is_refused() -> None:
    units = np.full((2, 60), np.nan)
    units[:, 50:] = 3
    with pytest.raises(InvalidInputError, match="found none of 2"):
        backtest(matrix_of(units))


def test_the_only_usable_fold_has_no_honest_intervals_and_says_so() -> None:
    units = np.full((2, 60), np.nan)
    units[:, 30:] = np.arange(30.0)
    found = backtest(matrix_of(units), replace(PLAN, min_train_size=20))
    assert set(found.forecasts["fold"]) == {3}
    assert set(found.left_out["fold"]) == {1, 2}
    assert found.forecasts["lo80"].null_count() == found.forecasts.height
    scores = pool(found.parts)
    assert scores["coverage80"].to_list() == [None, None, None]
    assert scores["wape"].null_count() == 0
    assert set(found.intervals) == {ModelType.MOVING_AVERAGE, *CONTROLS}


def test_test_days_without_any_actual_leave_every_score_undefined() -> None:
    units = np.ones((2, 60))
    units[:, 30:] = np.nan
    found = backtest(matrix_of(units))
    assert found.parts.height == 0
    assert found.intervals == {}
    assert winner(leaderboard(found.parts, "wape", found.chosen)) is None


def test_a_sweep_that_does_not_fit_is_refused_before_it_starts() -> None:
    with pytest.raises(InvalidInputError, match="needs 41 days"):
        backtest(lively(2, 40))


def test_a_type_named_twice_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="moving_average twice"):
        backtest(lively(2, 60), models=(*AVERAGE, ModelConfig.of("moving_average", window_size=7)))
    with pytest.raises(InvalidInputError, match="none"):
        backtest(lively(2, 60), models=())


def test_progress_only_grows_and_may_stop_the_work() -> None:
    told: list[float] = []
    run_backtest(lively(2, 60), PLAN, AVERAGE, lambda share, _what: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) == 3 * 3 + 1

    class StoppedError(Exception):
        pass

    def stop(share: float, what: str) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        run_backtest(lively(2, 60), PLAN, AVERAGE, stop)


def test_the_intervals_of_a_fold_do_not_come_from_its_own_errors() -> None:
    matrix = lively(4, 60)
    units = matrix.units.copy()
    units[:, 53:] *= 50
    calm, wild = backtest(matrix), backtest(replace(matrix, units=units))
    last = (pl.col("fold") == 3) & (pl.col("model") == "naive")
    widths = [found.forecasts.filter(last)["hi80"] - found.forecasts.filter(last)["forecast"] for found in (calm, wild)]
    np.testing.assert_allclose(widths[0].to_numpy(), widths[1].to_numpy(), rtol=1e-9)
    # the intervals that are kept for the forecasts to come do know the last fold
    kept = [found.intervals[ModelType.NAIVE].quantiles.max() for found in (calm, wild)]
    assert kept[1] > 5 * kept[0]


def test_intervals_cover_what_they_promise() -> None:
    found = backtest(lively(40, 120), replace(PLAN, horizon=14), (ModelConfig.of("prophet_like"), *AVERAGE))
    for row in pool(found.parts).iter_rows(named=True):
        assert 75 <= row["coverage80"] <= 85, row["model"]
        assert 91 <= row["coverage95"] <= 98, row["model"]


def test_two_backtests_give_the_same_tables() -> None:
    first, second = (backtest(gapped(lively(6, 80)), models=(ModelConfig.of("prophet_like"),)) for _ in range(2))
    assert first.forecasts.equals(second.forecasts)
    assert first.parts.equals(second.parts)


def test_the_winner_is_the_best_of_the_chosen() -> None:
    matrix = lively(8, 90)
    found = backtest(matrix, models=(ModelConfig.of("prophet_like"), *AVERAGE))
    board = leaderboard(found.parts, "wape", found.chosen)
    assert winner(board) == ModelType.PROPHET_LIKE
    assert board["model"][0] == "prophet_like"
