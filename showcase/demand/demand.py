"""The demand formula: one small function for each factor; their product, rounded and never below 0, is the demand.

Shapes: s stores, p products, d days. A factor that a preset does not use is 1. `t` counts days from the window's first.
"standard" is retail_standard, "rich" is showcase_rich.

| factor | shape | value | where it is not 1 |
|---|---|---|---|
| base level | s, p | preset's base x store's level x product's level | every preset |
| trend | d | 1 + rate t, or (1 + rate)^t | all but high_variance, stockout_heavy, sparse |
| weekday | d | .8 .9 1 1 1.1 1.3 1.2, Monday first | every preset |
| month | d | the preset's table | holiday_rush |
| holiday | d | the calendar's table, or the preset's special days | every preset |
| promotion lift | p, d | the product's true uplift while it is promoted | every preset |
| price effect | s, p, d | (price paid / base price)^elasticity | every preset |
| launch ramp | p, d | 0 before the launch, then in 45 equal steps to 1 | new_launches |
| yearly wave | p, d | 1 + amplitude cos(year's angle from the category's peak) | standard and rich |
| changepoints | p, d | 1, then 1 +- size from one day on, for a share of the products | standard and rich |
| weather | s, p, d | 1 + strength x category's sensitivity x region's signal | standard and rich |
| substitution | p, d | 1 - strength x share of the category's other products on promotion | standard and rich |
| lifecycle | p, d | 1 +- slope t for growing and declining products | rich |
| noise | s, p, d | 1 + sigma z | every preset |
| anomaly | s, p, d | size or 1 / size, with the preset's chance | every preset |
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from showcase.demand.dimensions import one_hot
from showcase.demand.draws import Floats, Integers, quantise
from showcase.demand.presets import TrendKind

WEEKDAY_FACTORS = (0.8, 0.9, 1.0, 1.0, 1.1, 1.3, 1.2)
LONGEST_LIFECYCLE_DAYS = 365
_YEAR_DAYS = 365.25
_SMALLEST_FACTOR = 0.1


def base_level(base: float, store_level: Floats, product_level: Floats) -> Floats:
    """Units a day of each series on an ordinary day, (s, p)."""
    return base * store_level[:, None] * product_level


def trend_factor(kind: TrendKind, rate: float, n_days: int) -> Floats:
    """The slow growth from the window's first day, (d,)."""
    t = np.arange(n_days, dtype=np.float64)
    if kind == "linear":
        return 1 + rate * t
    if kind == "exponential":
        # a running product, not a power: multiplication is the same on every machine
        return np.multiply.accumulate(np.where(t == 0, 1.0, 1 + rate))
    return np.ones(n_days)


def weekday_factor(weekday: Integers) -> Floats:
    """The shape of the week, (d,), from weekdays with Monday 0."""
    return np.array(WEEKDAY_FACTORS)[weekday]


def month_factor(month: Integers, factors: Mapping[int, float]) -> Floats:
    """The preset's month factors, (d,); months that it does not name have 1."""
    return np.array([factors.get(number, 1.0) for number in range(13)])[month]


def promotion_lift(percent_off: Integers, uplift: Floats) -> Floats:
    """The product's uplift on its promotion days, else 1, (p, d)."""
    return np.where(percent_off > 0, uplift[:, None], 1.0)


def price_effect(paid_cents: Integers, base_cents: Integers, elasticity: Floats) -> Floats:
    """(paid / base)^elasticity, (s, p, d): constant elasticity on the price that the shopper pays."""
    ratio = paid_cents / base_cents[:, None]
    return quantise(np.power(ratio, elasticity[:, None]))


def launch_ramp(launch: Integers, ramp_days: int, n_days: int) -> Floats:
    """0 before the launch day, then 1/ramp, 2/ramp, ... 1, (p, d); a negative launch day: sold all along."""
    age = np.arange(n_days) - launch[:, None] + 1
    ramp = np.clip(age / max(ramp_days, 1), 0.0, 1.0)
    return np.where(launch[:, None] < 0, 1.0, ramp)


def yearly_wave(amplitude: float, day_numbers: Integers, peak_day_of_year: Integers) -> Floats:
    """A cosine a year long whose top lies on the category's peak day, (p, d); day_numbers count from 1970-01-01."""
    angle = 2 * np.pi * (day_numbers - (peak_day_of_year[:, None] - 1)) / _YEAR_DAYS
    return quantise(1 + amplitude * np.cos(angle))


def level_shift(shift_day: Integers, size: Floats, n_days: int) -> Floats:
    """1 before the product's changepoint and 1 + size from it on, (p, d)."""
    return np.where(np.arange(n_days) >= shift_day[:, None], 1 + size[:, None], 1.0)


def weather_effect(strength: float, sensitivity: Floats, signal: Floats) -> Floats:
    """1 + strength x sensitivity (p,) x the store's regional signal (s, d), (s, p, d)."""
    effect = 1 + strength * sensitivity[:, None] * signal[:, None, :]
    return np.maximum(quantise(effect), _SMALLEST_FACTOR)


def substitution_effect(strength: float, percent_off: Integers, category: Integers) -> Floats:
    """1 - strength x the share of the category's other products that are on promotion, (p, d)."""
    promoted = (percent_off > 0).astype(np.int64)
    members = one_hot(category)
    siblings = members.sum(axis=1)[category] - 1
    promoted_siblings = (members @ promoted)[category] - promoted
    share: Floats = promoted_siblings / np.maximum(siblings, 1)[:, None]
    return 1 - strength * share


def lifecycle_effect(slope: float, direction: Integers, n_days: int) -> Floats:
    """1 + direction x slope x t, (p, d), direction +1 growing, 0 mature, -1 declining; it stops after a year."""
    t = np.minimum(np.arange(n_days, dtype=np.float64), LONGEST_LIFECYCLE_DAYS)
    return np.maximum(1 + slope * t * direction[:, None], _SMALLEST_FACTOR)


def noise_factor(sigma: float, normal: Floats) -> Floats:
    """1 + sigma z; it may fall below 0, where the demand is then 0."""
    return 1 + sigma * normal


def anomaly_factor(chance: float, size: float, uniform: Floats) -> Floats:
    """`size` in the lower half of the chance, 1 / size in its upper half, else 1."""
    return np.where(uniform < chance / 2, size, np.where(uniform < chance, 1 / size, 1.0))


def whole_units(demand: Floats) -> Integers:
    """Demand in whole units: rounded (half to even) and not below 0."""
    return np.maximum(np.rint(quantise(demand)), 0).astype(np.int64)
