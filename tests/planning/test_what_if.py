"""A plan's numbers are those computed on paper, and a price rise never sells more."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.kernel.window import Window
from showcase.planning.assumptions import Assumptions
from showcase.planning.effects import ProductEffects
from showcase.planning.plan import Baseline, Plan
from showcase.planning.reforecast import TrueEffects
from showcase.planning.what_if import make_plan
from tests.planning.markets import told_effects

DAYS = Window(date(2026, 11, 23), date(2026, 11, 25))
ALL = {"start": DAYS.start, "end": DAYS.end}
UNITS, PRICE = np.array([10.0, 20.0, 30.0]), np.array([2.0, 2.0, 2.0])


def plan_of(
    effects: ProductEffects,
    truth: TrueEffects | None = None,
    reforecast: list[float] | None = None,
    **assumptions: Any,
) -> Plan:
    again = None if reforecast is None else np.array(reforecast)
    return make_plan(Assumptions.model_validate(assumptions), Baseline(DAYS, UNITS, PRICE, again), effects, truth)


def test_a_price_cut_by_half_at_elasticity_minus_two_sells_four_times_as_much_for_twice_the_money() -> None:
    cut = {"change_pct": -0.5, "start": date(2026, 11, 24), "end": date(2026, 11, 24)}
    plan = plan_of(told_effects(elasticity=-2.0), price=cut)
    assert plan.scenario.units.tolist() == pytest.approx([10, 80, 30])
    assert plan.scenario.price.tolist() == [2, 1, 2]
    assert (plan.delta.units, plan.delta.revenue) == pytest.approx((60, 40))
    assert (plan.method, plan.leads, plan.exogenous, plan.disagrees) == ("heuristic", "estimate", None, False)
    assert plan.low == plan.high == plan.delta  # an effect without error leaves no doubt


def test_revenue_of_the_scenario_uses_the_price_of_the_scenario() -> None:
    plan = plan_of(told_effects(elasticity=0.0), price={"change_pct": 0.5, **ALL})
    assert (plan.delta.units, plan.delta.revenue) == pytest.approx((0, 60))


def test_a_promotion_lowers_the_price_and_lifts_beside_it() -> None:
    offer = {"kind": "bogo", "discount": 0.5, **ALL}
    plan = plan_of(told_effects(elasticity=-1.0, log_uplift=math.log(1.2)), promotion=offer)
    assert (plan.delta.units, plan.delta.revenue) == pytest.approx((60 * 1.4, 120 * 0.2))


def test_the_interval_comes_from_the_error_of_the_effect() -> None:
    plan = plan_of(told_effects(elasticity=-1.0, error=0.1), price={"change_pct": -0.5, **ALL})
    wide = [60 * (2 ** (1 + side * 0.1959964) - 1) for side in (-1, 0, 1)]
    assert [plan.low.units, plan.delta.units, plan.high.units] == pytest.approx(wide)
    assert [plan.low.revenue, plan.high.revenue] == pytest.approx([(60 + wide[0]) - 120, (60 + wide[2]) - 120])
    assert any("Whether it earns more is open" in note for note in plan.notes)


def test_the_model_asked_again_leads_where_it_lies_inside_the_interval_of_the_estimate() -> None:
    effects = told_effects(elasticity=-1.0, error=0.1)
    again = [21.0, 41.0, 61.0]
    plan = plan_of(effects, reforecast=again, price={"change_pct": -0.5, **ALL})
    assert (plan.method, plan.leads, plan.disagrees) == ("model_exogenous", "model", False)
    assert plan.scenario.units.tolist() == again
    assert plan.exogenous is not None
    assert (plan.exogenous.units, plan.delta.units, plan.multiplier.units) == pytest.approx((63, 63, 60))


def test_where_model_and_estimate_disagree_by_more_than_the_interval_the_estimate_leads_and_the_plan_says_so() -> None:
    effects = told_effects(elasticity=-1.0, error=0.1)
    plan = plan_of(effects, reforecast=[11.0, 21.0, 31.0], price={"change_pct": -0.5, **ALL})
    assert (plan.method, plan.leads, plan.disagrees) == ("model_exogenous", "estimate", True)
    assert plan.delta.units == pytest.approx(60)
    assert plan.exogenous is not None
    assert plan.exogenous.units == pytest.approx(3)
    assert any("outside the 95 % interval" in note for note in plan.notes)


def test_a_stage_of_life_multiplies_the_model_too_for_no_model_reads_it() -> None:
    effects = told_effects(elasticity=0.0, stage_slope=0.1)
    plan = plan_of(effects, reforecast=UNITS.tolist(), lifecycle={"stage": "growth"}, price={"change_pct": 0.0, **ALL})
    expected = UNITS * np.exp([0.1, 0.2, 0.3])
    assert plan.leads == "model"
    assert plan.scenario.units.tolist() == pytest.approx(expected.tolist())


def test_a_stock_caps_both_readings_and_truth() -> None:
    truth = TrueEffects(price_elasticity=-1.0, promotion_uplift=1.0)
    plan = plan_of(
        told_effects(elasticity=-1.0), truth, [30.0, 40.0, 60.0],
        price={"change_pct": -0.5, **ALL}, inventory={"on_hand_units": 50},
    )  # fmt: skip
    assert plan.scenario.units.sum() == 50
    assert plan.stock is not None
    assert plan.stock.stockout_day == date(2026, 11, 24)
    assert plan.truth is not None
    assert (plan.delta.units, plan.truth.units, plan.truth.revenue) == pytest.approx((-10, -10, 50 - 120))
    assert any("The stock is gone on 2026-11-24" in note for note in plan.notes)


def test_the_true_effect_stands_beside_and_changes_nothing() -> None:
    truth = TrueEffects(price_elasticity=-1.0, promotion_uplift=1.5)
    cut = {"price": {"change_pct": -0.5, **ALL}}
    with_truth, without = plan_of(told_effects(), truth, **cut), plan_of(told_effects(), None, **cut)
    assert with_truth.truth is not None
    assert (with_truth.truth.units, with_truth.truth.revenue) == pytest.approx((60, 0))
    assert with_truth.delta == without.delta
    assert without.truth is None
    assert [line for line in with_truth.as_json() if "true" in line] == [
        "true_units_delta", "true_revenue_delta", "true_elasticity", "true_promotion_uplift",
    ]  # fmt: skip


def test_where_truth_has_no_number_the_plan_says_so() -> None:
    plan = plan_of(told_effects(), TrueEffects(-1.0, 1.5), lifecycle={"stage": "growth"})
    assert plan.truth is None
    assert any("Known truth has no number" in note for note in plan.notes)


@pytest.mark.parametrize(("change", "is_unseen"), [(-0.24, False), (-0.26, True), (0.09, False), (0.11, True)])
def test_a_price_that_nobody_ever_paid_is_flagged(change: float, is_unseen: bool) -> None:
    effects = told_effects(prices=(1.5, 2.2))
    plan = plan_of(effects, price={"change_pct": change, **ALL})
    assert plan.price_unseen is is_unseen
    assert any("was never paid for this product" in note for note in plan.notes) is is_unseen


def test_the_usual_price_is_not_flagged_even_where_nobody_paid_it() -> None:
    assert not plan_of(told_effects(prices=(5.0, 6.0)), price={"change_pct": 0.0, **ALL}).price_unseen


@given(st.floats(-3, 0), st.floats(0, 0.5), st.booleans())
def test_a_price_change_of_nothing_changes_nothing(elasticity: float, error: float, asks_model: bool) -> None:
    again = UNITS.tolist() if asks_model else None
    plan = plan_of(told_effects(elasticity, error=error), reforecast=again, price={"change_pct": 0.0, **ALL})
    for deltas in (plan.delta, plan.low, plan.high, plan.multiplier):
        assert (deltas.units, deltas.revenue) == (0.0, 0.0)
    assert not plan.disagrees


@given(st.floats(-3, 0), st.floats(0, 0.3), st.floats(0.001, 5), st.floats(-0.9, -0.001))
def test_a_price_rise_never_sells_more_and_a_cut_never_less(
    elasticity: float, error: float, rise: float, cut: float
) -> None:
    effects = told_effects(elasticity, error=error)
    dearer, cheaper = (plan_of(effects, price={"change_pct": change, **ALL}) for change in (rise, cut))
    assert dearer.delta.units <= 1e-9
    assert cheaper.delta.units >= -1e-9
    for plan in (dearer, cheaper):
        assert plan.low.units <= plan.delta.units <= plan.high.units
        assert plan.low.revenue <= plan.delta.revenue <= plan.high.revenue


@given(st.floats(-3, -0.1), st.floats(-0.9, 5), st.floats(-0.9, 5))
def test_the_dearer_the_fewer(elasticity: float, one: float, other: float) -> None:
    effects = told_effects(elasticity)
    less, more = sorted((one, other))
    cheaper, dearer = (plan_of(effects, price={"change_pct": change, **ALL}) for change in (less, more))
    assert cheaper.delta.units >= dearer.delta.units - 1e-9


def test_an_assumption_outside_the_forecast_days_is_refused_and_not_ignored() -> None:
    late = {"change_pct": -0.5, "start": date(2026, 11, 25), "end": date(2026, 11, 26)}
    with pytest.raises(InvalidInputError) as refused:
        plan_of(told_effects(), price=late)
    assert str(DAYS) in refused.value.message


@pytest.mark.parametrize(("units", "price"), [([1.0, np.nan, 1.0], [2.0] * 3), ([1.0] * 3, [2.0, 0.0, 2.0])])
def test_a_series_without_forecast_or_price_cannot_be_planned(units: list[float], price: list[float]) -> None:
    baseline = Baseline(DAYS, np.array(units), np.array(price))
    with pytest.raises(InvalidInputError):
        make_plan(Assumptions.model_validate({"price": {"change_pct": 0.1, **ALL}}), baseline, told_effects())


def test_a_plan_is_told_as_json_with_a_line_a_day() -> None:
    plan = plan_of(told_effects(log_uplift=math.log(1.2)), TrueEffects(-1.9, 1.3), price={"change_pct": -0.5, **ALL})
    told = json.loads(json.dumps(plan.as_json(), allow_nan=False))
    assert (told["units_delta"], told["revenue_delta"], told["horizon"]) == (180.0, 120.0, 3)
    assert told["units_delta_pct"] == 300.0
    assert told["promotion_uplift"]["value"] == pytest.approx(1.2)
    assert told["days"][1] == {
        "date": "2026-11-24", "baseline_units": 20.0, "baseline_price": 2.0, "baseline_revenue": 40.0,
        "scenario_units": 80.0, "scenario_price": 1.0, "scenario_revenue": 80.0,
    }  # fmt: skip


def test_remarks_come_before_the_notes_and_say_what_the_effects_rest_on() -> None:
    from dataclasses import replace

    from showcase.planning.effects import Estimate

    effects = replace(
        told_effects(),
        elasticity=Estimate(-1.5, 0.5, "fixed"),
        log_uplift=Estimate(0.2, 0.1, "category"),
        silent_share=0.4,
    )
    assumptions = Assumptions.model_validate({"promotion": {"kind": "bundle", "discount": 0.1, **ALL}})
    plan = make_plan(assumptions, Baseline(DAYS, UNITS, PRICE), effects, remarks=["first"])
    assert plan.notes[0] == "first"
    assert "fixed number" in plan.notes[1]
    assert "40 % of its days sold nothing" in plan.notes[2]
    assert "that of its category" in plan.notes[3]
