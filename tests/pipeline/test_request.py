"""The run request refuses what the contract refuses, and names the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.pipeline.request import DEFAULT_MODELS, RunRequest, parse_request

RESEED = {"skip_seed": False}
KEEP = {"preservation": "keep"}


def test_an_empty_frame_is_the_default_run() -> None:
    request = parse_request({})
    assert (request.seed, request.reset, request.skip_seed, str(request.scenario)) == (42, False, True, "demo_minimal")
    assert request.models == DEFAULT_MODELS
    assert request.run_config() is None


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"seed": "42"}, "seed"),
        ({"seed": 42.0}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"reset": 1}, "reset"),
        ({"reset": "true"}, "reset"),
        ({"skip_seed": None}, "skip_seed"),
        ({"scenario": "nope"}, "scenario"),
        ({"scenario": 3}, "scenario"),
        ({"preservation": "forever"}, "preservation"),
        ({**KEEP, "workspace_name": "Upper"}, "workspace_name"),
        ({**KEEP, "workspace_name": ""}, "workspace_name"),
        ({**KEEP, "workspace_name": "a" * 101}, "workspace_name"),
        ({"workspace_name": "first"}, "workspace_name"),
        ({"replayed_from_workspace_id": "0" * 32}, "replayed_from_workspace_id"),
        ({**KEEP, "replayed_from_workspace_id": "0" * 31}, "replayed_from_workspace_id"),
        ({**KEEP, "replayed_from_workspace_id": "A" * 32}, "replayed_from_workspace_id"),
        ({"seed_overrides": {"stores": 5}}, "seed_overrides"),
        ({**RESEED, "seed_overrides": {"shops": 5}}, "seed_overrides.shops"),
        ({**RESEED, "seed_overrides": {"stores": 101}}, "seed_overrides.stores"),
        ({**RESEED, "seed_overrides": {"stores": 5.0}}, "seed_overrides.stores"),
        ({**RESEED, "seed_overrides": {"noise_sigma": 0.6}}, "seed_overrides.noise_sigma"),
        (
            {**RESEED, "scenario": "holiday_rush", "seed_overrides": {"window_days": 80}},
            "seed_overrides.window_days",
        ),
        ({"user_scope": {"store_id": 1}}, "user_scope.product_id"),
        ({"user_scope": {"store_id": 1, "product_id": 0}}, "user_scope.product_id"),
        ({"user_scope": {"store_id": 1, "product_id": 1, "x": 1}}, "user_scope.x"),
        ({"train_model_types": []}, "train_model_types"),
        ({"train_model_types": ["naive", "naive"]}, "train_model_types"),
        ({"train_model_types": ["arima"]}, "train_model_types.0"),
        ({"backtest": {"horizon": 0}}, "backtest.horizon"),
        ({"backtest": {"horizon": 91}}, "backtest.horizon"),
        ({"backtest": {"n_splits": 1}}, "backtest.n_splits"),
        ({"backtest": {"min_train_size": 6}}, "backtest.min_train_size"),
        ({"backtest": {"gap": 14}}, "backtest.gap"),
        ({"backtest": {"metric": "mase"}}, "backtest.metric"),
        ({"backtest": {"window": 3}}, "backtest.window"),
        ({"as_of": "2026-11-22"}, "as_of"),
        ({**RESEED, "as_of": "22.11.2026"}, "as_of"),
        ({**RESEED, "as_of": "2026-02-30"}, "as_of"),
        ({**RESEED, "as_of": 20261122}, "as_of"),
        ({**RESEED, "as_of": "2026-11-22", "scenario": "holiday_rush"}, "as_of"),
        ({**RESEED, "data_fingerprint": "0" * 64}, "data_fingerprint"),
        ({"data_fingerprint": "0" * 63}, "data_fingerprint"),
    ],
)
def test_a_refusal_names_the_field_what_was_found_and_what_is_allowed(frame: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_request(frame)
    assert field in [error.field for error in refused.value.errors]
    assert all(error.found and error.allowed for error in refused.value.errors)
    assert refused.value.remedy


@pytest.mark.fault("I2")
@pytest.mark.parametrize(
    "body",
    [
        b'{"seed": NaN}', b'{"seed": Infinity}', b'{"backtest": {"horizon": 1e400}}', b"[1]", b"nonsense", b"\xff\xfe",
        b'{"workspace_name": "\\u0000"}', b'{"workspace_name": "\\ud800"}', b'{"seed": 1, "seed": 2}',
        b"[" * 2000, b'{"x": ' * 40 + b"1" + b"}" * 40, b'{"seed": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_nonsense_is_an_invalid_input_and_never_another_error(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        parse_request(body)


def test_unknown_keys_are_ignored_at_the_top_level() -> None:
    assert parse_request({"a_later_field": {"x": 1}}) == parse_request({})


def test_empty_overrides_mean_none_whatever_skip_seed_says() -> None:
    assert parse_request({"seed_overrides": {}}).seed_overrides is None


def test_an_integer_is_a_float_where_a_float_is_wanted() -> None:
    assert parse_request({**RESEED, "seed_overrides": {"sparsity": 0}}).seed_overrides is not None


def test_one_half_of_a_customised_request_is_filled_with_the_defaults() -> None:
    by_models = parse_request({"train_model_types": ["naive"]}).run_config()
    by_backtest = parse_request({"backtest": {"horizon": 7}}).run_config()
    assert by_models is not None
    assert by_models["backtest"]["horizon"] == 14
    assert by_backtest is not None
    assert by_backtest["train_model_types"] == ["naive", "seasonal_naive", "moving_average"]


def test_explicit_defaults_are_the_same_request_as_none_at_all() -> None:
    explicit = {
        name: field.get_default() for name, field in RunRequest.model_fields.items() if name not in ("scenario",)
    }
    assert parse_request(explicit) == parse_request({})
    assert parse_request(explicit).frame() == parse_request({}).frame()


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "seed": st.integers(0, 2**31 - 1),
            "reset": st.booleans(),
            "skip_seed": st.booleans(),
            "train_model_types": st.lists(
                st.sampled_from(["naive", "seasonal_naive", "prophet_like"]), min_size=1, unique=True
            ),
            "backtest": st.fixed_dictionaries(
                {}, optional={"horizon": st.integers(1, 90), "n_splits": st.integers(2, 20)}
            ),
        },
    )
)
def test_the_frame_of_a_request_gives_the_same_request_again(frame: dict[str, Any]) -> None:
    request = parse_request(frame)
    assert parse_request(json.dumps(request.frame())) == request


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(list(RunRequest.model_fields)), json_values))
def test_whatever_is_sent_is_a_request_or_a_refusal(frame: dict[str, Any]) -> None:
    try:
        outcome: RunRequest | InvalidInputError = parse_request(frame)
    except InvalidInputError as refused:
        outcome = refused
    assert isinstance(outcome, RunRequest) or outcome.remedy
