"""The stores and products of a synthetic chain: code and traits of number k do not depend on how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from showcase.demand.draws import Floats, Integers, Stream, between, quantise, stream_keys, uniforms, whole_between

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One family of products: prices in cents, typical elasticity, peak of the year, sensitivity to weather."""

    name: str
    nouns: Texts
    cheapest_cents: int
    dearest_cents: int
    elasticity: float
    peak_day_of_year: int
    weather_sensitivity: float


CATEGORIES = (
    Category("Beverages", ("Orange Juice", "Sparkling Water", "Iced Tea", "Cola", "Lemonade"), 99, 399, -1.7, 196, 1.0),
    Category("Bakery", ("Wheat Bread", "Rolls", "Rye Bread", "Croissants", "Muffins"), 129, 449, -1.2, 340, -0.3),
    Category("Dairy", ("Milk", "Yoghurt", "Butter", "Cheddar", "Cream"), 89, 549, -1.1, 20, 0.2),
    Category("Snacks", ("Potato Chips", "Chocolate", "Pretzels", "Nuts", "Biscuits"), 119, 499, -1.9, 350, -0.5),
    Category("Household", ("Detergent", "Paper Towels", "Dish Soap", "Bin Bags", "Sponges"), 249, 1299, -1.5, 90, 0),
)  # fmt: skip
"""Product k is of category k modulo five, so that even a few products have siblings."""

BRANDS = ("Greenleaf", "Sunmill", "Brookline", "Harvest Row", "Clearway", "Northstar")
VARIETIES = ("Classic", "Family Pack", "Light", "Organic", "Premium", "Value")

REGIONS = {
    "North": ("Aldermoor", "Frostwick", "Kelderby"),
    "South": ("Marlbay", "Sunford", "Vinehill"),
    "East": ("Easthaven", "Millbrook", "Thornby"),
    "West": ("Cliffport", "Oakridge", "Westmere"),
}
"""Regions with their cities. Store k lies in region k modulo four."""

STORE_TYPES = {"express": 0.75, "supermarket": 1.0, "hypermarket": 1.3}
"""Kinds of store with the multiplier that each brings to the level."""

LIFECYCLE_STAGES = ("growth", "maturity", "maturity", "decline")
"""What a product's stage is drawn from, each entry as likely."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Texts and traits of n stores; level multiplies demand, price_level list prices; region is a place in REGIONS."""

    codes: Texts
    names: Texts
    regions: Texts
    cities: Texts
    store_types: Texts
    region: Integers
    level: Floats
    price_level: Floats


@dataclass(frozen=True, slots=True)
class Products:
    """Texts and traits of n products; category is a place in CATEGORIES.

    base_cents is the price at which demand has its base level; elasticity is d ln(units) / d ln(price paid);
    promotion_uplift is the multiplier on demand that a promotion brings beside its price.
    """

    skus: Texts
    names: Texts
    categories: Texts
    brands: Texts
    lifecycle: Texts
    category: Integers
    base_cents: Integers
    level: Floats
    elasticity: Floats
    promotion_uplift: Floats


def _chosen(options: tuple[str, ...], uniform: Floats) -> Texts:
    return tuple(options[i] for i in whole_between(uniform, 0, len(options) - 1))


def draw_stores(seed: int, count: int) -> Stores:
    """The first `count` stores of the chain with this seed."""
    numbers = np.arange(count)
    city, kind, spread, price = uniforms(stream_keys(seed, Stream.STORE, numbers), np.arange(4)).T
    region = numbers % len(REGIONS)
    region_names = tuple(tuple(REGIONS)[i] for i in region)
    cities = tuple(REGIONS[name][i] for name, i in zip(region_names, whole_between(city, 0, 2), strict=True))
    types = _chosen(tuple(STORE_TYPES), kind)
    codes = tuple(f"S{1001 + k}" for k in numbers)
    return Stores(
        codes=codes,
        names=tuple(f"{town} {code}" for town, code in zip(cities, codes, strict=True)),
        regions=region_names,
        cities=cities,
        store_types=types,
        region=region,
        level=quantise(np.array([STORE_TYPES[name] for name in types]) * between(spread, 0.85, 1.15)),
        price_level=between(price, 0.96, 1.04),
    )


def shelf_price(cents: Floats) -> Integers:
    """Prices as shops write them: the nearest whole ten cents less one."""
    return np.maximum(np.rint(quantise(cents / 10)).astype(np.int64) * 10 - 1, 9)


def draw_products(seed: int, count: int) -> Products:
    """The first `count` products of the assortment with this seed."""
    numbers = np.arange(count)
    drawn = uniforms(stream_keys(seed, Stream.PRODUCT, numbers), np.arange(7)).T
    brand, variety, stage, price, level, elasticity, uplift = drawn
    category = numbers % len(CATEGORIES)
    families = [CATEGORIES[i] for i in category]
    varieties = _chosen(VARIETIES, variety)
    cheapest, dearest, typical = (
        np.array(column)
        for column in zip(*((f.cheapest_cents, f.dearest_cents, f.elasticity) for f in families), strict=True)
    )
    return Products(
        skus=tuple(f"SKU-{10001 + k}" for k in numbers),
        names=tuple(
            _product_name(family, kind, k) for k, (family, kind) in enumerate(zip(families, varieties, strict=True))
        ),
        categories=tuple(family.name for family in families),
        brands=_chosen(BRANDS, brand),
        lifecycle=_chosen(LIFECYCLE_STAGES, stage),
        category=category,
        base_cents=shelf_price(cheapest + (dearest - cheapest) * price),
        level=between(level, 0.5, 1.5),
        elasticity=quantise(typical + between(elasticity, -0.3, 0.3)),
        promotion_uplift=between(uplift, 1.10, 1.40),
    )


def _product_name(family: Category, variety: str, number: int) -> str:
    row = number // len(CATEGORIES)
    noun = family.nouns[row % len(family.nouns)]
    series = row // len(family.nouns)
    return f"{noun} {variety}" if series == 0 else f"{noun} {variety} {series + 1}"


def one_hot(category: Integers) -> NDArray[np.int64]:
    """Which category each product is of, as a (categories, products) matrix of 0 and 1."""
    return np.asarray(np.arange(len(CATEGORIES))[:, None] == category, dtype=np.int64)
