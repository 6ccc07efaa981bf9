"""Promotion uplifts: what promotion days bring beside the price, one multiplier a product."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from showcase.forecasting.history import Booleans, Floats, Integers
from showcase.planning.panel import Regressor, regress
from showcase.planning.sales_panel import SalesPanel
from showcase.planning.shrinkage import Shrunk, shrink

FIXED, FIXED_ERROR = math.log(1.2), 0.15
"""The log uplift that serves where too few products were promoted, and its error: usual in grocery retail."""
USUAL_SPREAD = 0.1
"""How much the log uplifts of products usually differ (standard deviation), where few can be told."""

_FEWEST_DAYS = 3
_BLOCK_DAYS = 28  # a promotion is compared with the weeks around it: levels shift and drift over months


@dataclass(frozen=True, slots=True)
class Uplifts:
    """For each product (p,): the shrunk logarithms of the multipliers, whether it has one of its own, the covariance of
    its error with that of the elasticity, and its promotion days."""

    shrunk: Shrunk
    is_own: Booleans
    covariance: Floats
    days: Integers


def estimate_uplifts(panel: SalesPanel, elasticity: Floats, elasticity_error: Floats) -> Uplifts:
    """The log uplift of every product, once its price effect at these elasticities (p,) is out.

    Promoted siblings take sales away; what they take is estimated beside, one number for all products.
    """
    own = panel.promoted * panel.usable
    days = np.bincount(panel.product, own.sum(axis=1), minlength=panel.n_products).astype(np.int64)
    usable = panel.usable * ~panel.holiday * panel.settled
    regressors = [
        Regressor(panel.promoted, panel.product, panel.n_products),
        Regressor(panel.siblings, np.zeros(panel.shape[0], dtype=np.int64), 1),
    ]
    outcome = panel.without(elasticity, np.zeros(panel.n_products))
    cells = panel.blocks(_BLOCK_DAYS), panel.common_days(panel.n_products)
    slopes = regress(outcome, regressors, usable, cells, panel.product).slopes
    is_own = slopes.is_known & (days >= _FEWEST_DAYS)
    # an elasticity that is off by 0.1 moves the uplift by 0.1 times the log discount, the other way
    log_cut = np.log(np.where(panel.discount < 1, 1 - panel.discount, 1.0)) * own
    depth = np.bincount(panel.product, log_cut.sum(axis=1), minlength=panel.n_products) / np.maximum(days, 1)
    shared = np.where(is_own, -depth * elasticity_error**2, 0.0)
    variance = np.where(is_own, slopes.variance - depth * shared, np.inf)
    shrunk = shrink(slopes.value, variance, panel.category, USUAL_SPREAD, (FIXED, FIXED_ERROR**2))
    return Uplifts(shrunk, is_own, shared * shrunk.own_share, days)
