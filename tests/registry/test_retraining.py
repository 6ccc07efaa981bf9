"""The retraining score weighs age and error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.registry.retraining import retraining_score


@pytest.mark.parametrize(
    ("age_days", "wape", "score"),
    [
        (0, 0.0, 0.0),
        (90, 100.0, 1.0),
        (45, 50.0, 0.5),
        (45, 0.0, 0.3),
        (0, 25.0, 0.1),
        (900, 25.0, 0.7),
        (9, 300.0, 0.46),
        (30, None, 0.2),
        (-1, 50.0, 0.2),
    ],
)
def test_by_hand(age_days: int, wape: float | None, score: float) -> None:
    assert retraining_score(age_days, wape) == pytest.approx(score)


@given(st.integers(0, 400), st.floats(0, 1000))
def test_it_lies_between_nothing_and_one_and_grows_with_age(age_days: int, wape: float) -> None:
    score = retraining_score(age_days, wape)
    assert 0 <= score <= 1
    assert retraining_score(age_days + 1, wape) >= score
