"""What people read on the command line: words for values, never how Python writes them."""

from __future__ import annotations

import pytest

from showcase.cli.output import in_words


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "yes"),
        (False, "no"),
        (42, 42),
        (None, None),
        ("demo_minimal", "demo_minimal"),
        (["naive", "seasonal_naive"], "naive, seasonal_naive"),
        ({"stores": 4, "noise_sigma": 0.3}, "stores=4, noise_sigma=0.3"),
        ({"reset": True, "tags": ["a", "b"]}, "reset=yes, tags=a, b"),
    ],
)
def test_a_value_of_a_request_is_told_in_words(value: object, told: object) -> None:
    assert in_words(value) == told
