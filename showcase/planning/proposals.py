"""The two plans that a run proposes for its featured pair, and which of them the data can speak about most surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from showcase.kernel.window import Window
from showcase.kernel.words import percent
from showcase.planning.assumptions import Assumptions, PriceAssumption, PromotionAssumption
from showcase.planning.plan import Plan

_PRICE_CUT, _DISCOUNT = 0.10, 0.20
_LEAD_DAYS, _WEEK = 2, 7


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that could be made: what it is called and what it assumes."""

    name: str
    assumptions: Assumptions


def proposals(days: Window) -> tuple[Proposal, Proposal]:
    """A week at a lower price, and the same week on promotion, inside the forecast days, cut where they are few."""
    start = days.day(min(_LEAD_DAYS, days.days - 1))
    end = min(days.day(min(_LEAD_DAYS, days.days - 1) + _WEEK - 1), days.end)
    cheaper = PriceAssumption(change_pct=-_PRICE_CUT, start=start, end=end)
    promoted = PromotionAssumption(kind="pct_off", discount=_DISCOUNT, start=start, end=end)
    return (
        Proposal(f"A week at {percent(_PRICE_CUT)} less", Assumptions(price=cheaper)),
        Proposal(f"A week on promotion at {percent(_DISCOUNT)} off", Assumptions(promotion=promoted)),
    )


def surest(plans: Sequence[Plan]) -> int:
    """The position of the plan that is known best: among those whose revenue has a sure sign, by its units.

    The first one where no sign is sure.
    """
    sure = [place for place, plan in enumerate(plans) if not plan.low.revenue <= 0 <= plan.high.revenue]
    return min(sure, key=lambda place: _doubt(plans[place]), default=0)


def _doubt(plan: Plan) -> float:
    """The width of the interval of units as a multiple of what it is about."""
    change = abs(plan.multiplier.units)
    return (plan.high.units - plan.low.units) / change if change > 0 else float("inf")
