"""Small sales matrices: counting ones for look-ahead, noisy ones with known effects for models."""

from __future__ import annotations

from datetime import date

import numpy as np

from showcase.forecasting.history import Floats, SalesMatrix

MONDAY = date(2026, 6, 1)
WEEK = np.array([0.8, 0.9, 1.0, 1.0, 1.1, 1.3, 1.2])


def matrix_of(units: Floats, first_day: date = MONDAY, **parts: object) -> SalesMatrix:
    """A matrix with these units, a price of 10, and no promotion, stockout or holiday unless `parts` says so."""
    n, d = units.shape
    defaults: dict[str, object] = {
        "store_ids": np.arange(1, n + 1, dtype=np.int64),
        "product_ids": np.arange(101, n + 101, dtype=np.int64),
        "first_day": first_day,
        "units": units.astype(np.float64),
        "price": np.full((n, d), 10.0),
        "promo": np.zeros((n, d)),
        "stockout": np.zeros((n, d), dtype=np.bool_),
        "holiday": np.zeros(d, dtype=np.bool_),
    }
    return SalesMatrix(**{**defaults, **parts})


def counting(n: int, d: int) -> SalesMatrix:
    """Units 1, 2, 3 ... in each series, from another start in each: a value tells its day."""
    return matrix_of(np.arange(1.0, d + 1)[None, :] + 1000.0 * np.arange(n)[:, None])


def lively(n: int, d: int, seed: int = 7, elasticity: float = -1.5, uplift: float = 1.3) -> SalesMatrix:
    """Noisy weekly demand that answers to price and promotion as told; two series share each product."""
    draw = np.random.default_rng(seed)
    days = np.arange(d)
    level = draw.uniform(20, 60, n)
    shelf = 10.0 * np.exp(np.cumsum((draw.random((n, d)) < 0.04) * draw.normal(0, 0.1, (n, d)), axis=1))
    promo = np.zeros((n, d))
    for row in range(n):
        for start in range(5 + 3 * (row % 7), d, 30):
            promo[row, start : start + 5] = draw.choice([0.1, 0.2, 0.3])
    price = shelf * (1 - promo)
    demand = level[:, None] * WEEK[(MONDAY.weekday() + days) % 7]
    demand = demand * (price / 10) ** elasticity * np.where(promo > 0, uplift, 1.0)
    units = np.round(demand * np.exp(draw.normal(0, 0.08, (n, d))))
    holiday = np.zeros(d, dtype=np.bool_)
    holiday[20::45] = True
    return matrix_of(
        units,
        store_ids=np.arange(n, dtype=np.int64) % 2 + 1,
        product_ids=np.arange(n, dtype=np.int64) // 2 + 101,
        price=price,
        promo=promo,
        holiday=holiday,
    )


def gapped(matrix: SalesMatrix, share: float = 0.1, seed: int = 3) -> SalesMatrix:
    """The matrix with a share of its days missing, the first days of the first series too."""
    units = matrix.units.copy()
    units[np.random.default_rng(seed).random(units.shape) < share] = np.nan
    units[0, :4] = np.nan
    return SalesMatrix(
        matrix.store_ids, matrix.product_ids, matrix.first_day, units,
        matrix.price, matrix.promo, matrix.stockout, matrix.holiday,
    )  # fmt: skip
