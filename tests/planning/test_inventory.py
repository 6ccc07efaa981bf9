"""A stock is sold day by day until it is gone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.kernel.window import Window
from showcase.planning.inventory import run_down

FIRST = date(2026, 11, 23)


def test_a_stock_that_runs_out_on_the_third_day() -> None:
    found = run_down(np.array([4.0, 4.0, 4.0, 4.0]), 10, Window.ending(date(2026, 11, 26), 4))
    assert found.sold.tolist() == [4, 4, 2, 0]
    assert found.left_over.tolist() == [6, 2, 0, 0]
    assert (found.days_of_stock, found.stockout_day, found.unmet_units) == (2.5, date(2026, 11, 25), 6)


def test_a_stock_that_lasts_has_no_stockout_day() -> None:
    found = run_down(np.array([1.0, 2.0, 3.0]), 6, Window.ending(FIRST, 3))
    assert (found.stockout_day, found.unmet_units, found.left_over[-1]) == (None, 0, 0)


def test_where_nothing_is_wanted_a_stock_has_no_days() -> None:
    assert run_down(np.zeros(3), 5, Window.ending(FIRST, 3)).days_of_stock is None


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=90), st.integers(0, 10**5))
def test_no_more_is_sold_than_is_wanted_or_there(wanted: list[float], on_hand: int) -> None:
    demand = np.array(wanted)
    found = run_down(demand, on_hand, Window.ending(FIRST, len(wanted)))
    assert (found.sold <= demand + 1e-6).all()
    assert (found.sold >= 0).all()
    assert found.sold.sum() == pytest.approx(min(on_hand, demand.sum()), abs=1e-6)
    assert (np.diff(found.left_over) <= 1e-9).all()
