"""The eight presets as cards to choose from, one radio group with a drawing each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import param
from panel.custom import JSComponent

from showcase.console.plots.sparkline import HEIGHT, WIDTH, sparkline
from showcase.console.theme import sheet
from showcase.demand.generate import preview_series
from showcase.demand.presets import PRESETS, Preset, Scenario

SENTENCES: Mapping[Scenario, str] = MappingProxyType(
    {
        Scenario.DEMO_MINIMAL: "Short, done in seconds",
        Scenario.RETAIL_STANDARD: "An ordinary chain",
        Scenario.HOLIDAY_RUSH: "Peaks in late 2024",
        Scenario.HIGH_VARIANCE: "Noise and spikes",
        Scenario.STOCKOUT_HEAVY: "Hidden demand",
        Scenario.NEW_LAUNCHES: "45-day launch ramps",
        Scenario.SPARSE: "Gaps, missing series",
        Scenario.SHOWCASE_RICH: "All effects at once",
    }
)
"""What each preset is for, in the few words that a card has room for."""


class PresetCards(JSComponent):
    """Cards in a grid; a click or the arrow keys choose one. Texts are set as text, never as markup."""

    value = param.String(default=str(Scenario.DEMO_MINIMAL), doc="The chosen preset.")
    asked = param.List(
        default=[], doc="What a person chose last, and how often one chose: the chosen one can be asked."
    )
    is_used = param.Boolean(default=True, doc="Whether a run as drafted would be about the chosen preset's demand.")
    cards = param.List(default=[], item_type=dict, doc="name, sentence, size, path and title of each card.")
    box = param.List(default=[WIDTH, HEIGHT], doc="Width and height of the box that the paths are drawn in.")

    _esm = Path(__file__).with_name("preset_cards.js")
    _stylesheets = [sheet("preset_cards")]  # noqa: RUF012  (Panel's own declaration)

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"cards": [dict(card) for card in preset_cards()], **params})


@cache
def preset_cards() -> tuple[Mapping[str, str], ...]:
    """What the cards say, drawn once a process."""
    return tuple(_card(preset) for preset in PRESETS.values())


def _card(preset: Preset) -> Mapping[str, str]:
    return {
        "name": str(preset.name),
        "sentence": SENTENCES[preset.name],
        "size": f"{preset.demo.stores} x {preset.demo.products} · {preset.demo.days} days",
        "path": sparkline(preview_series(preset.name).tolist()),
        "title": preset.oddities,
    }
