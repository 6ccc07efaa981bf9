"""Rows of sales on the calendar-complete grid, with promotions, launches and stock where the data set knows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from showcase.forecasting.grid import ProductFacts, SalesRows, place_on_grid
from showcase.forecasting.history import PROMOTION_KINDS, SalesMatrix

FIRST = date(2026, 6, 1)
N_DAYS = 4
nan = float("nan")


def integers(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


ROWS = SalesRows(  # two stores with product 7, the second store with product 9 too; store 1 has no row on day 2
    store_ids=integers(1, 1, 1, 2, 2, 2, 2, 2),
    product_ids=integers(7, 7, 7, 7, 7, 7, 7, 9),
    days=integers(0, 1, 3, 0, 1, 2, 3, 3),
    units=integers(5, 6, 8, 1, 2, 3, 4, 9),
    price_cents=integers(*[200] * 8),
    promo_percent=integers(0, 20, 20, 0, 20, 20, 0, 0),
    is_open=np.ones(8, dtype=np.bool_),
    is_stockout=np.zeros(8, dtype=np.bool_),
    on_hand=integers(10, 4, -1, 7, 5, 2, 0, -1),
)
FACTS = ProductFacts(
    promoted_ids=integers(7, 9, 8),
    starts=integers(-2, 2, 0),
    ends=integers(2, 9, 3),
    kinds=integers(*(PROMOTION_KINDS.index(kind) for kind in ("bogo", "markdown", "bundle"))),
    launches={7: -3, 8: 1},
)


def placed(rows: SalesRows = ROWS, facts: ProductFacts | None = FACTS) -> SalesMatrix:
    return place_on_grid(rows, FIRST, N_DAYS, np.zeros(N_DAYS, dtype=np.bool_), facts)


def test_a_promotion_has_its_kind_where_the_price_knows_of_a_discount() -> None:
    bogo = PROMOTION_KINDS.index("bogo")
    matrix = placed()
    # store 1 gives a discount on day 3, of which no promotion tells; product 9's promotion reached no price
    assert matrix.promo_kind is not None
    assert matrix.promo_kind.tolist() == [[0, bogo, 0, 0], [0, bogo, bogo, 0], [0, 0, 0, 0]]


def test_launches_count_from_the_first_day_and_are_unknown_without_one() -> None:
    launch = placed().launch_day
    np.testing.assert_array_equal(launch, [-3, -3, nan])


def test_stock_is_missing_where_nobody_counted() -> None:
    on_hand = placed().on_hand
    np.testing.assert_array_equal(on_hand, [[10, 4, nan, nan], [7, 5, 2, 0], [nan] * 4])


def test_what_no_row_says_is_not_there() -> None:
    empty = ProductFacts(integers(), integers(), integers(), integers(), {})
    nothing = placed(replace(ROWS, on_hand=integers(*[-1] * 8)), empty)
    assert (nothing.promo_kind, nothing.launch_day, nothing.on_hand) == (None, None, None)
    bare = placed(replace(ROWS, on_hand=None), None)
    assert (bare.promo_kind, bare.launch_day, bare.on_hand) == (None, None, None)


def test_a_missing_day_is_missing_and_its_price_the_last_one() -> None:
    matrix = placed()
    np.testing.assert_array_equal(matrix.units[0], [5, 6, nan, 8])
    assert matrix.price[0].tolist() == [2.0] * 4
