"""The rule-based planner: from stock, elasticity and forecast to one what-if plan, with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from showcase.errors import InvalidInputError
from showcase.forecasting.history import SalesMatrix
from showcase.kernel.window import Window
from showcase.kernel.words import percent
from showcase.planning.assumptions import Assumptions, PriceAssumption, PromotionAssumption
from showcase.planning.plan import Plan

_RECENT_DAYS = 28
_OFTEN_EMPTY = 0.20
_PRICE_STEPS = (-0.10, -0.05, 0.05, 0.10)
_PROMOTION_DISCOUNT = 0.20
_PROMOTION_DAYS = 7

Simulate = Callable[[Assumptions], Plan]
"""Computes the plan of these assumptions for the pair in question; InvalidInputError where there is none."""


@dataclass(frozen=True, slots=True)
class Idea:
    """One what-if that the planner tries; `more_demand` says that it would need more on the shelf."""

    title: str
    assumptions: Assumptions
    more_demand: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the last days say about one series: days out of stock, days known, and units sold a day on average."""

    empty_days: int
    known_days: int
    units_a_day: float
    on_hand: int | None

    @property
    def is_often_empty(self) -> bool:
        return self.known_days > 0 and self.empty_days / self.known_days > _OFTEN_EMPTY


@dataclass(frozen=True, slots=True)
class Proposal:
    """One plan to save, why, and what the other ideas would have brought."""

    idea: Idea
    plan: Plan
    reasons: tuple[str, ...]
    others: tuple[tuple[Idea, Plan], ...]


def read_shelf(matrix: SalesMatrix, row: int) -> Shelf:
    """The last 28 days of one series."""
    days = slice(max(0, matrix.n_days - _RECENT_DAYS), matrix.n_days)
    units = matrix.units[row, days]
    known = ~np.isnan(units)
    stock = np.nan if matrix.on_hand is None else float(matrix.on_hand[row, -1])
    return Shelf(
        empty_days=int(matrix.stockout[row, days].sum()),
        known_days=int(known.sum()),
        units_a_day=float(units[known].mean()) if known.any() else 0.0,
        on_hand=None if np.isnan(stock) else int(stock),
    )


def ideas_for(days: Window) -> tuple[Idea, ...]:
    """THE table of what the planner tries on the forecast days."""
    promoted = Window(days.start, min(days.end, days.start + timedelta(days=_PROMOTION_DAYS - 1)))

    def price(change: float) -> Idea:
        assumed = Assumptions(price=PriceAssumption(change_pct=change, start=days.start, end=days.end))
        direction = "lower" if change < 0 else "higher"
        return Idea(f"the price {percent(abs(change))} {direction}", assumed, more_demand=change < 0)

    promotion = PromotionAssumption(
        kind="pct_off", discount=_PROMOTION_DISCOUNT, start=promoted.start, end=promoted.end
    )
    return (
        *(price(change) for change in _PRICE_STEPS),
        Idea(f"20 % off for {promoted.days} days", Assumptions(promotion=promotion), more_demand=True),
    )


def propose_plan(shelf: Shelf, days: Window, simulate: Simulate, series: str) -> Proposal | None:
    """The idea that brings most revenue for sure, else the one that should; None where none could be served.

    InvalidInputError where no idea can be computed for the series.

    Where the shelf was often empty, an idea that needs more goods is not proposed: it could not be served. An idea is
    surer than another where even the low end of its interval brings revenue. Prices that nobody ever paid for the
    product come last. `series` names the store and the product.
    """
    tried: list[tuple[Idea, Plan]] = []
    refusals: list[InvalidInputError] = []
    for idea in ideas_for(days):
        try:
            tried.append((idea, simulate(idea.assumptions)))
        except InvalidInputError as error:
            refusals.append(error)
    if not tried:
        raise refusals[0]
    served = [(idea, plan) for idea, plan in tried if not (shelf.is_often_empty and idea.more_demand)]
    if not served:
        return None
    ranked = sorted(served, key=lambda entry: _merit(entry[1]), reverse=True)
    idea, plan = ranked[0]
    others = tuple(entry for entry in tried if entry[0] is not idea)
    return Proposal(idea, plan, _reasons(series, shelf, idea, plan, others), others)


def _merit(plan: Plan) -> tuple[bool, bool, float]:
    return (not plan.price_unseen, plan.low.revenue > 0, round(plan.delta.revenue, 2))


def _reasons(series: str, shelf: Shelf, idea: Idea, plan: Plan, others: Sequence[tuple[Idea, Plan]]) -> tuple[str, ...]:
    units, n_days = float(plan.baseline.units.sum()), plan.days.days
    elasticity = plan.effects.elasticity
    lines = [
        f"The forecast for {series} is {units:,.0f} units over {n_days} days ({plan.days}), "
        f"{units / n_days:,.1f} a day; the last {_RECENT_DAYS} days sold {shelf.units_a_day:,.1f}.",
        _about_stock(shelf, units / n_days),
        f"One per cent more on the price changes the units by {elasticity.value:+.2f} % "
        f"({elasticity.low:+.2f} to {elasticity.high:+.2f}).",
        f"With {idea.title}: {effect_line(plan)}.",
    ]
    lines += [f"With {other.title} instead: {effect_line(found)}." for other, found in others]
    if shelf.is_often_empty:
        lines.append("More demand could not be served from that shelf, so nothing that raises it is proposed.")
    if plan.delta.revenue <= 0:
        lines.append("Nothing that could be served should bring more revenue; this costs least.")
    elif plan.low.revenue <= 0:
        lines.append("The estimate is not sure enough to rule out a loss of revenue.")
    return (*lines, *plan.notes)


def _about_stock(shelf: Shelf, forecast_a_day: float) -> str:
    if not shelf.known_days:
        return f"Nothing is known of the last {_RECENT_DAYS} days on the shelf."
    empty = f"The shelf was empty on {shelf.empty_days} of the last {shelf.known_days} days"
    if shelf.on_hand is None or forecast_a_day <= 0:
        return f"{empty}."
    return f"{empty}; the {shelf.on_hand:,} units on it last {shelf.on_hand / forecast_a_day:.1f} days."


def effect_line(plan: Plan) -> str:
    """What a plan changes, with how sure that is."""
    return (
        f"{plan.delta.units:+,.0f} units ({plan.low.units:+,.0f} to {plan.high.units:+,.0f}), "
        f"{plan.delta.revenue:+,.0f} revenue ({plan.low.revenue:+,.0f} to {plan.high.revenue:+,.0f})"
    )
