"""Forms are made from the request's own models: whatever the models say, the forms say."""

from __future__ import annotations

import param
import pytest
from pydantic import BaseModel

from showcase.console.derive import as_wire, changed, default_of, form_class, form_params
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
def test_a_form_has_the_models_bounds(
    form: type[param.Parameterized], model: type[BaseModel], names: tuple[str, ...]
) -> None:
    numbers = [name for name in names if type(form.param[name]) in (param.Integer, param.Number)]
    assert numbers
    for name in numbers:
        assert tuple(form.param[name].bounds) == _bounds(model, name)


def test_a_choice_has_the_models_choices() -> None:
    assert BacktestForm.param["metric"].objects == ["wape", "mae", "rmse"]
    assert OptionsForm.param["preservation"].objects == ["ephemeral", "keep"]
    assert "showcase_rich" in OptionsForm.param["scenario"].objects
    assert len(OptionsForm.param["train_model_types"].objects) == 11


def test_a_value_out_of_bounds_is_refused_by_the_form() -> None:
    with pytest.raises(ValueError, match="horizon"):
        BacktestForm(horizon=91)


def test_a_field_that_may_be_null_takes_none_and_the_others_do_not() -> None:
    assert OptionsForm(as_of=None).as_of is None
    with pytest.raises(ValueError, match="seed"):
        OptionsForm(seed=None)


def test_an_object_is_no_field_of_a_form() -> None:
    with pytest.raises(TypeError, match="backtest"):
        form_params(RunRequest, ["backtest"])


def test_a_form_tells_what_differs_from_the_defaults_alone() -> None:
    form = form_class("Sample", BacktestSettings)(horizon=7, gap=0)
    assert changed(form, BacktestSettings, SCORING) == {"horizon": 7}
