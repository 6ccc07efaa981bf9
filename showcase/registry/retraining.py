"""How urgent it is to train a model anew."""

from __future__ import annotations

_AGE_WEIGHT, _ERROR_WEIGHT = 0.6, 0.4
_OLDEST_DAYS, _LARGEST_WAPE = 90, 100.0
_DIGITS = 6


def retraining_score(age_days: int, wape: float | None) -> float:
    """0 (just trained, without error) to 1: .6 x min(days, 90) / 90 + .4 x min(wape, 100) / 100.

    `age_days` are whole days since the training, `wape` is in percent; an undefined one adds nothing.
    """
    age = min(max(age_days, 0), _OLDEST_DAYS) / _OLDEST_DAYS
    error = min(wape or 0.0, _LARGEST_WAPE) / _LARGEST_WAPE
    return round(_AGE_WEIGHT * age + _ERROR_WEIGHT * error, _DIGITS)
