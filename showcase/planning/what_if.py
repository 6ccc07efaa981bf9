"""Computes a plan from assumptions, a baseline forecast and the estimated effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from showcase.errors import InvalidInputError
from showcase.forecasting.history import Floats
from showcase.planning.assumptions import Assumptions, check_days
from showcase.planning.effects import SIDE, ProductEffects
from showcase.planning.inventory import run_down
from showcase.planning.notes import effect_notes, plan_notes
from showcase.planning.plan import Baseline, Deltas, Path, Plan
from showcase.planning.reforecast import (
    TrueEffects,
    log_multiplier,
    price_ratio,
    stage_log_multiplier,
    true_log_multiplier,
)

_CENT = 0.01
_EQUAL = 1e-9  # share of the baseline by which two sums of the same units may differ


def make_plan(
    assumptions: Assumptions,
    baseline: Baseline,
    effects: ProductEffects,
    true_effects: TrueEffects | None = None,
    remarks: Sequence[str] = (),
) -> Plan:
    """The plan of these assumptions; `true_effects` stand beside it where they are known, and change nothing in it.

    InvalidInputError where an assumption lies outside the forecast days, and where the series has no forecast or no
    price. `remarks` come before the plan's own notes.
    """
    check_days(assumptions, baseline.days)
    if not (np.isfinite(baseline.units).all() and (baseline.price > 0).all()):
        raise InvalidInputError(
            f"A plan needs a forecast and a price on each of the days {baseline.days}; this series lacks one of them.",
            "Choose a store and a product that sold at a known price.",
        )
    price = baseline.price * price_ratio(assumptions, baseline.days)

    def sell(wanted: Floats) -> Path:
        return Path(_sellable(wanted, assumptions, baseline), price)

    usual = Path(baseline.units, baseline.price)
    readings = _read(assumptions, baseline, effects, sell)
    scenario = sell(readings.wanted)
    true_log = None if true_effects is None else true_log_multiplier(assumptions, baseline.days, true_effects)
    stock = assumptions.inventory
    plan = Plan(
        method="heuristic" if readings.exogenous is None else "model_exogenous",
        leads="model" if readings.model_leads else "estimate",
        days=baseline.days,
        baseline=usual,
        scenario=scenario,
        delta=_between(usual, scenario),
        low=readings.low,
        high=readings.high,
        multiplier=readings.multiplier,
        exogenous=readings.exogenous,
        disagrees=readings.exogenous is not None and not readings.model_leads,
        price_unseen=_is_unseen(price, baseline.price, effects),
        effects=effects,
        stock=None if stock is None else run_down(readings.wanted, stock.on_hand_units, baseline.days),
        true_effects=true_effects,
        truth=None if true_log is None else _between(usual, sell(baseline.units * np.exp(true_log))),
    )
    return replace(plan, notes=(*remarks, *effect_notes(assumptions, effects), *plan_notes(plan)))


@dataclass(frozen=True, slots=True)
class _Readings:
    """The demand that leads (h,), and the two readings of it with the interval of the first."""

    wanted: Floats
    multiplier: Deltas
    low: Deltas
    high: Deltas
    exogenous: Deltas | None
    model_leads: bool


def _read(
    assumptions: Assumptions, baseline: Baseline, effects: ProductEffects, sell: Callable[[Floats], Path]
) -> _Readings:
    """The estimated multiplier with its interval; the model asked again leads where it lies inside of that."""
    usual = Path(baseline.units, baseline.price)
    estimated = log_multiplier(assumptions, baseline.days, effects)
    wanted, less, more = (
        baseline.units * np.exp(estimated.value + side * estimated.error) for side in (0, -SIDE, SIDE)
    )
    multiplier, *edges = (_between(usual, sell(one)) for one in (wanted, less, more))
    units, revenue = (sorted(getattr(one, name) for one in (multiplier, *edges)) for name in ("units", "revenue"))
    low, high = Deltas(units[0], revenue[0]), Deltas(units[-1], revenue[-1])
    if baseline.reforecast is None:
        return _Readings(wanted, multiplier, low, high, None, model_leads=False)
    again = baseline.reforecast * np.exp(stage_log_multiplier(assumptions, baseline.days, effects))
    exogenous, slack = _between(usual, sell(again)), _EQUAL * float(baseline.units.sum())
    agrees = low.units - slack <= exogenous.units <= high.units + slack
    return _Readings(again if agrees else wanted, multiplier, low, high, exogenous, model_leads=agrees)


def _sellable(wanted: Floats, assumptions: Assumptions, baseline: Baseline) -> Floats:
    if assumptions.inventory is None:
        return wanted
    return run_down(wanted, assumptions.inventory.on_hand_units, baseline.days).sold


def _between(usual: Path, other: Path) -> Deltas:
    return Deltas(float((other.units - usual.units).sum()), float((other.revenue - usual.revenue).sum()))


def _is_unseen(price: Floats, usual: Floats, effects: ProductEffects) -> bool:
    """Whether a changed price lies outside those ever paid, by more than the cent that prices are rounded to."""
    outside = (price < effects.lowest_price - _CENT) | (price > effects.highest_price + _CENT)
    return bool((outside & (price != usual)).any())
