"""What a run proposes lies inside the forecast days, and the surest plan comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.kernel.window import Window
from showcase.planning.assumptions import check_days
from showcase.planning.effects import Estimate, ProductEffects
from showcase.planning.plan import Baseline, Plan
from showcase.planning.proposals import proposals, surest
from showcase.planning.what_if import make_plan
from tests.planning.markets import told_effects

FIRST = date(2026, 11, 23)


@given(st.integers(1, 90))
def test_whatever_the_horizon_both_proposals_lie_inside_it(horizon: int) -> None:
    days = Window(FIRST, date.fromordinal(FIRST.toordinal() + horizon - 1))
    offered = proposals(days)
    assert len({one.name for one in offered}) == 2
    for one in offered:
        check_days(one.assumptions, days)


def test_with_two_weeks_they_last_a_week_from_the_third_day() -> None:
    price = proposals(Window(FIRST, date(2026, 12, 6)))[0].assumptions.price
    assert price is not None
    assert (price.start, price.end) == (date(2026, 11, 25), date(2026, 12, 1))


def plans_of(effects: ProductEffects) -> list[Plan]:
    days = Window(FIRST, date(2026, 12, 6))
    baseline = Baseline(days, np.full(14, 100.0), np.full(14, 2.0))
    return [make_plan(one.assumptions, baseline, effects) for one in proposals(days)]


@pytest.mark.parametrize(
    ("elasticity", "price_error", "uplift_error", "first"),
    [
        (-2.0, 0.1, 0.10, 0),  # the price cut surely earns more, and its units are known better than the promotion's
        (-2.0, 0.3, 0.01, 1),  # both surely earn more, and the promotion is known better
        (-1.0, 0.1, 0.10, 1),  # whether a price cut earns more is open
        (-1.0, 0.5, 0.50, 0),  # both are open
    ],
)
def test_the_surest_plan(elasticity: float, price_error: float, uplift_error: float, first: int) -> None:
    effects = replace(
        told_effects(),
        elasticity=Estimate(elasticity, price_error, "product"),
        log_uplift=Estimate(0.2, uplift_error, "product"),
        covariance=0.9 * price_error * uplift_error,
    )
    assert surest(plans_of(effects)) == first
