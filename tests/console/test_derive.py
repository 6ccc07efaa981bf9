"""Forms are made from the request's own models: whatever the models say, the forms say."""

from __future__ import annotations

import param
import pytest
from pydantic import BaseModel

from showcase.console.derive import MOST, as_wire, changed, default_of, form_class, form_params, range_words
from showcase.console.draft import NOT_ASKED, OBJECTS, OPTIONS, SCORING, BacktestForm, OptionsForm
from showcase.console.forms.focus import FIELDS, FocusPicker
from showcase.console.forms.overrides import KNOBS, SeedOverridesForm
from showcase.demand.overrides import SeedOverrides
from showcase.pipeline.request import BacktestSettings, RunRequest, UserScope

FORMS = [
    (OptionsForm, RunRequest, OPTIONS),
    (BacktestForm, BacktestSettings, SCORING),
    (SeedOverridesForm, SeedOverrides, KNOBS),
    (FocusPicker, UserScope, FIELDS),
]


def _bounds(model: type[BaseModel], name: str) -> tuple[float | None, float | None]:
    """The bounds of a field, read from its JSON schema."""
    field = model.model_json_schema()["properties"][name]
    shape = next(branch for branch in field.get("anyOf", [field]) if branch.get("type") != "null")
    return shape.get("minimum"), shape.get("maximum")


def test_every_field_of_a_request_has_its_place_in_the_console() -> None:
    assert {*OPTIONS, *OBJECTS, *NOT_ASKED} == set(RunRequest.model_fields)
    assert set(SCORING) == set(BacktestSettings.model_fields)
    assert set(KNOBS) == set(SeedOverrides.model_fields)
    assert set(FIELDS) == set(UserScope.model_fields)


@pytest.mark.parametrize(("form", "model", "names"), FORMS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_form_has_the_models_defaults_and_descriptions(
    form: type[param.Parameterized], model: type[BaseModel], names: tuple[str, ...]
) -> None:
    for name in names:
        assert as_wire(form.param[name].default) == as_wire(default_of(model, name))
        assert form.param[name].doc == model.model_fields[name].description


@pytest.mark.parametrize(("form", "model", "names"), FORMS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_form_has_the_models_bounds_as_soft_ones(
    form: type[param.Parameterized], model: type[BaseModel], names: tuple[str, ...]
) -> None:
    numbers = [name for name in names if type(form.param[name]) in (param.Integer, param.Number)]
    assert numbers
    for name in numbers:
        assert tuple(form.param[name].softbounds) == _bounds(model, name)


def test_a_choice_has_the_models_choices() -> None:
    assert BacktestForm.param["metric"].objects == ["wape", "mae", "rmse"]
    assert OptionsForm.param["preservation"].objects == ["ephemeral", "keep"]
    assert "showcase_rich" in OptionsForm.param["scenario"].objects
    assert len(OptionsForm.param["train_model_types"].objects) == 11


@pytest.mark.parametrize(("form", "model", "names"), FORMS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_number_holds_whatever_is_typed(
    form: type[param.Parameterized], model: type[BaseModel], names: tuple[str, ...]
) -> None:
    for name in names:
        if type(form.param[name]) in (param.Integer, param.Number):
            for typed in (None, -1, 0, 1410, MOST, -MOST):
                assert getattr(form(**{name: typed}), name) == typed, name


def test_a_number_that_no_browser_counts_is_held_by_no_form() -> None:
    for typed in (MOST + 1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="horizon"):
            BacktestForm(horizon=typed)


def test_a_field_that_may_be_null_takes_none_and_a_choice_does_not() -> None:
    assert OptionsForm(as_of=None).as_of is None
    with pytest.raises(ValueError, match="scenario"):
        OptionsForm(scenario=None)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("backtest.horizon", "1 to 90"),
        ("backtest.min_train_size", "7 or more"),
        ("seed", "0 to 2,147,483,647"),
        ("seed_overrides.sparsity", "0 to 0.9"),
        ("backtest.metric", ""),
        ("backtest", ""),
        ("nonsense.horizon", ""),
    ],
)
def test_bounds_are_told_in_words(path: str, words: str) -> None:
    assert range_words(RunRequest, path) == words


def test_an_object_is_no_field_of_a_form() -> None:
    with pytest.raises(TypeError, match="backtest"):
        form_params(RunRequest, ["backtest"])


def test_a_form_tells_what_differs_from_the_defaults_alone() -> None:
    form = form_class("Sample", BacktestSettings)(horizon=7, gap=0)
    assert changed(form, BacktestSettings, SCORING) == {"horizon": 7}
