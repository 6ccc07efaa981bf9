"""The order of the models: metric, then mae, then the simpler one; undefined never ranked."""

import numpy as np
import polars as pl

from showcase.evaluation.leaderboard import leaderboard, winner
from showcase.evaluation.metrics import score_parts
from showcase.forecasting.options import ModelType

ACTUAL = np.array([[10.0, 10.0]])
ALL = list(ModelType)


def parts_of(actual: np.ndarray = ACTUAL, **forecasts: list[float]) -> pl.DataFrame:
    frames = []
    for model, values in forecasts.items():
        forecast = np.array([values])
        bounds = dict.fromkeys(("lo80", "hi80", "lo95", "hi95"), forecast)
        ids = (np.array([1], dtype=np.int64), np.array([1], dtype=np.int64))
        frames.append(score_parts(model, 1, ids, actual, forecast, bounds, np.ones(1)))
    return pl.concat(frames)


def test_the_smaller_error_comes_first() -> None:
    board = leaderboard(parts_of(naive=[5, 5], moving_average=[9, 9]), "wape", ALL)
    assert board["model"].to_list() == ["moving_average", "naive"]
    assert board["rank"].to_list() == [1, 2]
    assert winner(board) is ModelType.MOVING_AVERAGE


def test_a_control_that_was_not_chosen_is_ranked_and_never_wins() -> None:
    board = leaderboard(parts_of(naive=[10, 10], moving_average=[5, 5]), "wape", [ModelType.MOVING_AVERAGE])
    assert board.select("model", "is_chosen", "is_winner").rows() == [
        ("naive", False, False),
        ("moving_average", True, True),
    ]


def test_equal_scores_go_to_the_smaller_mae_then_to_the_simpler_model() -> None:
    # the same rmse; the mae of 0 and 8 is 4, of the even errors sqrt(32)
    even = 10 - np.sqrt(32)
    board = leaderboard(parts_of(seasonal_naive=[even, even], moving_average=[10, 2]), "rmse", ALL)
    assert board["model"].to_list() == ["moving_average", "seasonal_naive"]
    board = leaderboard(parts_of(lightgbm=[9, 9], moving_average=[9, 9], prophet_like=[9, 9]), "wape", ALL)
    assert board["model"].to_list() == ["moving_average", "prophet_like", "lightgbm"]


def test_a_difference_in_the_last_digits_is_a_tie() -> None:
    board = leaderboard(parts_of(lightgbm=[9 + 1e-13, 9], naive=[9, 9]), "mae", ALL)
    assert winner(board) is ModelType.NAIVE


def test_an_undefined_score_is_never_ranked() -> None:
    board = leaderboard(parts_of(np.zeros((1, 2)), naive=[5, 5], moving_average=[9, 9]), "wape", ALL)
    assert board["rank"].to_list() == [None, None]
    assert not board["is_winner"].any()
    assert winner(board) is None


def test_the_metric_decides() -> None:
    parts = parts_of(naive=[10, 1], moving_average=[5, 5])
    assert winner(leaderboard(parts, "mae", ALL)) is ModelType.NAIVE
    assert winner(leaderboard(parts, "rmse", ALL)) is ModelType.MOVING_AVERAGE


def test_an_empty_board_has_no_winner() -> None:
    assert winner(leaderboard(parts_of(np.full((1, 2), np.nan), naive=[1, 1]), "wape", ALL)) is None
