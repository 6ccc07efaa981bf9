"""The seven knobs of the seeded demand, made from the model that checks them."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.cell import InACell
from showcase.console.derive import form_class, label_of
from showcase.console.refusals import Refusals, refused_by
from showcase.console.surface import arranged, text
from showcase.console.text import plain
from showcase.console.theme import sheet
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Preset, Scenario, preset_named
from showcase.kernel.refusals import parse_as

KNOBS = tuple(SeedOverrides.model_fields)
_WINDOW, _WHAT = "window_days", "set of overrides"

_GRID = "display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); gap: 0 12px;"
_SHARE_STEP = 0.01


def preset_knobs(preset: Preset) -> dict[str, int | float]:
    """Where the knobs stand in a preset."""
    return {
        "stores": preset.demo.stores,
        "products": preset.demo.products,
        "window_days": preset.demo.days - 1,
        "sparsity": preset.sparsity,
        "promotion_intensity": preset.promotion_p,
        "stockout_intensity": preset.stockout_p,
        "noise_sigma": preset.noise,
    }


class SeedOverridesForm(form_class("SeedOverridesParams", SeedOverrides, bases=(InACell,))):
    """Seven sliders that start where the preset stands; `overrides()` gives the knobs that were moved.

    A knob is None while it stands at the preset's value. `is_open` False shuts the form, with the reason shown.
    """

    scenario = param.Selector(
        default=str(Scenario.DEMO_MINIMAL), objects=[str(name) for name in Scenario], doc="The preset that is bent."
    )
    is_open = param.Boolean(default=True, doc="Whether overrides can be set; they need a re-seed.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._sliders = {name: self._slider(name) for name in KNOBS}
        self._is_placing = False
        for name, slider in self._sliders.items():
            slider.param.watch(self._moved(name), "value_throttled")
        self.param.watch(self._place, ["scenario", "is_open", *KNOBS])
        self._told = text(visible=False)
        self._root = arranged(arranged(*self._sliders.values(), css=_GRID), self._told, css="display: block;")
        self._place()

    def overrides(self) -> SeedOverrides | None:
        """The knobs that were moved away from the preset, or None where none was (or the form is shut).

        InvalidInputError for a knob that was set beyond its bounds; the form says it, too.
        """
        given = self.given()
        return parse_as(SeedOverrides, given, _WHAT) if given else None

    @property
    def refused(self) -> Refusals:
        """What the model refuses of the knobs that were set; a slider alone stays within its bounds."""
        return refused_by(SeedOverrides, self.given(), _WHAT)

    def given(self) -> dict[str, int | float]:
        """The same as plain values; a preset with fixed days leaves their knob out."""
        if not self.is_open:
            return {}
        found = {name: getattr(self, name) for name in KNOBS}
        return {name: value for name, value in found.items() if value is not None and not self._is_fixed(name)}

    def load(self, given: dict[str, int | float] | None) -> None:
        """Set the knobs to what was given, all others back to the preset."""
        self.param.update(**{name: (given or {}).get(name) for name in KNOBS})

    def _is_fixed(self, name: str) -> bool:
        return name == _WINDOW and preset_named(self.scenario).fixed_window is not None

    def _slider(self, name: str) -> pmui.IntSlider | pmui.FloatSlider:
        knob = self.param[name]
        low, high = knob.softbounds
        common = {
            "label": label_of(name), "start": low, "end": high, "size": "small", "color": "primary",
            "description": knob.doc, "margin": 0, "sizing_mode": "stretch_width",
            "stylesheets": [sheet("slider"), sheet("help")],
        }  # fmt: skip
        if isinstance(knob, param.Integer):
            return pmui.IntSlider(**common, value=low)
        return pmui.FloatSlider(**common, value=low, step=_SHARE_STEP, format="0.00")

    def _moved(self, name: str) -> Any:
        def moved(event: param.parameterized.Event) -> None:
            if not self._is_placing:
                at_preset = preset_knobs(preset_named(self.scenario))[name]
                setattr(self, name, None if abs(event.new - at_preset) < _SHARE_STEP / 2 else event.new)

        return moved

    def _place(self, *_events: param.parameterized.Event) -> None:
        """Put every slider where its knob or the preset stands, mark the preset's place, colour what was moved."""
        preset = preset_named(self.scenario)
        self._is_placing = True
        try:
            for name, at_preset in preset_knobs(preset).items():
                mine = None if self._is_fixed(name) else getattr(self, name)
                shown = at_preset if mine is None else mine
                slider = self._sliders[name]
                shown = min(max(shown, slider.start), slider.end)
                # or the browser would not tell of a slider that comes to rest where it rested before
                with param.parameterized.edit_constant(slider):
                    slider.param.update(
                        value=shown,
                        value_throttled=shown,
                        marks=[{"value": at_preset, "label": ""}],
                        color="default" if mine is None else "primary",
                        disabled=not self.is_open or self._is_fixed(name),
                    )
        finally:
            self._is_placing = False
        refusal = self.refused.at(*KNOBS)
        self._told.param.update(
            object=f'<p class="small"><b class="bad">{plain(refusal)}</b></p>', visible=bool(refusal)
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._root
