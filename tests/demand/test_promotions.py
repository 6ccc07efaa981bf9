"""Promotions: how many, how long, how deep, and never two at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.promotions import KINDS, Promotions, draw_promotions, percent_by_day


@pytest.mark.parametrize(("chance", "n_days"), [(0.10, 92), (0.25, 181), (0.5, 366)])
def test_the_chance_is_that_a_promotion_starts_per_product_and_thirty_days(chance: float, n_days: int) -> None:
    started = sum(len(draw_promotions(seed, chance, np.zeros(100, np.int64), n_days).product) for seed in range(20))
    expected = chance * 2000 * n_days / 30
    # a sum of independent draws: four standard deviations, and the few that a full last block leaves no room for
    assert abs(started - expected) < 4 * np.sqrt(expected * (1 - chance)) + 0.01 * expected


@given(st.integers(0, 2**31 - 1), st.floats(0, 0.5), st.integers(1, 400))
def test_promotions_last_three_to_fourteen_days_and_never_overlap(seed: int, chance: float, n_days: int) -> None:
    first_day = np.arange(12) % 5 * 20 % n_days
    promotions = draw_promotions(seed, chance, first_day, n_days)
    assert ((promotions.length >= 3) & (promotions.length <= 14)).all()
    assert (promotions.start >= first_day[promotions.product]).all()
    assert (promotions.start < n_days).all()
    for product in range(12):
        mine = promotions.product == product
        start, end = np.sort(promotions.start[mine]), np.sort((promotions.start + promotions.length)[mine])
        assert (start[1:] >= end[:-1]).all()


def test_kinds_and_discounts_come_from_their_table() -> None:
    promotions = draw_promotions(1, 0.5, np.zeros(500, np.int64), 366)
    assert all(int(p) in KINDS[kind][1] for kind, p in zip(promotions.kind, promotions.percent, strict=True))
    shares = {kind: promotions.kind.count(kind) / len(promotions.kind) for kind in KINDS}
    assert shares == pytest.approx({kind: chance for kind, (chance, _) in KINDS.items()}, abs=0.03)


def test_one_products_promotions_do_not_move_anothers() -> None:
    few = draw_promotions(42, 0.3, np.zeros(3, np.int64), 181)
    many = draw_promotions(42, 0.3, np.zeros(60, np.int64), 181)
    assert np.array_equal(percent_by_day(many, 60, 181)[:3], percent_by_day(few, 3, 181))


def test_days_on_promotion_by_hand() -> None:
    # product 1: three days from day 2 at 20 %; product 0: four days from day 8, of which the window of ten has two
    promotions = Promotions(
        np.array([1, 0]), np.array([2, 8]), np.array([3, 4]), ("pct_off", "bogo"), np.array([20, 50])
    )
    assert percent_by_day(promotions, 2, 10).tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 50, 50],
        [0, 0, 20, 20, 20, 0, 0, 0, 0, 0],
    ]


def test_no_chance_no_promotion() -> None:
    assert draw_promotions(42, 0.0, np.zeros(50, np.int64), 366).product.size == 0
