"""What a draft comes to: every setting of the run with its value and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from showcase.console.checks import Check, Ground
from showcase.console.derive import label_of
from showcase.console.forms.overrides import preset_knobs
from showcase.console.text import MISSING, day, words
from showcase.demand.presets import preset_named
from showcase.pipeline.request import DEFAULT_MODELS, BacktestSettings, RunRequest

DEFAULT, PRESET, YOURS = "default", "preset", "you"
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its group, what it is called, its value in words, and its origin.

    `origin` is default, preset, you, or what the draft was opened from.
    """

    group: str
    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a draft was opened from: its frame, and what it is called, as `run 4c1e9a02`."""

    name: str
    frame: Mapping[str, Any]


def effective(frame: Mapping[str, Any], ground: Ground, check: Check | None, source: Source | None) -> list[Setting]:
    """Every setting of the run that this frame asks for, in the order of the form."""
    return [*_demand(frame, ground, check, source), *_focus(frame, source), *_scoring(frame, source),
            *_keeping(frame, source)]  # fmt: skip


def origin(frame: Mapping[str, Any], path: tuple[str, ...], source: Source | None, otherwise: str = DEFAULT) -> str:
    """Where the value at this path of a frame comes from; `otherwise` where the frame does not say it."""
    said = _at(frame, path)
    if said is _MISSING:
        return otherwise
    return source.name if source is not None and _at(source.frame, path) == said else YOURS


def _at(frame: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = frame
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return _MISSING
        found = found[name]
    return found


def _demand(frame: Mapping[str, Any], ground: Ground, check: Check | None, source: Source | None) -> Iterator[Setting]:
    seeds = frame.get("skip_seed") is False
    scenario = str(frame.get("scenario", RunRequest.model_fields["scenario"].get_default()))
    seeding = origin(frame, ("skip_seed",), source)
    yield Setting("Demand", "Preset", scenario, origin(frame, ("scenario",), source))
    if frame.get("reset"):
        yield Setting("Demand", "Reset", "wipes all demand data", origin(frame, ("reset",), source))
    if not seeds:
        found = ground.data_set
        told = "none yet" if found is None else f"{found.name}, {found.fingerprint[:8]}, to {day(found.window.end)}"
        yield Setting("Demand", "Data", f"what is there: {told}", seeding)
        return
    yield Setting("Demand", "Data", "seeded anew", seeding)
    seed = frame.get("seed", RunRequest.model_fields["seed"].get_default())
    yield Setting("Demand", "Seed", MISSING if seed is None else str(seed), origin(frame, ("seed",), source))
    preset = preset_named(scenario)
    if check is not None and check.recipe is not None:
        is_fixed = preset.fixed_window is not None
        ends = origin(frame, ("as_of",), source, PRESET if is_fixed else DEFAULT)
        yield Setting("Demand", "Last day", day(check.recipe.window.end), ends)
    for name, at_preset in preset_knobs(preset).items():
        value = frame.get("seed_overrides", {}).get(name, at_preset)
        yield Setting("Demand", label_of(name), f"{value:g}", origin(frame, ("seed_overrides", name), source, PRESET))


def _focus(frame: Mapping[str, Any], source: Source | None) -> Iterator[Setting]:
    scope = frame.get("user_scope")
    told = f"store {scope['store_id']} / product {scope['product_id']}" if scope else "most sold days"
    yield Setting("Focus", "Pair", told, origin(frame, ("user_scope",), source))


def _scoring(frame: Mapping[str, Any], source: Source | None) -> Iterator[Setting]:
    asked = frame.get("train_model_types")
    models = words(str(name) for name in (DEFAULT_MODELS if asked is None else asked))
    yield Setting("Models", "Models", models or "none", origin(frame, ("train_model_types",), source))
    settings = BacktestSettings().model_dump() | dict(frame.get("backtest", {}))
    for name, value in settings.items():
        yield Setting(
            "Backtest",
            label_of(name),
            MISSING if value is None else str(value),
            origin(frame, ("backtest", name), source),
        )


def _keeping(frame: Mapping[str, Any], source: Source | None) -> Iterator[Setting]:
    keeps = frame.get("preservation") == "keep"
    yield Setting("Record", "Keep", "as a workspace" if keeps else "no", origin(frame, ("preservation",), source))
    if frame.get("workspace_name"):
        yield Setting("Record", "Name", str(frame["workspace_name"]), origin(frame, ("workspace_name",), source))
