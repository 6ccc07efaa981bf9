"""A challenger is promoted only where nothing speaks against it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from showcase.registry.promotion import promotion_obstacles
from tests.registry.cases import entry


def _reasons(verified: bool = True, **changes: Any) -> list[str]:
    found = promotion_obstacles(entry("a"), entry("b", **changes), artifact_verified=verified)
    return [one.reason for one in found]


@pytest.mark.parametrize("wape", [10.0, 20.0])
def test_a_challenger_that_is_no_worse_may_be_promoted(wape: float) -> None:
    assert _reasons(wape=wape) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"wape": 20.01}, "score_worse"),
        ({"wape": None}, "score_undefined"),
        ({"status": "archived"}, "run_not_success"),
        ({"verified": False}, "artifact_not_verified"),
        ({"grain": (5, 5)}, "grain_differs"),
        ({"end": date(2020, 1, 1)}, "windows_do_not_overlap"),
        ({"feature_frame_version": 2}, "feature_frame_version_differs"),
    ],
)
def test_each_obstacle_is_named(changes: dict[str, Any], reason: str) -> None:
    assert _reasons(**changes) == [reason]


def test_a_champion_without_a_score_does_not_stand_in_the_way() -> None:
    assert promotion_obstacles(entry("a", wape=None), entry("b"), artifact_verified=True) == ()
