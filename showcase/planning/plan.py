"""A plan as a value: the days ahead without and with assumptions, what lies between, and how it is told as JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from showcase.forecasting.history import Floats
from showcase.kernel.window import Window
from showcase.planning.effects import LEVEL, Estimate, ProductEffects
from showcase.planning.inventory import StockConsequence
from showcase.planning.reforecast import TrueEffects

Method = Literal["model_exogenous", "heuristic"]
Leader = Literal["model", "estimate"]
_DIGITS = 6  # of published numbers: what lies behind differs between machines


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a plan starts from: units and price of one series on the forecast days (h,).

    `reforecast` (h,) is what the model itself expects under the assumptions, None where they do not reach it.
    """

    days: Window
    units: Floats
    price: Floats
    reforecast: Floats | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """Units and price a day (h,); revenue is their product."""

    units: Floats
    price: Floats

    @property
    def revenue(self) -> Floats:
        return self.units * self.price


@dataclass(frozen=True, slots=True)
class Deltas:
    """Units and revenue of a scenario less those of the baseline, over all days."""

    units: float
    revenue: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A what-if, computed.

    `method` says how it was computed: model_exogenous asked the model again and has the estimated multiplier beside it,
    heuristic has the multiplier alone. `leads` says whose scenario it is: the model's where it lies inside the interval
    of the estimated effect, else the estimate's (baseline times multiplier), and then `disagrees` says so. `delta` is
    the scenario's; `low` and `high` bound it at LEVEL percent, from the errors of the estimated effects alone.
    `multiplier` and `exogenous` are the two readings side by side. `price_unseen` says that a price is planned which
    nobody ever paid for the product. `truth` is the true delta, on generated data.
    """

    method: Method
    leads: Leader
    days: Window
    baseline: Path
    scenario: Path
    delta: Deltas
    low: Deltas
    high: Deltas
    multiplier: Deltas
    exogenous: Deltas | None
    disagrees: bool
    price_unseen: bool
    effects: ProductEffects
    stock: StockConsequence | None
    true_effects: TrueEffects | None
    truth: Deltas | None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The plan as JSON values, numbers with six decimals; null where something does not apply."""
        usual, asked, effects = self.baseline, self.scenario, self.effects
        return {
            "method": self.method,
            "leads": self.leads,
            "horizon": self.days.days,
            "forecast_start": self.days.start.isoformat(),
            "forecast_end": self.days.end.isoformat(),
            "units_delta": _rounded(self.delta.units),
            "revenue_delta": _rounded(self.delta.revenue),
            "interval_level": LEVEL,
            "units_delta_interval": [_rounded(self.low.units), _rounded(self.high.units)],
            "revenue_delta_interval": [_rounded(self.low.revenue), _rounded(self.high.revenue)],
            "units_delta_pct": _percent(self.delta.units, float(usual.units.sum())),
            "revenue_delta_pct": _percent(self.delta.revenue, float(usual.revenue.sum())),
            "true_units_delta": _rounded(self.truth.units) if self.truth else None,
            "true_revenue_delta": _rounded(self.truth.revenue) if self.truth else None,
            "multiplier": _deltas_json(self.multiplier),
            "exogenous": _deltas_json(self.exogenous),
            "disagrees": self.disagrees,
            "price_unseen": self.price_unseen,
            "prices_seen": [_rounded(effects.lowest_price), _rounded(effects.highest_price)],
            "elasticity": _estimate_json(effects.elasticity),
            "promotion_uplift": _multiplier_json(effects.log_uplift),
            "holiday_uplift": _multiplier_json(effects.log_holiday),
            "price_changes": effects.price_changes,
            "promotion_days": effects.promotion_days,
            "true_elasticity": self.true_effects.price_elasticity if self.true_effects else None,
            "true_promotion_uplift": self.true_effects.promotion_uplift if self.true_effects else None,
            "inventory": _stock_json(self.stock),
            "days": [
                {
                    "date": day.isoformat(),
                    **_path_json("baseline", usual, place),
                    **_path_json("scenario", asked, place),
                }
                for place, day in enumerate(self.days)
            ],
            "notes": list(self.notes),
        }


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def _percent(part: float, whole: float) -> float | None:
    return _rounded(100 * part / whole) if whole > 0 else None


def _deltas_json(deltas: Deltas | None) -> dict[str, float] | None:
    if deltas is None:
        return None
    return {"units_delta": _rounded(deltas.units), "revenue_delta": _rounded(deltas.revenue)}


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    numbers = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "own_share": estimate.own_share}
    return {**{name: _rounded(number) for name, number in numbers.items()}, "source": estimate.source}


def _multiplier_json(estimate: Estimate) -> dict[str, Any]:
    told = _estimate_json(estimate)
    return {**told, **{name: _rounded(math.exp(told[name])) for name in ("value", "low", "high")}}


def _path_json(name: str, path: Path, place: int) -> dict[str, float]:
    numbers = {"units": path.units, "price": path.price, "revenue": path.revenue}
    return {f"{name}_{what}": _rounded(values[place]) for what, values in numbers.items()}


def _stock_json(stock: StockConsequence | None) -> dict[str, Any] | None:
    if stock is None:
        return None
    return {
        "on_hand_units": stock.on_hand_units,
        "days_of_stock": None if stock.days_of_stock is None else _rounded(stock.days_of_stock),
        "stockout_day": None if stock.stockout_day is None else stock.stockout_day.isoformat(),
        "unmet_units": _rounded(stock.unmet_units),
        "sold": [_rounded(units) for units in stock.sold],
        "left_over": [_rounded(units) for units in stock.left_over],
    }
