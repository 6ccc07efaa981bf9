"""The days ahead under assumptions: their prices, what multiplies their demand, and a model asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from showcase.forecasting.fit import FittedModel
from showcase.forecasting.history import PROMOTION_KINDS, Booleans, Floats, Future
from showcase.forecasting.options import FramedOptions, FrameName
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.window import Window
from showcase.planning.assumptions import Assumptions
from showcase.planning.effects import ProductEffects

_STAGE_SIGN = {"growth": 1.0, "maturity": 0.0, "decline": -1.0}


@dataclass(frozen=True, slots=True)
class TrueEffects:
    """What generated data know of a product: its price elasticity, and the multiplier of a promotion beside its price.

    Only a finished plan is shown these; no model and no estimate is.
    """

    price_elasticity: float
    promotion_uplift: float


@dataclass(frozen=True, slots=True)
class LogMultiplier:
    """What the assumptions multiply demand by on each day (h,), as natural logarithm with its standard error."""

    value: Floats
    error: Floats


def is_feature_aware(config: ModelConfig) -> bool:
    """Whether price and promotion of the days ahead reach this model: its type reads them, and its frame has them."""
    options = config.options
    return config.row.feature_aware and not (
        isinstance(options, FramedOptions) and options.feature_frame is FrameName.V1
    )


def marked_days(days: Window, span: Window | None) -> Booleans:
    """Which of the days (h,) lie in the span; none without one."""
    return np.array([span is not None and day in span for day in days], dtype=np.bool_)


def price_ratio(assumptions: Assumptions, days: Window) -> Floats:
    """The price that the shopper pays as a multiple of the one without assumptions (h,)."""
    ratio = np.ones(days.days)
    if assumptions.price is not None:
        ratio[marked_days(days, assumptions.price.span)] *= 1 + assumptions.price.change_pct
    if assumptions.promotion is not None:
        ratio[marked_days(days, assumptions.promotion.span)] *= 1 - assumptions.promotion.discount
    return ratio


def log_multiplier(assumptions: Assumptions, days: Window, effects: ProductEffects) -> LogMultiplier:
    """The estimated multiplier of each day: elasticity x ln(price ratio) + uplift + holiday + stage of life."""
    log_ratio, promoted, holiday, stage = _exposure(assumptions, days)
    value = (
        effects.elasticity.value * log_ratio
        + effects.log_uplift.value * promoted
        + effects.log_holiday.value * holiday
        + effects.stage_slope.value * stage
    )
    variance = (
        (effects.elasticity.error * log_ratio) ** 2
        + (effects.log_uplift.error * promoted) ** 2
        + 2 * effects.covariance * log_ratio * promoted
        + (effects.log_holiday.error * holiday) ** 2
        + (effects.stage_slope.error * stage) ** 2
    )
    return LogMultiplier(value, np.sqrt(np.maximum(variance, 0.0)))


def true_log_multiplier(assumptions: Assumptions, days: Window, truth: TrueEffects) -> Floats | None:
    """The true multiplier of each day (h,), as logarithm; None where truth has no number for what is assumed."""
    if assumptions.holiday is not None or assumptions.lifecycle is not None:
        return None
    log_ratio, promoted, _, _ = _exposure(assumptions, days)
    log_truth: Floats = truth.price_elasticity * log_ratio + np.log(truth.promotion_uplift) * promoted
    return log_truth


def _exposure(assumptions: Assumptions, days: Window) -> tuple[Floats, Floats, Floats, Floats]:
    """Log price ratio, promotion days, holidays, and the days spent in another stage of life with their sign."""
    promotion = assumptions.promotion.span if assumptions.promotion else None
    stage = _STAGE_SIGN[assumptions.lifecycle.stage] if assumptions.lifecycle else 0.0
    log_ratio: Floats = np.log(price_ratio(assumptions, days))
    return (
        log_ratio,
        marked_days(days, promotion).astype(np.float64),
        _holidays(days, assumptions).astype(np.float64),
        stage * np.arange(1, days.days + 1, dtype=np.float64),
    )


def _holidays(days: Window, assumptions: Assumptions) -> Booleans:
    dates: Sequence[date] = assumptions.holiday.dates if assumptions.holiday else ()
    return np.array([day in dates for day in days], dtype=np.bool_)


def changed_future(future: Future, row: int, assumptions: Assumptions) -> Future:
    """The future with what is assumed about one series: its price and promotion changed, the holidays marked."""
    days = Window(future.first_day, future.day(future.horizon - 1))
    price, promo, kind = future.price.copy(), future.promo.copy(), future.promo_kind
    price[row] *= price_ratio(assumptions, days)
    if assumptions.promotion is not None:
        marked = marked_days(days, assumptions.promotion.span)
        promo[row, marked] = assumptions.promotion.discount
        if kind is not None:
            kind = kind.copy()
            kind[row, marked] = PROMOTION_KINDS.index(assumptions.promotion.kind)
    return replace(
        future, price=price, promo=promo, promo_kind=kind, holiday=future.holiday | _holidays(days, assumptions)
    )


def reforecast(model: FittedModel, future: Future, row: int, assumptions: Assumptions) -> Floats | None:
    """What the model itself expects of one series under the assumptions (h,); None where they do not reach it."""
    if not is_feature_aware(model.config) or not assumptions.concerns_a_model:
        return None
    again: Floats = model.predict(changed_future(future, row, assumptions))[row]
    return again


def stage_log_multiplier(assumptions: Assumptions, days: Window, effects: ProductEffects) -> Floats:
    """The part of the multiplier that no model reads: the stage of life (h,)."""
    staged: Floats = effects.stage_slope.value * _exposure(assumptions, days)[3]
    return staged
