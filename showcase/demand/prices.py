"""List prices that change now and then in each store, and the price that the shopper pays."""

from __future__ import annotations

import numpy as np

from showcase.demand.dimensions import Products, Stores, shelf_price
from showcase.demand.draws import Integers, Stream, between, stream_keys, uniforms, whole_between

BLOCK_DAYS = 30
CHANGE_P = 0.35
"""Chance, per series and 30 days, that the list price is set anew; without such changes no elasticity could be told."""

SMALLEST_STEP, LARGEST_STEP = 0.88, 1.12
"""A new list price lies between these multiples of the series' own usual price, and so never wanders off."""


def draw_list_prices(seed: int, stores: Stores, numbers: Integers, products: Products, n_days: int) -> Integers:
    """List prices in cents, (stores, products, days), of the stores with these numbers."""
    keys = stream_keys(seed, Stream.LIST_PRICE, numbers, np.arange(len(products.skus)))
    usual = stores.price_level[numbers][:, None] * products.base_cents
    current = shelf_price(usual)
    prices = np.empty((*usual.shape, n_days), dtype=np.int64)
    for block, opening in enumerate(range(0, n_days, BLOCK_DAYS)):
        block_days = min(BLOCK_DAYS, n_days - opening)
        happens, where, step = np.moveaxis(uniforms(keys, 3 * block + np.arange(3)), -1, 0)
        changes = happens < CHANGE_P * block_days / BLOCK_DAYS
        changed = np.where(changes, shelf_price(usual * between(step, SMALLEST_STEP, LARGEST_STEP)), current)
        day = whole_between(where, 0, block_days - 1)
        is_after = np.arange(block_days) >= day[..., None]
        prices[..., opening : opening + block_days] = np.where(is_after, changed[..., None], current[..., None])
        current = changed
    return prices


def price_paid(list_cents: Integers, percent_off: Integers) -> Integers:
    """Cents that the shopper pays, (stores, products, days); percent_off is (products, days); half cents go up."""
    return (list_cents * (100 - percent_off) + 50) // 100
