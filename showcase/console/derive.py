"""Makes param classes from pydantic models, so that a model's own bounds, words and defaults make its form.

A form holds whatever can be typed, so that nothing typed is lost: bounds are a form's soft bounds, and what is beyond
them is for the model to refuse, in words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

import param
from pydantic import BaseModel

MOST = 2**53 - 1
"""The largest number that a browser counts exactly, and the largest that a form holds."""

LABELS: Mapping[str, str] = {
    "as_of": "Last day",
    "gap": "Gap",
    "horizon": "Horizon",
    "metric": "Metric",
    "min_train_size": "Train at least",
    "n_splits": "Folds",
    "noise_sigma": "Noise",
    "promotion_intensity": "Promotions",
    "stockout_intensity": "Stockouts",
    "train_model_types": "Models",
    "window_days": "Days back",
    "workspace_name": "Name",
}
"""What a field is called on a screen where its own name would not do."""


def label_of(name: str) -> str:
    """A field's name as a person reads it."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def form_params(model: type[BaseModel], names: Collection[str] | None = None) -> dict[str, param.Parameter]:
    """One param for each field of the model (or for those named), with its default, bounds, choices and description.

    A field that may be null takes None, and so does one without a default: nobody has filled it in yet. A number takes
    None, too, for a field that was emptied, and any number up to MOST: its bounds are soft ones. Raises TypeError for a
    field that no widget can edit, such as an object: name the others then, and give the object a form of its own.
    """
    schema = model.model_json_schema()
    fields = schema["properties"]
    return {
        name: _param(name, fields[name], schema.get("$defs", {}), default_of(model, name))
        for name in (fields if names is None else names)
    }


def form_class(
    name: str,
    model: type[BaseModel],
    names: Collection[str] | None = None,
    bases: tuple[type, ...] = (param.Parameterized,),
) -> type[Any]:
    """A param class called `name` with the params of `form_params`."""
    made = type(bases[0])(name, bases, {"__doc__": model.__doc__, **form_params(model, names)})
    made.__module__ = __name__
    return made


def default_of(model: type[BaseModel], name: str) -> Any:
    """A field's default; None for a field that has to be given."""
    field = model.model_fields[name]
    return None if field.is_required() else field.get_default()


@cache
def range_words(model: type[BaseModel], path: str) -> str:
    """The bounds of a number in words, as `1 to 90`; `path` as in a refusal. Empty where there are none."""
    schema = model.model_json_schema()
    shape: Mapping[str, Any] = schema
    for part in path.split("."):
        fields = shape.get("properties", {})
        if part not in fields:
            return ""
        _, shape = _shape(fields[part], schema.get("$defs", {}))
    low, high = _bounds(shape)
    if low is None:
        return "" if high is None else f"at most {high:,}"
    return f"{low:,} or more" if high is None else f"{low:,} to {high:,}"


def _bounds(shape: Mapping[str, Any]) -> tuple[float | None, float | None]:
    return shape.get("minimum"), shape.get("maximum")


def _param(name: str, field: Mapping[str, Any], definitions: Mapping[str, Any], default: Any) -> param.Parameter:
    may_be_null, shape = _shape(field, definitions)
    common = {
        "default": default,
        "allow_None": may_be_null or default is None,
        "doc": field.get("description", ""),
        "label": label_of(name),
    }
    if "enum" in shape:
        choices = [*([None] if may_be_null else []), *shape["enum"]]
        return param.Selector(**(common | {"default": _wire(default)}), objects=choices)
    kind = shape.get("type")
    if kind in ("integer", "number"):
        common["allow_None"] = True
        number = param.Integer if kind == "integer" else param.Number
        return number(**common, bounds=(-MOST, MOST), softbounds=_bounds(shape))
    if kind == "boolean":
        return param.Boolean(**common)
    if kind == "string" and shape.get("format") == "date":
        return param.CalendarDate(**common)
    if kind == "string":
        # a pattern is left to the model: a name that is half typed is no error yet
        return param.String(**common)
    if kind == "array":
        choices = _shape(shape["items"], definitions)[1]["enum"]
        return param.ListSelector(**(common | {"default": default}), objects=choices)
    raise TypeError(f"the field {name} is a {kind}: no widget edits that")


def _shape(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[bool, Mapping[str, Any]]:
    """Whether the field may be null, and the schema of what it holds otherwise."""
    branches = field.get("anyOf", [field])
    held = [branch for branch in branches if branch.get("type") != "null"]
    shape = held[0]
    while "$ref" in shape:
        shape = definitions[shape["$ref"].rsplit("/", 1)[-1]]
    return len(held) < len(branches), shape


def _wire(value: Any) -> Any:
    """A default as it stands on the wire."""
    return str(value) if isinstance(value, str) else value


def as_wire(value: Any) -> Any:
    """A param's value as JSON has it: days as text, lists as plain lists."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [as_wire(item) for item in value]
    return _wire(value)


def changed(form: param.Parameterized, model: type[BaseModel], names: Collection[str]) -> dict[str, Any]:
    """The fields of the form that differ from the model's defaults, as a frame."""
    found = {name: as_wire(getattr(form, name)) for name in names}
    return {name: value for name, value in found.items() if value != as_wire(default_of(model, name))}
