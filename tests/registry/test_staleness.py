"""An alias is stale for reasons that stand in a fixed order."""

from __future__ import annotations

from datetime import date

import pytest

from showcase.registry.staleness import STALE_REASONS, newest_success, stale_reasons
from tests.registry.cases import entry


def test_the_newest_success_of_its_grain_is_fresh() -> None:
    run = entry("b", hour=2)
    assert stale_reasons(run, [entry("a", hour=1), run]) == ()


def test_a_run_alone_is_fresh() -> None:
    assert stale_reasons(entry(), []) == ()


@pytest.mark.parametrize("status", ["pending", "running", "failed", "archived"])
def test_anything_but_a_success_is_stale(status: str) -> None:
    assert stale_reasons(entry(status=status), []) == ("run_not_success",)


def test_a_later_success_of_the_grain_makes_it_stale() -> None:
    assert stale_reasons(entry("a"), [entry("b", hour=1)]) == ("newer_success_run",)


def test_all_reasons_stand_in_their_order() -> None:
    newer = entry("b", hour=1, feature_frame_version=2)
    assert stale_reasons(entry("a", status="archived"), [newer]) == STALE_REASONS
    assert stale_reasons(entry("a"), [newer]) == STALE_REASONS[1:]


def test_an_older_run_with_another_frame_is_no_mismatch() -> None:
    assert stale_reasons(entry("b", hour=5), [entry("a", feature_frame_version=2)]) == ()


def test_a_model_registered_later_for_an_earlier_cutoff_is_not_newer() -> None:
    backfilled = entry("b", hour=9, end=date(2026, 3, 1))
    assert stale_reasons(entry("a"), [backfilled]) == ()
    assert stale_reasons(backfilled, [entry("a")]) == ("newer_success_run",)


def test_other_grains_failures_and_demonstrations_count_nowhere() -> None:
    others = [
        entry("b", hour=1, grain=(7, 7)),
        entry("c", hour=2, status="failed"),
        entry("d", hour=3, synthetic=True),
    ]
    assert newest_success(entry("a"), others) is None
    assert stale_reasons(entry("a"), others) == ()


def test_a_demonstration_sees_demonstrations() -> None:
    shown = entry("a", synthetic=True)
    assert stale_reasons(shown, [entry("b", hour=1)]) == ()
    assert stale_reasons(shown, [entry("b", hour=1, synthetic=True)]) == ("newer_success_run",)
