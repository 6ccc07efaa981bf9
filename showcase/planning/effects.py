"""What moves the sales of a product, estimated from the data set: price, promotion, holidays and its stage of life."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from showcase.errors import NotFoundError
from showcase.forecasting.history import Booleans, History, Integers
from showcase.planning import elasticity, uplift
from showcase.planning.day_effects import holiday_effect, stage_spread
from showcase.planning.sales_panel import SalesPanel
from showcase.planning.shrinkage import Shrunk

Source = Literal["product", "category", "data_set", "fixed"]
LEVEL = 95
SIDE = 1.959964  # standard errors on each side of a 95 % interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error, and what it rests on.

    source: the product's own sales (drawn towards its category), its category alone, all products, or a fixed number
    because the data set has too few changes to estimate from. own_share: how much of it is the product's own.
    """

    value: float
    error: float
    source: Source
    own_share: float = 0.0

    @property
    def low(self) -> float:
        return self.value - SIDE * self.error

    @property
    def high(self) -> float:
        return self.value + SIDE * self.error


FIXED_ELASTICITY = Estimate(elasticity.FIXED, elasticity.FIXED_ERROR, "fixed")
FIXED_UPLIFT = Estimate(uplift.FIXED, uplift.FIXED_ERROR, "fixed")
FIXED_HOLIDAY = Estimate(math.log(1.2), 0.3, "fixed")
FIXED_STAGE_SPREAD = Estimate(0.001, 0.0005, "fixed")
"""What serves where nothing can be estimated: usual sizes in grocery retail, with wide errors."""


@dataclass(frozen=True, slots=True)
class ProductEffects:
    """The effects on one product's demand.

    elasticity is d ln(units) / d ln(price paid), never above 0; log_uplift the natural logarithm of the multiplier that
    a promotion brings beside its price, never below 0; covariance that of their errors; log_holiday that of a holiday;
    stage_slope what growth adds and decline takes a day, in logarithms. price_changes and promotion_days count what was
    seen of the product in all stores; lowest_price and highest_price are the prices paid for it (its support);
    silent_share the share of its days that sold nothing, which a logarithm has to leave out.
    """

    product_id: int
    elasticity: Estimate
    log_uplift: Estimate
    covariance: float
    log_holiday: Estimate
    stage_slope: Estimate
    price_changes: int
    promotion_days: int
    lowest_price: float
    highest_price: float
    silent_share: float


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects on every product of a data set."""

    by_product: Mapping[int, ProductEffects]

    def of(self, product_id: int) -> ProductEffects:
        """One product's effects; NotFoundError where the data set has none with this id."""
        found = self.by_product.get(product_id)
        if found is None:
            raise NotFoundError(
                f"There is no product {product_id} in this data set.", "Choose a product that it has sales of."
            )
        return found


def estimate_effects(history: History, categories: Mapping[int, str]) -> Effects:
    """Estimate the effects on every product from the history alone; `categories` maps product ids to category names.

    Price: ln(units) on ln(price) with effects of the series and of the product's day, so that only price differences
    between stores speak. Promotion: what is left on promotion days, beside the series' own weeks and the common day.
    Both are drawn towards the category and all products as far as a product's own sales say little.
    """
    panel = SalesPanel.of(history, categories)
    prices = elasticity.estimate_elasticities(panel)
    elasticities = _estimates(prices.shrunk, prices.is_own, panel.category, FIXED_ELASTICITY, highest=0.0)
    slope = np.array([one.value for one in elasticities])
    promotions = uplift.estimate_uplifts(panel, slope, np.array([one.error for one in elasticities]))
    uplifts = _estimates(promotions.shrunk, promotions.is_own, panel.category, FIXED_UPLIFT, lowest=0.0)
    rest = panel.without(slope, np.array([one.value for one in uplifts]))
    holiday, stage = holiday_effect(panel, rest), stage_spread(panel, rest)
    log_holiday = FIXED_HOLIDAY if holiday is None else Estimate(*holiday, "data_set")
    stage_slope = FIXED_STAGE_SPREAD if stage is None else Estimate(*stage, "data_set")
    found = {
        int(product_id): ProductEffects(
            product_id=int(product_id),
            elasticity=elasticities[place],
            log_uplift=uplifts[place],
            covariance=float(promotions.covariance[place]),
            log_holiday=log_holiday,
            stage_slope=stage_slope,
            price_changes=int(prices.changes[place]),
            promotion_days=int(promotions.days[place]),
            lowest_price=float(panel.lowest_price[place]),
            highest_price=float(panel.highest_price[place]),
            silent_share=float(panel.silent_share[place]),
        )
        for place, product_id in enumerate(panel.product_ids)
    }
    return Effects(found)


def _estimates(
    shrunk: Shrunk,
    is_own: Booleans,
    category: Integers,
    fixed: Estimate,
    *,
    lowest: float = -math.inf,
    highest: float = math.inf,
) -> list[Estimate]:
    """One estimate a product, cut at the sign it must have: a wrong one has mistaken something else for the effect."""
    if not is_own.any():
        return [fixed] * len(category)
    speaking = np.bincount(category, is_own) > 0
    elsewhere: Source = "fixed" if shrunk.leans_on_prior else "data_set"
    return [
        Estimate(
            min(max(float(shrunk.value[place]), lowest), highest),
            math.sqrt(float(shrunk.variance[place])),
            "product" if is_own[place] else "category" if speaking[category[place]] else elsewhere,
            float(shrunk.own_share[place]),
        )
        for place in range(len(category))
    ]
