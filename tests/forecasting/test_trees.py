"""The tree models: deterministic, bound by their signs, without a look ahead, and equal to their own libraries."""

from dataclasses import replace

import numpy as np
import pytest

from showcase.errors import IntegrityError, InvalidInputError, UnavailableError
from showcase.forecasting import learners
from showcase.forecasting.fit import FittedModel, fit_model
from showcase.forecasting.forest import nodes_of_boosting, nodes_of_forest, sum_of_trees
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.forecasting.zoo import ZOO, Family, ModelConfig
from tests.forecasting.matrices import counting, gapped, lively, matrix_of

pytest.importorskip("sklearn", reason="the tree models are an extra")
pytest.importorskip("lightgbm", reason="the tree models are an extra")
pytest.importorskip("xgboost", reason="the tree models are an extra")

TREES = [row.model_type.value for row in ZOO.values() if row.family is Family.TREE]
CUTOFF, HORIZON = 106, 14


def config(name: str, **options: object) -> ModelConfig:
    return ModelConfig.of(name, n_trees=20, min_leaf_rows=20, **options)


def fitted(name: str, matrix: SalesMatrix, cutoff: int = CUTOFF, **options: object) -> FittedModel:
    return fit_model(config(name, **options), matrix.history(cutoff), HORIZON)


def forecast(name: str, matrix: SalesMatrix, **options: object) -> Floats:
    return fitted(name, matrix, **options).predict(matrix.future(CUTOFF, HORIZON))


@pytest.mark.parametrize("name", TREES)
def test_two_fits_leave_the_same_state(name: str) -> None:
    first, second = (fitted(name, lively(8, 120)).state for _ in range(2))
    assert first.texts == second.texts
    assert set(first.arrays) == set(second.arrays)
    for key, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[key])


@pytest.mark.parametrize("name", TREES)
def test_it_beats_the_mean_of_the_last_days(name: str) -> None:
    matrix = lively(16, 120)
    actual = matrix.units[:, CUTOFF:]
    mean = fit_model(ModelConfig.of("moving_average"), matrix.history(CUTOFF), HORIZON)
    error = np.abs(actual - forecast(name, matrix)).sum()
    assert error < 0.75 * np.abs(actual - mean.predict(matrix.future(CUTOFF, HORIZON))).sum()


@pytest.mark.parametrize("name", TREES)
def test_a_higher_price_never_sells_more_and_a_promotion_never_less(name: str) -> None:
    matrix = lively(8, 120)
    model, future = fitted(name, matrix), matrix.future(CUTOFF, HORIZON)
    answers = [model.predict(replace(future, price=future.price * factor)) for factor in (0.8, 1.0, 1.1, 1.5)]
    for lower, higher in zip(answers[1:], answers[:-1], strict=True):
        assert (lower <= higher + 1e-9).all()
    assert (answers[-1] < answers[0]).all()
    plain = model.predict(replace(future, promo=np.zeros_like(future.promo)))
    promoted = model.predict(replace(future, promo=np.full_like(future.promo, 0.2)))
    assert (promoted >= plain - 1e-9).all()


@pytest.mark.parametrize("name", TREES)
def test_a_price_change_moves_sales_by_about_the_true_elasticity(name: str) -> None:
    matrix = lively(24, 150)
    model = fit_model(config(name), matrix.history(136), HORIZON)
    future = matrix.future(136, HORIZON)
    share = model.predict(replace(future, price=future.price * 1.1)).sum() / model.predict(future).sum()
    assert share - 1 == pytest.approx(1.1**-1.5 - 1, rel=0.25)


@pytest.mark.parametrize("name", TREES)
def test_frame_v1_does_not_read_price_or_promotion(name: str) -> None:
    matrix = lively(4, 120)
    model, future = fitted(name, matrix, feature_frame="v1"), matrix.future(CUTOFF, HORIZON)
    changed = replace(future, price=future.price * 3, promo=np.full_like(future.promo, 0.5))
    np.testing.assert_array_equal(model.predict(changed), model.predict(future))


@pytest.mark.parametrize("name", TREES)
def test_later_days_do_not_change_a_forecast(name: str) -> None:
    matrix = counting(4, 120)
    units = matrix.units.copy()
    units[:, CUTOFF:] = 9_999_999
    np.testing.assert_array_equal(forecast(name, matrix), forecast(name, matrix_of(units)))


def test_gaps_stockouts_and_short_histories_leave_finite_forecasts() -> None:
    matrix = gapped(lively(6, 120), 0.3)
    stockout = np.zeros(matrix.units.shape, dtype=np.bool_)
    stockout[:, ::9] = True
    troubled = replace(matrix, stockout=stockout)
    for name in TREES:
        assert np.isfinite(forecast(name, troubled)).all()
        short = fit_model(config(name), troubled.history(CUTOFF, CUTOFF - 14), 30)
        assert np.isfinite(short.predict(troubled.future(CUTOFF, 14))).all()


def test_a_series_that_never_sold_has_no_forecast() -> None:
    units = lively(4, 120).units.copy()
    units[1] = np.nan
    for name in TREES:
        answers = forecast(name, matrix_of(units))
        assert np.isnan(answers[1]).all()
        assert np.isfinite(answers[[0, 2, 3]]).all()


def test_a_history_without_two_days_is_refused() -> None:
    units = np.full((2, 20), np.nan)
    units[:, 5] = 3
    with pytest.raises(InvalidInputError, match="learn from"):
        fit_model(ModelConfig.of("regression"), matrix_of(units).history(), 7)


def test_one_call_answers_every_step_as_single_calls_do() -> None:
    # a holiday inside the days would be known to the whole and not to each single one
    matrix = replace(lively(4, 120), holiday=np.zeros(120, dtype=np.bool_))
    model = fitted("lightgbm", matrix)
    whole = model.predict(matrix.future(CUTOFF, HORIZON))
    single = np.hstack([model.predict(matrix.future(CUTOFF + step, 1)) for step in range(HORIZON)])
    np.testing.assert_allclose(single, whole, rtol=1e-12)


def noisy(rows: int = 800) -> tuple[Floats, Floats, Floats]:
    draw = np.random.default_rng(1)
    inputs = draw.normal(size=(rows, 6))
    inputs[draw.random(inputs.shape) < 0.1] = np.nan
    targets = np.nan_to_num(inputs[:, 0]) ** 2 - np.nan_to_num(inputs[:, 1]) + draw.normal(0, 0.1, rows)
    return inputs, targets, draw.uniform(0.5, 2, rows)


def test_boosted_trees_as_arrays_say_what_scikit_learn_says() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor

    inputs, targets, _ = noisy()
    model = HistGradientBoostingRegressor(max_iter=15, early_stopping=False, random_state=0).fit(inputs, targets)
    np.testing.assert_allclose(sum_of_trees(nodes_of_boosting(model), inputs), model.predict(inputs), rtol=1e-12)


def test_a_forest_as_arrays_says_what_scikit_learn_says() -> None:
    from sklearn.ensemble import RandomForestRegressor

    inputs, targets, weights = noisy()
    model = RandomForestRegressor(12, max_depth=7, random_state=0).fit(inputs, targets, sample_weight=weights)
    ours = sum_of_trees(nodes_of_forest(model), inputs.astype(np.float32))
    np.testing.assert_allclose(ours, model.predict(inputs), rtol=1e-10)


def test_trees_that_lead_in_a_circle_are_refused() -> None:
    from sklearn.ensemble import RandomForestRegressor

    inputs, targets, _ = noisy()
    arrays = nodes_of_forest(RandomForestRegressor(2, max_depth=3, random_state=0).fit(inputs, targets))
    for name in ("left", "right"):
        circle = np.where(arrays[name] >= 0, 0, -1)
        with pytest.raises(IntegrityError, match="downwards"):
            sum_of_trees({**arrays, name: circle}, inputs)


def test_a_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(UnavailableError, match="lightgbm") as refusal:
        fitted("lightgbm", lively(4, 120))
    assert "pip install" in refusal.value.remedy


def test_coarse_columns_keep_their_order_and_their_gaps() -> None:
    inputs, *_ = noisy(5000)
    coarse = learners._coarse(inputs[:, 0])
    known = ~np.isnan(inputs[:, 0])
    assert (np.isnan(coarse) == ~known).all()
    assert len(np.unique(coarse[known])) <= 200
    order = np.argsort(inputs[known, 0])
    assert (np.diff(coarse[known][order]) >= 0).all()
    assert np.abs(coarse[known] - inputs[known, 0]).mean() < 0.02
