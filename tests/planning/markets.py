"""Small markets for the tests of planning: histories with known effects, and generated ones with their truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from showcase.demand.generate import generate
from showcase.demand.recipe import resolve_recipe
from showcase.forecasting.grid import SalesRows, place_on_grid
from showcase.forecasting.history import History, SalesMatrix
from showcase.planning.effects import Estimate, ProductEffects
from showcase.planning.reforecast import TrueEffects

MONDAY = date(2026, 6, 1)
CATEGORIES = {101: "tea", 102: "tea", 103: "bread", 104: "bread", 105: "bread"}


def market(
    stores: int = 4,
    products: int = 5,
    days: int = 120,
    *,
    elasticity: float = -1.5,
    uplift: float = 1.3,
    noise: float = 0.0,
    seed: int = 5,
    price_moves: bool = True,
    promotions: bool = True,
) -> SalesMatrix:
    """Demand that answers to price and promotion exactly as told, times noise; every store has prices of its own."""
    draw = np.random.default_rng(seed)
    n = stores * products
    product = np.tile(np.arange(products), stores)
    steps = draw.choice([-0.1, -0.05, 0.05, 0.1], (n, days)) * (draw.random((n, days)) < 0.03)
    shelf = 10.0 * np.exp(np.cumsum(steps, axis=1) * price_moves)
    promo = np.zeros((n, days))
    for one in range(products if promotions else 0):
        for start in range(8 + 5 * one, days - 6, 40):
            promo[product == one, start : start + 5] = 0.2
    price = shelf * (1 - promo)
    level = draw.uniform(50, 200, n)[:, None] * np.array([0.8, 0.9, 1, 1, 1.1, 1.3, 1.2])[np.arange(days) % 7]
    units = level * (price / 10) ** elasticity * np.where(promo > 0, uplift, 1.0)
    units = units * np.exp(draw.normal(0, 1, (n, days)) * noise)
    return SalesMatrix(
        store_ids=np.repeat(np.arange(1, stores + 1), products),
        product_ids=product + 101,
        first_day=MONDAY,
        units=units,
        price=price,
        promo=promo,
        stockout=np.zeros((n, days), dtype=np.bool_),
        holiday=np.zeros(days, dtype=np.bool_),
    )


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated data set: its history, the category of each product and the truth about it, by product id."""

    history: History
    categories: dict[int, str]
    truth: dict[int, TrueEffects]


def generated(preset: str, seed: int) -> Generated:
    """A generated data set, positions as ids."""
    tables = generate(resolve_recipe(preset, seed, as_of=date(2026, 11, 22)))
    keys = ["store", "product", "date"]
    sales = tables.sales.join(tables.stock.select(*keys, "is_stockout"), on=keys)
    column = {name: sales[name].to_numpy() for name in sales.columns}
    rows = SalesRows(
        store_ids=column["store"].astype(np.int64),
        product_ids=column["product"].astype(np.int64),
        days=(sales["date"] - tables.window.start).dt.total_days().to_numpy(),
        units=column["units"],
        price_cents=column["unit_price_cents"],
        promo_percent=column["promo_percent"].astype(np.int64),
        is_open=column["is_open"],
        is_stockout=column["is_stockout"],
    )
    holiday = tables.calendar.sort(pl.col("date"))["is_holiday"].to_numpy()
    matrix = place_on_grid(rows, tables.window.start, tables.window.days, holiday)
    assert tables.truth_effects is not None
    truth = {row[0]: TrueEffects(row[1], row[2]) for row in tables.truth_effects.iter_rows()}
    return Generated(matrix.history(), dict(enumerate(tables.products["category"])), truth)


def told_effects(
    elasticity: float = -2.0,
    log_uplift: float = 0.0,
    error: float = 0.0,
    *,
    prices: tuple[float, float] = (0.01, 1000.0),
    log_holiday: float = 0.0,
    stage_slope: float = 0.0,
) -> ProductEffects:
    """Effects as told, all with the same error, none shared."""
    return ProductEffects(
        product_id=101,
        elasticity=Estimate(elasticity, error, "product", 1.0),
        log_uplift=Estimate(log_uplift, error, "product", 1.0),
        covariance=0.0,
        log_holiday=Estimate(log_holiday, error, "data_set"),
        stage_slope=Estimate(stage_slope, error, "data_set"),
        price_changes=9,
        promotion_days=9,
        lowest_price=prices[0],
        highest_price=prices[1],
        silent_share=0.0,
    )
