"""A draft says what the person changed, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.checks import Ground
from showcase.console.draft import RunDraft
from showcase.console.stores.run import Surroundings
from showcase.demand.presets import Scenario
from showcase.pipeline.request import DEFAULT_MODELS, parse_request
from showcase.services.demand import Wipe
from tests.console.test_checks import TODAY, ground


def draft_on(found: Ground) -> RunDraft:
    """A draft whose surroundings were read: two stores and two products."""
    draft = RunDraft()
    stores, products = ((1, "S1001"), (2, "S1002")), ((7, "SKU-7"), (8, "SKU-8"))
    draft.surroundings = Surroundings(found, Wipe(()), stores, products)
    return draft


def test_an_untouched_draft_is_the_empty_frame() -> None:
    assert draft_on(ground(92)).frame() == {}


def test_on_an_empty_database_the_draft_seeds() -> None:
    draft = draft_on(Ground(None, TODAY))
    assert draft.frame() == {"skip_seed": False}
    assert draft.check.may_run


def test_choosing_another_preset_means_seeding_it() -> None:
    draft = draft_on(ground(92))
    draft.choose_preset("sparse")
    assert draft.frame() == {"scenario": "sparse", "skip_seed": False}


def test_choosing_the_chosen_preset_seeds_it_where_the_data_are_others() -> None:
    draft = draft_on(ground(92))
    draft.options.scenario = "sparse"
    draft.choose_preset("sparse")
    assert draft.frame() == {"scenario": "sparse", "skip_seed": False}


def test_choosing_the_preset_that_is_there_seeds_nothing() -> None:
    draft = draft_on(ground(92))
    draft.options.scenario = "sparse"
    draft.choose_preset("demo_minimal")
    assert draft.frame() == {}


def test_the_usual_models_are_no_choice() -> None:
    draft = draft_on(ground(92))
    draft.choose_models(["naive"])
    assert draft.frame() == {"train_model_types": ["naive"]}
    draft.choose_models([str(name) for name in DEFAULT_MODELS])
    assert draft.frame() == {}


def test_choices_that_others_make_pointless_are_left_out() -> None:
    draft = draft_on(ground(92))
    draft.options.workspace_name = "a-name"
    draft.options.as_of = date(2026, 1, 2)
    draft.overrides.stores = 4
    assert draft.frame() == {}
    draft.options.preservation = "keep"
    draft.options.skip_seed = False
    assert draft.frame() == {
        "preservation": "keep",
        "workspace_name": "a-name",
        "as_of": "2026-01-02",
        "skip_seed": False,
        "seed_overrides": {"stores": 4},
    }


def test_a_preset_with_fixed_days_takes_no_days() -> None:
    draft = draft_on(ground(92))
    draft.options.param.update(scenario="holiday_rush", skip_seed=False, as_of=TODAY)
    draft.overrides.window_days = 100
    assert draft.frame() == {"scenario": "holiday_rush", "skip_seed": False}
    assert draft.check.may_run


def test_a_frame_that_no_request_could_be_is_ignored() -> None:
    draft = draft_on(ground(92))
    draft.load({"scenario": "sparse", "skip_seed": False})
    draft.load({"scenario": "nonsense"})
    assert draft.frame() == {"scenario": "sparse", "skip_seed": False}


@pytest.mark.parametrize(
    "frame",
    [
        {"seed": None},
        {"seed": -1, "backtest": {"horizon": 1410, "gap": 20}},
        {"backtest": {"gap": 14}},
        {"backtest": {"n_splits": None, "min_train_size": 2}},
        {"train_model_types": []},
        {"preservation": "keep", "workspace_name": "No such Name"},
        {"skip_seed": False, "seed_overrides": {"stores": 1000}},
    ],
)
def test_what_was_typed_and_refused_survives_a_reload(frame: dict[str, Any]) -> None:
    draft = draft_on(ground(92))
    draft.load(frame)
    assert draft.frame() == frame
    assert not draft.check.may_run
    assert draft.check.refused.errors


@pytest.mark.parametrize(
    "backtest", [{"horizon": 10**30}, {"horizon": 1.5}, {"horizon": float("nan")}, {"horizon": True}, {"horizon": "9"}]
)
def test_what_no_field_can_hold_is_not_taken_from_a_link(backtest: dict[str, Any]) -> None:
    draft = draft_on(ground(92))
    draft.load({"backtest": backtest})
    assert draft.frame() == {}


def test_a_pair_that_the_data_set_does_not_have_is_given_up() -> None:
    draft = draft_on(ground(92))
    draft.load({"user_scope": {"store_id": 1, "product_id": 99}})
    assert draft.frame() == {}


def _frame(parts: tuple[Any, ...]) -> dict[str, Any]:
    scenario, seeds, keeps, knobs, scoring, models, scope = parts
    return {
        **({"scenario": scenario} if scenario != Scenario.DEMO_MINIMAL else {}),
        **({"skip_seed": False} if seeds else {}),
        **({"preservation": "keep", "workspace_name": "kept"} if keeps else {}),
        **({"seed_overrides": knobs} if seeds and knobs else {}),
        **({"backtest": scoring} if scoring else {}),
        **({"train_model_types": models} if models else {}),
        **({"user_scope": scope} if scope else {}),
    }


frames = st.tuples(
    st.sampled_from([str(name) for name in Scenario if name != Scenario.HOLIDAY_RUSH]),
    st.booleans(),
    st.booleans(),
    st.fixed_dictionaries({}, optional={"stores": st.integers(1, 100), "noise_sigma": st.floats(0, 0.5)}),
    st.fixed_dictionaries({}, optional={"horizon": st.integers(1, 13), "n_splits": st.sampled_from([2, 4])}),
    st.sampled_from([None, ["naive"], ["naive", "prophet_like"]]),
    st.sampled_from([None, {"store_id": 2, "product_id": 8}]),
).map(_frame)


@pytest.fixture(scope="module")
def used_draft() -> RunDraft:
    """One draft for many frames: what was loaded before must leave no trace."""
    return draft_on(ground(181))


@given(frame=frames)
def test_a_frame_that_is_loaded_comes_back(used_draft: RunDraft, frame: dict[str, Any]) -> None:
    used_draft.load(frame)
    assert parse_request(used_draft.frame()) == parse_request(frame)


@pytest.mark.parametrize("view", ["overrides", "focus"])
def test_each_form_also_works_alone(view: str) -> None:
    assert getattr(RunDraft(), view).__panel__() is not None
