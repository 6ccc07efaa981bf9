"""The rule-based planner proposes what its rules say, by hand-made effects, and gives its reasons in numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from showcase.errors import InvalidInputError
from showcase.forecasting.history import SalesMatrix
from showcase.kernel.window import Window
from showcase.planning.assumptions import Assumptions
from showcase.planning.effects import Estimate, ProductEffects
from showcase.planning.plan import Baseline, Plan
from showcase.planning.what_if import make_plan
from showcase.services.planner import Proposal, Shelf, ideas_for, propose_plan, read_shelf

DAYS = Window(date(2026, 11, 23), date(2026, 12, 6))
FULL = Shelf(empty_days=0, known_days=28, units_a_day=10.0, on_hand=50)
EMPTY = Shelf(empty_days=6, known_days=28, units_a_day=10.0, on_hand=0)


def _effects(
    elasticity: float, error: float = 0.05, uplift: float = 1.0, prices: tuple[float, float] = (1, 9)
) -> ProductEffects:
    return ProductEffects(
        product_id=1,
        elasticity=Estimate(elasticity, error, "product", 1.0),
        log_uplift=Estimate(float(np.log(uplift)), 0.01, "product", 1.0),
        covariance=0.0,
        log_holiday=Estimate(0.2, 0.3, "fixed"),
        stage_slope=Estimate(0.001, 0.0005, "fixed"),
        price_changes=20,
        promotion_days=20,
        lowest_price=prices[0],
        highest_price=prices[1],
        silent_share=0.0,
    )


def _propose(effects: ProductEffects, shelf: Shelf = FULL) -> Proposal:
    def simulate(assumptions: Assumptions) -> Plan:
        return make_plan(assumptions, Baseline(DAYS, np.full(14, 10.0), np.full(14, 4.0)), effects)

    found = propose_plan(shelf, DAYS, simulate, "S1 / A")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("elasticity", "uplift", "expected"),
    [
        (-0.2, 1.0, "the price 10 % higher"),  # +10 % x 0.981 of the units
        (-2.0, 1.0, "20 % off for 7 days"),  # 0.8 x 1.563 over a week beats 0.9 x 1.235 over two
        (-1.6, 0.5, "the price 10 % lower"),  # promotions that put people off leave the plain price
        (-1.2, 1.5, "20 % off for 7 days"),
    ],
)
def test_the_idea_that_brings_most_revenue_is_proposed(elasticity: float, uplift: float, expected: str) -> None:
    proposal = _propose(_effects(elasticity, uplift=uplift))
    assert proposal.idea.title == expected
    assert proposal.plan.low.revenue > 0
    assert len(proposal.others) == 4


def test_the_effect_is_the_one_computed_by_hand() -> None:
    # 140 units at 4.00; price +10 %: 140 x 1.1^-0.2 = 137.36 units at 4.40 = 604.37 against 560
    proposal = _propose(_effects(-0.2))
    assert proposal.plan.delta.units == pytest.approx(140 * (1.1**-0.2 - 1), abs=1e-9)
    assert proposal.plan.delta.revenue == pytest.approx(140 * (1.1**0.8 - 1) * 4, abs=1e-9)
    assert "With the price 10 % higher: -3 units" in " ".join(proposal.reasons)


def test_a_sure_gain_goes_before_a_larger_one_that_may_be_a_loss() -> None:
    effects = replace(_effects(-0.5, error=0.01), log_uplift=Estimate(np.log(1.6), 0.5, "product", 1.0))
    proposal = _propose(effects)
    promoted = next(plan for idea, plan in proposal.others if idea.title.startswith("20 % off"))
    assert promoted.delta.revenue > proposal.plan.delta.revenue > 0
    assert promoted.low.revenue < 0 < proposal.plan.low.revenue


def test_a_price_that_nobody_ever_paid_comes_last() -> None:
    assert _propose(_effects(-0.2, prices=(3.5, 4.3))).idea.title == "the price 5 % higher"


def test_nothing_that_raises_demand_is_proposed_from_a_shelf_that_was_often_empty() -> None:
    proposal = _propose(_effects(-2.0, uplift=1.5), EMPTY)
    assert not proposal.idea.more_demand
    said = " ".join(proposal.reasons)
    assert "The shelf was empty on 6 of the last 28 days" in said
    assert "More demand could not be served" in said
    assert "this costs least" in said
    assert proposal.idea.title == "the price 5 % higher"


def test_a_shelf_that_was_empty_on_a_fifth_of_the_days_is_not_often_empty() -> None:
    assert not Shelf(2, 10, 1.0, None).is_often_empty
    assert Shelf(3, 10, 1.0, None).is_often_empty
    assert not Shelf(0, 0, 0.0, None).is_often_empty


def test_ideas_lie_inside_the_forecast_days_even_where_there_is_only_one() -> None:
    for days in (DAYS, Window(date(2026, 11, 23), date(2026, 11, 23))):
        for idea in ideas_for(days):
            span = (idea.assumptions.price or idea.assumptions.promotion).span  # type: ignore[union-attr]
            assert span.start in days
            assert span.end in days


def test_where_no_idea_can_be_computed_the_first_refusal_is_told() -> None:
    def refuse(_: Assumptions) -> Plan:
        raise InvalidInputError("This series has no price.", "Choose another.")

    with pytest.raises(InvalidInputError, match="has no price"):
        propose_plan(FULL, DAYS, refuse, "S1 / A")


def test_ideas_that_cannot_be_computed_are_left_out() -> None:
    def only_promotions(assumptions: Assumptions) -> Plan:
        if assumptions.promotion is None:
            raise InvalidInputError("No prices here.", "Choose another.")
        return make_plan(assumptions, Baseline(DAYS, np.full(14, 10.0), np.full(14, 4.0)), _effects(-1.0))

    proposal = propose_plan(FULL, DAYS, only_promotions, "S1 / A")
    assert proposal is not None
    assert proposal.others == ()
    assert propose_plan(EMPTY, DAYS, only_promotions, "S1 / A") is None


def test_the_shelf_is_read_from_the_last_four_weeks_alone() -> None:
    units = np.full((1, 40), 5.0)
    units[0, 39], units[0, 20], units[0, 0] = np.nan, 9.0, 1000.0
    stockout = np.zeros((1, 40), dtype=np.bool_)
    stockout[0, [0, 12, 30]] = True
    matrix = SalesMatrix(
        store_ids=np.array([1]), product_ids=np.array([1]), first_day=date(2026, 1, 1), units=units,
        price=np.ones((1, 40)), promo=np.zeros((1, 40)), stockout=stockout, holiday=np.zeros(40, dtype=np.bool_),
    )  # fmt: skip
    shelf = read_shelf(matrix, 0)
    assert (shelf.empty_days, shelf.known_days, shelf.on_hand) == (2, 27, None)
    assert shelf.units_a_day == pytest.approx((26 * 5 + 9) / 27)
    stocked = replace(matrix, on_hand=np.full((1, 40), 12.0))
    assert read_shelf(stocked, 0).on_hand == 12
