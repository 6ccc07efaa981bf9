"""Price elasticities: a log-log regression with two ways of fixed effects, one slope a product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showcase.forecasting.history import Booleans, Floats, Integers
from showcase.planning.panel import Regressor, demean, regress
from showcase.planning.sales_panel import SalesPanel
from showcase.planning.shrinkage import Shrunk, shrink

FIXED, FIXED_ERROR = -1.5, 0.5
"""The elasticity that serves where too few prices changed, and its error: usual in grocery retail."""
USUAL_SPREAD = 0.3
"""How much the elasticities of a category's products usually differ (standard deviation), where few can be told."""

_FEWEST_CHANGES = 3
_DRIFT_DAYS = 56  # a product that is compared with others is compared over so many days: tastes drift apart
_TELLING = 0.01  # squared log price differences between stores that make a comparison of stores worthwhile


@dataclass(frozen=True, slots=True)
class Elasticities:
    """For each product (p,): the shrunk estimates, whether it has one of its own, and how often its price changed."""

    shrunk: Shrunk
    is_own: Booleans
    changes: Integers


def estimate_elasticities(panel: SalesPanel) -> Elasticities:
    """d ln(units) / d ln(price) of every product, from days without promotion, stockout or silence."""
    usable = panel.usable * (1 - panel.promoted) * ~panel.holiday
    changes = panel.changes()
    prices = Regressor(panel.log_price, panel.product, panel.n_products)
    cells = _cells(panel, usable)
    series = np.arange(panel.shape[0], dtype=np.int64)
    slopes = regress(panel.log_units, [prices], usable, cells, series).slopes
    is_own = slopes.is_known & (changes >= _FEWEST_CHANGES)
    variance = np.where(is_own, slopes.variance, np.inf)
    shrunk = shrink(slopes.value, variance, panel.category, USUAL_SPREAD, (FIXED, FIXED_ERROR**2))
    return Elasticities(shrunk, is_own, changes)


def _cells(panel: SalesPanel, usable: Floats) -> tuple[Integers, Integers]:
    """The fixed effects: series and product's day where a product's stores differ in price on the same day.

    Elsewhere (one store, or one price in all of them) a product is compared with the other products of that kind on the
    same day, and with itself over some weeks.
    """
    n, d = panel.shape
    whole, weeks = panel.blocks(d), panel.blocks(_DRIFT_DAYS)
    within = demean(panel.log_price, usable, [whole, panel.product_days()])
    told = np.bincount(panel.product, (usable * within**2).sum(axis=1), minlength=panel.n_products)
    by_store = (told > _TELLING)[panel.product][:, None]
    other_days = panel.n_products * d + panel.common_days(int((told <= _TELLING).sum()))
    return np.where(by_store, whole, n + weeks), np.where(by_store, panel.product_days(), other_days)
