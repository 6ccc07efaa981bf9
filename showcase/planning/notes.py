"""What a reader of a plan has to know about the numbers in it, in sentences."""

from __future__ import annotations

import math

from showcase.kernel.words import percent
from showcase.planning.assumptions import Assumptions
from showcase.planning.effects import LEVEL, Estimate, ProductEffects
from showcase.planning.plan import Plan

_MANY_SILENT = 0.05

_RESTS_ON = {
    "category": "{what} is that of its category, for {why} of this product",
    "data_set": "{what} is that of all products, for {why} of this product or its category",
    "fixed": "{what} is a fixed number, for the data set has {why}",
}


def effect_notes(assumptions: Assumptions, effects: ProductEffects) -> list[str]:
    """What the effects that these assumptions use rest on, where it is not the product's own sales."""
    lines = []
    if assumptions.price is not None or assumptions.promotion is not None:
        lines.append(_rests_on(f"The elasticity ({effects.elasticity.value:.2f})", effects.elasticity, "price changes"))
        if effects.silent_share > _MANY_SILENT:
            lines.append(
                f"{percent(effects.silent_share)} of its days sold nothing; logarithms leave them out, so that the "
                "effect of a price is rather larger than estimated."
            )
    if assumptions.promotion is not None:
        factor = math.exp(effects.log_uplift.value)
        lines.append(_rests_on(f"The promotion's uplift (x {factor:.2f})", effects.log_uplift, "promotion days"))
    if assumptions.holiday is not None:
        factor = math.exp(effects.log_holiday.value)
        what = "is a fixed number, for the history has none" if effects.log_holiday.source == "fixed" else "is the mean"
        lines.append(f"The effect of a holiday (x {factor:.2f}) {what}; holidays differ widely.")
    return [line for line in lines if line]


def _rests_on(what: str, estimate: Estimate, of: str) -> str:
    if estimate.source == "product":
        return ""
    why = f"too few {of}" if estimate.source == "fixed" else f"there are too few {of}"
    return _RESTS_ON[estimate.source].format(what=what, why=why) + "."


def plan_notes(plan: Plan) -> list[str]:
    """What a plan itself gives cause to say."""
    low, high, effects, stock = plan.low, plan.high, plan.effects, plan.stock
    lines = []
    if plan.price_unseen:
        prices = plan.scenario.price
        furthest = min(prices) if min(prices) < effects.lowest_price else max(prices)
        lines.append(
            f"A price of {furthest:.2f} was never paid for this product: its prices lay between "
            f"{effects.lowest_price:.2f} and {effects.highest_price:.2f}, and what lies outside is extrapolated."
        )
    if plan.exogenous is not None and plan.disagrees:
        lines.append(
            f"The model asked again says {plan.exogenous.units:+.0f} units, outside the {LEVEL} % interval of the "
            f"estimated effect ({low.units:+.0f} to {high.units:+.0f}); the estimate leads."
        )
    if low.revenue < 0 < high.revenue:
        lines.append(f"Whether it earns more is open: revenue changes by {low.revenue:+.2f} to {high.revenue:+.2f}.")
    if stock is not None and stock.stockout_day is not None:
        lines.append(f"The stock is gone on {stock.stockout_day}; {stock.unmet_units:.0f} units are wanted in vain.")
    if plan.true_effects is not None and plan.truth is None:
        lines.append("Known truth has no number for holidays and stages of life, so no true effect stands beside.")
    return lines
