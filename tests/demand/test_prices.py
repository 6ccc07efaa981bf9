"""List prices and what the shopper pays."""

from __future__ import annotations

import numpy as np

from showcase.demand.dimensions import draw_products, draw_stores
from showcase.demand.prices import LARGEST_STEP, SMALLEST_STEP, draw_list_prices, price_paid


def test_a_discount_lowers_the_price_by_its_percent_half_cents_up() -> None:
    list_cents = np.array([[[199, 199, 199, 150]]])
    assert price_paid(list_cents, np.array([[0, 25, 50, 15]])).tolist() == [[[199, 149, 100, 128]]]


def test_list_prices_change_about_as_often_as_said_and_stay_near_the_usual_price() -> None:
    stores, products = draw_stores(42, 10), draw_products(42, 50)
    prices = draw_list_prices(42, stores, np.arange(10), products, 360)
    changes = (np.diff(prices, axis=-1) != 0).sum()
    # 500 series x 12 blocks x .35 = 2,100; some cheap products come back to the same shelf price
    assert 1500 < changes <= 2300
    usual = stores.price_level[:, None] * products.base_cents
    assert (prices >= usual[..., None] * SMALLEST_STEP - 6).all()
    assert (prices <= usual[..., None] * LARGEST_STEP + 6).all()
    assert (prices % 10 == 9).all()


def test_a_stores_prices_do_not_depend_on_which_others_are_drawn_with_it() -> None:
    stores, products = draw_stores(42, 5), draw_products(42, 8)
    together = draw_list_prices(42, stores, np.arange(5), products, 100)
    alone = draw_list_prices(42, stores, np.array([3]), products, 100)
    assert np.array_equal(together[3], alone[0])
