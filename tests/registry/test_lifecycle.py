"""The states of a model run follow the contract's table and nothing else."""

from __future__ import annotations

import itertools

import pytest

from showcase.errors import ConflictError
from showcase.registry.lifecycle import NEXT, check_aliasable, check_change

# contract, section 6
ALLOWED = {
    ("pending", "running"),
    ("running", "success"),
    ("running", "failed"),
    ("success", "archived"),
    ("failed", "archived"),
}


@pytest.mark.parametrize(("state", "wanted"), list(itertools.product(NEXT, NEXT)))
def test_only_the_changes_of_the_contract_are_allowed(state: str, wanted: str) -> None:
    if (state, wanted) in ALLOWED:
        check_change("a" * 32, state, wanted)
        return
    with pytest.raises(ConflictError) as refused:
        check_change("a" * 32, state, wanted)
    assert refused.value.reason == "state_change"
    assert state in refused.value.message
    for next_one in NEXT[state] or ("nothing: it is final",):
        assert next_one in refused.value.message


@pytest.mark.parametrize("state", NEXT)
def test_an_alias_points_at_a_success_only(state: str) -> None:
    if state == "success":
        check_aliasable("a" * 32, state)
        return
    with pytest.raises(ConflictError) as refused:
        check_aliasable("a" * 32, state)
    assert refused.value.reason == "not_success"
