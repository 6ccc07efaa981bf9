"""The seven knobs: bounds, strictness, and only what was set."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from showcase.demand.overrides import SeedOverrides

WHOLE = {"stores": (1, 100), "products": (1, 500), "window_days": (75, 365)}
SHARES = {"sparsity": 0.9, "promotion_intensity": 0.5, "stockout_intensity": 0.5, "noise_sigma": 0.5}


def test_there_are_seven_knobs_each_described_and_none_set_by_default() -> None:
    assert set(SeedOverrides.model_fields) == set(WHOLE) | set(SHARES)
    assert all(field.description for field in SeedOverrides.model_fields.values())
    assert SeedOverrides().given() == {}


@pytest.mark.parametrize("knob", WHOLE)
def test_a_whole_knob_takes_its_bounds_and_nothing_beyond(knob: str) -> None:
    low, high = WHOLE[knob]
    assert [SeedOverrides(**{knob: n}).given() for n in (low, high)] == [{knob: low}, {knob: high}]
    for refused in (low - 1, high + 1, float(low), str(low), True, [low], 10**30):
        with pytest.raises(ValidationError):
            SeedOverrides(**{knob: refused})


@pytest.mark.parametrize("knob", SHARES)
def test_a_share_takes_its_bounds_and_whole_numbers_but_no_truth_value(knob: str) -> None:
    high = SHARES[knob]
    assert SeedOverrides(**{knob: 0}).given() == {knob: 0.0}
    assert SeedOverrides(**{knob: high}).given() == {knob: high}
    for refused in (-1e-9, high + 1e-9, 1, True, False, "0.1", float("nan"), float("inf"), float("-inf")):
        with pytest.raises(ValidationError):
            SeedOverrides(**{knob: refused})


@pytest.mark.parametrize("body", ['{"sparsity": NaN}', '{"noise_sigma": Infinity}', '{"stores": 5.0}', '{"seed": 1}'])
def test_json_is_read_as_strictly(body: str) -> None:
    with pytest.raises(ValidationError):
        SeedOverrides.model_validate_json(body)


def test_null_means_not_set() -> None:
    assert SeedOverrides.model_validate_json('{"stores": null, "products": 7}').given() == {"products": 7}


knobs = st.fixed_dictionaries(
    {},
    optional={name: st.integers(*bounds) for name, bounds in WHOLE.items()}
    | {name: st.floats(0, high) for name, high in SHARES.items()},
)


@given(knobs)
def test_what_was_set_and_only_that_comes_back_through_json(knobs: dict[str, Any]) -> None:
    overrides = SeedOverrides(**knobs)
    assert overrides.given() == knobs
    assert SeedOverrides.model_validate_json(json.dumps(overrides.given())) == overrides
