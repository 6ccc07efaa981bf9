"""Explore demand: a preset, its knobs, and one series of what they make, drawn with its known truth."""

from __future__ import annotations

from datetime import date

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.derive import form_params
from showcase.console.explorations.sample import Sample, draw_sample
from showcase.console.forms.overrides import KNOBS, SeedOverridesForm
from showcase.console.plots.explorer import HEIGHT, explorer_plot
from showcase.console.refusals import refused_by
from showcase.console.result_text import EMPTY, SOLD, WANTED, keys
from showcase.console.side_page import keep_in_address
from showcase.console.surface import arranged, card, field, refuse, remedy, text, title
from showcase.console.text import plain, span
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD, Picture
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import resolve_recipe
from showcase.errors import ShowcaseError
from showcase.kernel.words import percent
from showcase.pipeline.request import RunRequest

LAST_DAY = date(2026, 11, 22)
"""The days end here whatever the day is, so that the same knobs draw the same demand."""
_ROW = "display: grid; grid-template-columns: minmax(180px, 1fr) 130px minmax(220px, 1fr); gap: 12px;"


class DatasetExploration(pn.viewable.Viewer):
    """Whatever is turned, the demand is generated anew in memory; nothing is written."""

    scenario = param.Selector(
        default=str(Scenario.RETAIL_STANDARD), objects=[str(name) for name in Scenario], label="Preset"
    )
    seed = form_params(RunRequest, ["seed"])["seed"]
    series = param.Selector(default=None, objects=[None], label="Series", check_on_set=False)

    def __init__(self, **params: object) -> None:
        super().__init__(**params)
        keep_in_address(self, ["scenario", "seed", "series"])
        self.knobs = SeedOverridesForm(scenario=self.scenario)
        keep_in_address(self.knobs, list(KNOBS))
        self.sample: Sample | None = None
        self._words = text('<p class="quiet">Generating</p>')
        self._head = text(title("One series"))
        self._picture = Picture("One series", "one-series", height=HEIGHT, linked_axes=True)
        head = arranged(self._head, self._picture.tools, css=HEAD, in_line=True)
        common = {"size": "small", "margin": 0, "sizing_mode": "stretch_width"}
        self._seed = field(self, "seed")
        row = arranged(
            pmui.Select.from_param(self.param.scenario, **common),
            self._seed,
            pmui.Select.from_param(self.param.series, searchable=True, **common),
            css=_ROW,
            in_line=True,
        )
        top = card(text(title("Knobs")), row, self.knobs, self._words)
        known = text(keys(SOLD, WANTED, EMPTY), stylesheets=[sheet("numbers")])
        self.root = arranged(top, card(head, known, *self._picture.body), css="display: grid; gap: 12px;")
        self.param.watch(self._chosen, "scenario")
        self.param.watch(self._generate, "seed")
        self.knobs.param.watch(self._generate, list(KNOBS))
        self.param.watch(self._draw, "series")

    def generate(self) -> None:
        """Make the demand of the knobs as they stand, and draw one series of it."""
        fixed = preset_named(self.scenario).fixed_window
        refused = refused_by(RunRequest, {"seed": self.seed}, "seed")
        refuse(self._seed, refused, "seed")
        if refused.errors:
            self._words.object = f'<p role="alert"><b class="bad">{plain(refused.at("seed"))}</b></p>'
            return
        try:
            recipe = resolve_recipe(self.scenario, self.seed, self.knobs.overrides(), None if fixed else LAST_DAY)
            self.sample = draw_sample(recipe)
        except ShowcaseError as error:
            self._words.object = remedy(error)
            return
        names = list(self.sample.series)
        kept = self.series if self.series in names else names[0]
        self._words.object = self._told(self.sample)
        self.param["series"].objects = names
        if kept == self.series:
            self._draw()
        else:
            self.series = kept

    def begin(self) -> None:
        """Draw beside the page; to be called once it is there."""
        pn.state.execute(self._generate)

    # coroutines run on a worker thread, so that no other page waits for this one's demand
    async def _generate(self, *_events: param.parameterized.Event) -> None:
        self.generate()

    async def _chosen(self, *_events: param.parameterized.Event) -> None:
        self.knobs.scenario = self.scenario
        self.generate()

    def _told(self, sample: Sample) -> str:
        window = sample.recipe.window
        shares = ", ".join(f"{percent(share)} of {plain(name)}" for name, share in sample.shares().items())
        return (
            f"<p>{len(sample.series):,} series from {span(window.start, window.end)}: "
            f"{shares}.</p>"
        )  # fmt: skip

    def _draw(self, *_events: param.parameterized.Event) -> None:
        if self.sample is None or self.series not in self.sample.series:
            return
        self._head.object = title("One series", str(self.series))
        days = self.sample.days(self.series)
        self._picture.draw(explorer_plot(days), days.to_pandas())

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
