"""Assumptions become prices, multipliers and another future, day by day."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import PROMOTION_KINDS, carried_future
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ZOO, ModelConfig
from showcase.kernel.window import Window
from showcase.planning.assumptions import Assumptions
from showcase.planning.effects import Estimate
from showcase.planning.reforecast import (
    TrueEffects,
    changed_future,
    is_feature_aware,
    log_multiplier,
    price_ratio,
    reforecast,
    stage_log_multiplier,
    true_log_multiplier,
)
from tests.planning.markets import market, told_effects

DAYS = Window(date(2026, 11, 23), date(2026, 11, 26))
CUT = {"change_pct": -0.5, "start": date(2026, 11, 24), "end": date(2026, 11, 25)}
OFFER = {"kind": "markdown", "discount": 0.2, "start": date(2026, 11, 25), "end": date(2026, 11, 26)}


def assumed(**parts: Any) -> Assumptions:
    return Assumptions.model_validate(parts)


def test_a_promotion_comes_on_top_of_a_changed_price() -> None:
    both = assumed(price=CUT, promotion=OFFER)
    assert price_ratio(both, DAYS).tolist() == pytest.approx([1.0, 0.5, 0.5 * 0.8, 0.8])
    assert price_ratio(assumed(inventory={"on_hand_units": 1}), DAYS).tolist() == [1, 1, 1, 1]


def test_the_multiplier_is_elasticity_times_log_price_and_uplift_on_promotion_days() -> None:
    effects = replace(told_effects(elasticity=-2.0, log_uplift=math.log(1.25), error=0.1), covariance=0.004)
    found = log_multiplier(assumed(price=CUT, promotion=OFFER), DAYS, effects)
    assert np.exp(found.value).tolist() == pytest.approx([1, 4, 6.25 * 1.25, 1.5625 * 1.25])
    half, last = math.log(0.5), math.log(0.8)
    assert found.error.tolist() == pytest.approx(
        [
            0,
            0.1 * abs(half),
            math.sqrt(0.01 * math.log(0.4) ** 2 + 0.01 + 2 * 0.004 * math.log(0.4)),
            math.sqrt(0.01 * last**2 + 0.01 + 2 * 0.004 * last),
        ]
    )


def test_holidays_and_stages_of_life_multiply_too() -> None:
    effects = told_effects(log_holiday=math.log(1.5), stage_slope=0.01)
    holiday = assumed(holiday={"dates": [date(2026, 11, 26)]})
    assert np.exp(log_multiplier(holiday, DAYS, effects).value).tolist() == pytest.approx([1, 1, 1, 1.5])
    for stage, sign in (("growth", 1), ("maturity", 0), ("decline", -1)):
        found = log_multiplier(assumed(lifecycle={"stage": stage}), DAYS, effects)
        assert found.value.tolist() == pytest.approx([sign * 0.01 * day for day in (1, 2, 3, 4)])
        assert found.value.tolist() == stage_log_multiplier(assumed(lifecycle={"stage": stage}), DAYS, effects).tolist()


def test_truth_multiplies_as_the_generator_does_and_knows_nothing_of_holidays_and_stages() -> None:
    truth = TrueEffects(price_elasticity=-1.0, promotion_uplift=1.4)
    found = true_log_multiplier(assumed(price=CUT, promotion=OFFER), DAYS, truth)
    assert found is not None
    assert np.exp(found).tolist() == pytest.approx([1, 2, 2.5 * 1.4, 1.25 * 1.4])
    assert true_log_multiplier(assumed(price=CUT, lifecycle={"stage": "growth"}), DAYS, truth) is None
    assert true_log_multiplier(assumed(holiday={"dates": [DAYS.start]}), DAYS, truth) is None


def test_another_future_differs_in_what_was_assumed_about_one_series_alone() -> None:
    history = market(stores=2, products=2, days=60).history()
    future = carried_future(history, 4)
    future = replace(future, promo_kind=np.zeros((4, 4), dtype=np.int64))
    first = future.first_day
    day = [first + timedelta(days=offset) for offset in range(4)]
    changed = changed_future(
        future,
        1,
        assumed(
            price={"change_pct": 0.1, "start": day[0], "end": day[0]},
            promotion={"kind": "bogo", "discount": 0.5, "start": day[2], "end": day[3]},
            holiday={"dates": [day[1]]},
        ),
    )
    others = [0, 2, 3]
    assert (changed.price[others] == future.price[others]).all()
    assert (changed.promo[others] == 0).all()
    np.testing.assert_allclose(changed.price[1] / future.price[1], [1.1, 1, 0.5, 0.5])
    assert changed.promo[1].tolist() == [0, 0, 0.5, 0.5]
    assert changed.promo_kind is not None
    assert changed.promo_kind[1].tolist() == [0, 0, *[PROMOTION_KINDS.index("bogo")] * 2]
    assert changed.holiday.tolist() == [False, True, False, False]
    assert (future.promo == 0).all()


def test_the_models_that_are_asked_again_are_the_feature_aware_ones_on_the_second_frame() -> None:
    aware = {model_type for model_type in ModelType if is_feature_aware(ModelConfig.of(model_type))}
    assert aware == {model_type for model_type, row in ZOO.items() if row.feature_aware}
    assert not is_feature_aware(ModelConfig.of("prophet_like", feature_frame="v1"))


def test_a_feature_aware_model_sells_more_at_a_lower_price_and_the_same_at_the_same() -> None:
    history = market(noise=0.05, elasticity=-2.0).history()
    model = fit_model(ModelConfig.of("prophet_like"), history, 7)
    future = carried_future(history, 7)
    span = {"start": future.first_day, "end": future.day(6)}
    usual = model.predict(future)[3]
    cheaper = reforecast(model, future, 3, assumed(price={"change_pct": -0.1, **span}))
    assert cheaper is not None
    assert 1.1 < cheaper.sum() / usual.sum() < 1.35  # the true factor is 1.23
    same = reforecast(model, future, 3, assumed(price={"change_pct": 0.0, **span}))
    assert same is not None
    assert same.tolist() == usual.tolist()


def test_other_models_and_other_assumptions_are_not_asked_again() -> None:
    history = market(stores=2, days=60).history()
    future = carried_future(history, 7)
    span = {"start": future.first_day, "end": future.day(6)}
    naive = fit_model(ModelConfig.of("naive"), history, 7)
    assert reforecast(naive, future, 0, assumed(price={"change_pct": -0.1, **span})) is None
    aware = fit_model(ModelConfig.of("prophet_like"), history, 7)
    assert reforecast(aware, future, 0, assumed(inventory={"on_hand_units": 3})) is None
    assert reforecast(aware, future, 0, assumed(lifecycle={"stage": "growth"})) is None


def test_an_estimate_is_bounded_by_two_standard_errors() -> None:
    estimate = Estimate(-1.5, 0.1, "product")
    assert (estimate.low, estimate.high) == pytest.approx((-1.5 - 0.196, -1.5 + 0.196), abs=1e-3)
