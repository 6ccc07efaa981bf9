"""Stores and products: codes never change, traits depend on the seed and the number alone."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from showcase.demand.dimensions import CATEGORIES, Products, Stores, draw_products, draw_stores, shelf_price


def first(drawn: Stores | Products, count: int) -> list[list[object]]:
    return [list(getattr(drawn, field.name))[:count] for field in fields(drawn)]


def test_codes_do_not_depend_on_the_seed() -> None:
    assert draw_stores(1, 3).codes == draw_stores(99, 3).codes == ("S1001", "S1002", "S1003")
    assert draw_products(1, 2).skus == draw_products(99, 2).skus == ("SKU-10001", "SKU-10002")


@pytest.mark.parametrize("seed", [0, 42, 2**31 - 1])
def test_traits_do_not_depend_on_how_many_are_drawn(seed: int) -> None:
    assert first(draw_stores(seed, 100), 4) == first(draw_stores(seed, 4), 4)
    assert first(draw_products(seed, 500), 9) == first(draw_products(seed, 9), 9)


def test_traits_depend_on_the_seed() -> None:
    assert not np.array_equal(draw_products(1, 20).level, draw_products(2, 20).level)
    assert not np.array_equal(draw_stores(1, 20).level, draw_stores(2, 20).level)


def test_names_of_five_hundred_products_and_hundred_stores_are_all_different() -> None:
    assert len(set(draw_stores(42, 100).names)) == 100
    assert len(set(draw_products(42, 500).names)) == 500


def test_levels_average_to_the_base() -> None:
    assert draw_products(42, 500).level.mean() == pytest.approx(1.0, abs=0.05)
    assert draw_stores(42, 100).level.mean() == pytest.approx(1.0, abs=0.06)


def test_truth_is_plausible_and_prices_are_of_the_category() -> None:
    products = draw_products(5, 500)
    assert (products.elasticity < -0.7).all()
    assert (products.elasticity > -2.3).all()
    assert (products.promotion_uplift >= 1.1).all()
    assert (products.promotion_uplift <= 1.4).all()
    for position, category in enumerate(CATEGORIES):
        cents = products.base_cents[products.category == position]
        assert cents.min() >= category.cheapest_cents - 10
        assert cents.max() <= category.dearest_cents + 10


def test_shelf_prices_end_in_nine() -> None:
    assert shelf_price(np.array([100.0, 104.9, 105.1, 1.0])).tolist() == [99, 99, 109, 9]
