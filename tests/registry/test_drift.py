"""Drift is the latest wape against the mean of the prior ones, with a band of ten percent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.registry.drift import measure_drift


@pytest.mark.parametrize(
    ("wapes", "prior_mean", "change", "verdict"),
    [
        ([20.0, 30.0, 25.0], 25.0, 0.0, "stable"),
        ([20.0, 20.0, 22.0], 20.0, 10.0, "stable"),
        ([20.0, 20.0, 18.0], 20.0, -10.0, "stable"),
        ([20.0, 22.1], 20.0, 10.5, "worse"),
        ([40.0, 20.0, 15.0], 30.0, -50.0, "better"),
        ([0.1, 0.2, 0.165], 0.15, 10.0, "stable"),
    ],
)
def test_by_hand(wapes: list[float], prior_mean: float, change: float, verdict: str) -> None:
    found = measure_drift(wapes)
    assert found.prior_mean == pytest.approx(prior_mean)
    assert found.change_percent == pytest.approx(change)
    assert found.verdict == verdict
    assert found.latest == wapes[-1]


@pytest.mark.parametrize(("wapes", "latest"), [([], None), ([12.0], 12.0)])
def test_without_two_scores_it_is_unknown(wapes: list[float], latest: float | None) -> None:
    found = measure_drift(wapes)
    assert (found.latest, found.prior_mean, found.change_percent, found.verdict) == (latest, None, None, "unknown")


@pytest.mark.parametrize(("latest", "verdict"), [(0.0, "stable"), (1.0, "worse")])
def test_a_mean_of_nothing_has_no_percentage(latest: float, verdict: str) -> None:
    found = measure_drift([0.0, latest])
    assert (found.change_percent, found.verdict) == (None, verdict)


@given(st.lists(st.floats(1, 100), min_size=2, max_size=8), st.floats(1.2, 3))
def test_a_score_above_every_prior_one_by_a_fifth_is_always_worse(prior: list[float], times: float) -> None:
    assert measure_drift([*prior, max(prior) * times]).verdict == "worse"
