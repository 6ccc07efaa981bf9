"""What a holiday brings, and how fast products grow and decline, both from what price and promotion leave."""

from __future__ import annotations

import math

import numpy as np

from showcase.forecasting.history import Floats
from showcase.planning.panel import Regressor, demean, regress
from showcase.planning.sales_panel import FEWEST_PRODUCTS, SalesPanel
from showcase.planning.shrinkage import spread_between

_HOLIDAY_SPREAD = 0.3  # how much holidays usually differ, in logarithms: some shops are full, some closed
_WORTH = 2.0  # the usual spread weighs as much as that seen among so many holidays
_LEAST_DAYS = 56
_USUAL_SLOPE_SPREAD = 0.001


def holiday_effect(panel: SalesPanel, rest: Floats) -> tuple[float, float] | None:
    """The mean logarithm of what a holiday multiplies all sales by, and the error of that for one more holiday.

    `rest` (n, d) is ln(units) less price and promotion. Each holiday is compared with its weekday in the weeks around.
    None where the history has no holiday to learn from.
    """
    known = panel.usable.sum(axis=0)
    level = demean(rest, panel.usable, [panel.blocks(28)]).sum(axis=0) / np.maximum(known, 1)
    lifts = [lift for day in np.flatnonzero(panel.holiday & (known > 0)) if (lift := _lift(panel, level, known, day))]
    if not lifts:
        return None
    mean, count = float(np.mean(lifts)), len(lifts)
    scatter = float(((np.array(lifts) - mean) ** 2).sum())
    spread = (scatter + _WORTH * _HOLIDAY_SPREAD**2) / (count - 1 + _WORTH)
    return mean, math.sqrt(spread * (1 + 1 / count))


def _lift(panel: SalesPanel, level: Floats, known: Floats, day: np.intp) -> float | None:
    around = [day + 7 * weeks for weeks in (-3, -2, -1, 1, 2, 3)]
    usual = [level[other] for other in around if 0 <= other < len(level) and known[other] and not panel.holiday[other]]
    return float(level[day] - np.mean(usual)) if usual else None


def stage_spread(panel: SalesPanel, rest: Floats) -> tuple[float, float] | None:
    """How far the daily growth of products lies apart (standard deviation of slopes of ln(units)), with its error.

    None where the history is too short or the products too few to tell.
    """
    n, d = panel.shape
    if d < _LEAST_DAYS or panel.n_products < FEWEST_PRODUCTS:
        return None
    days = np.repeat(np.arange(d, dtype=np.float64)[None, :] / d, n, axis=0)
    # time passes for all alike: the common day goes first, so that growth is told against the other products
    own = demean(rest, panel.usable, [panel.blocks(d), panel.common_days(panel.n_products)])
    time = Regressor(days, panel.product, panel.n_products)
    slopes = regress(own, [time], panel.usable, [panel.blocks(d)], panel.product).slopes
    known = slopes.is_known
    if known.sum() < FEWEST_PRODUCTS:
        return None
    everyone = np.zeros(int(known.sum()), dtype=np.int64)
    usual = _USUAL_SLOPE_SPREAD * d
    spread = math.sqrt(spread_between(slopes.value[known], slopes.variance[known], everyone, usual))
    return spread / d, spread / d / math.sqrt(2 * (len(everyone) - 1))
