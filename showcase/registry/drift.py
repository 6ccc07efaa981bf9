"""How far the latest score of a model has moved from its earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAND_PERCENT = 10.0
_CHANGE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Drift:
    """The latest wape against the mean of the prior ones, in percent of that mean; positive is worse.

    `verdict` is stable (inside the band, its edge included), worse, better, or unknown where there are no two scores.
    `change_percent` is None where it is unknown or the mean is 0.
    """

    latest: float | None
    prior_mean: float | None
    change_percent: float | None
    verdict: str


def measure_drift(wapes: Sequence[float]) -> Drift:
    """The drift of scores in the order in which they were registered, oldest first."""
    if len(wapes) < 2:
        return Drift(wapes[-1] if wapes else None, None, None, "unknown")
    *prior, latest = wapes
    mean = sum(prior) / len(prior)
    if mean == 0:
        return Drift(latest, mean, None, "stable" if latest == 0 else "worse")
    # rounded, so that a change of exactly the band stays inside it whatever the last bit of the division
    change = round((latest / mean - 1) * 100, _CHANGE_DIGITS)
    verdict = "stable" if abs(change) <= BAND_PERCENT else ("worse" if change > 0 else "better")
    return Drift(latest, mean, change, verdict)
