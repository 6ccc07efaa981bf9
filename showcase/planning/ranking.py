"""The order of plans: which of two to five promises most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from showcase.errors import InvalidInputError

RankBy = Literal["revenue_delta", "units_delta"]
FEWEST, MOST = 2, 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One plan as it is ranked; `ground` is what it starts from, and plans of different grounds say so."""

    plan_id: str
    name: str
    units_delta: float
    revenue_delta: float
    ground: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A plan's place, 1 for the one that promises most; plans that promise the same share a place."""

    rank: int
    candidate: Candidate


def check_compared(plan_ids: Sequence[str]) -> None:
    """Refuse fewer than two or more than five plans, and one that is named twice."""
    if not FEWEST <= len(plan_ids) <= MOST:
        raise InvalidInputError(
            f"{FEWEST} to {MOST} plans can be compared; found {len(plan_ids)}.", f"Name {FEWEST} to {MOST} plans."
        )
    twice = sorted({one for one in plan_ids if list(plan_ids).count(one) > 1})
    if twice:
        raise InvalidInputError(
            f"Different plans were expected, found {twice[0][:8]} more than once.", "Name each plan once."
        )


def rank_plans(candidates: Sequence[Candidate], rank_by: RankBy) -> list[Ranked]:
    """The plans by what they add, most first, equal ones by name; InvalidInputError as `check_compared`."""
    check_compared([one.plan_id for one in candidates])
    values = [float(getattr(one, rank_by)) for one in candidates]
    ordered = sorted(candidates, key=lambda one: (-getattr(one, rank_by), one.name, one.plan_id))
    return [Ranked(1 + sum(value > getattr(one, rank_by) for value in values), one) for one in ordered]


def share_ground(candidates: Sequence[Candidate]) -> bool:
    """Whether all plans start from the same series, days and model."""
    return len({one.ground for one in candidates}) == 1
