"""Two to five plans in their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.planning.ranking import Candidate, rank_plans, share_ground


def plan(plan_id: str, units: float, revenue: float, ground: str = "same") -> Candidate:
    return Candidate(plan_id, f"plan {plan_id}", units, revenue, (ground,))


def order(plans: list[Candidate], rank_by: str) -> list[tuple[int, str]]:
    return [(one.rank, one.candidate.plan_id) for one in rank_plans(plans, rank_by)]  # type: ignore[arg-type]


def test_the_order_is_that_of_what_is_asked_for() -> None:
    plans = [plan("a", 5, -10), plan("b", -3, 40), plan("c", 4, 40)]
    assert order(plans, "units_delta") == [(1, "a"), (2, "c"), (3, "b")]
    assert order(plans, "revenue_delta") == [(1, "b"), (1, "c"), (3, "a")]


@pytest.mark.parametrize("count", [0, 1, 6])
def test_fewer_than_two_and_more_than_five_are_refused(count: int) -> None:
    with pytest.raises(InvalidInputError):
        rank_plans([plan(str(one), 1, 1) for one in range(count)], "units_delta")


def test_a_plan_is_not_compared_with_itself() -> None:
    with pytest.raises(InvalidInputError):
        rank_plans([plan("a", 1, 1), plan("a", 1, 1)], "units_delta")


def test_plans_of_different_series_do_not_share_their_ground() -> None:
    assert share_ground([plan("a", 1, 1), plan("b", 1, 1)])
    assert not share_ground([plan("a", 1, 1), plan("b", 1, 1, "other")])


@given(st.permutations([plan("a", 1, 3), plan("b", 2, 3), plan("c", 3, 1), plan("d", 4, 2)]))
def test_the_order_does_not_depend_on_how_they_were_named(plans: list[Candidate]) -> None:
    assert order(plans, "revenue_delta") == [(1, "a"), (1, "b"), (3, "d"), (4, "c")]
