"""Which demand a run is about: the preset cards, and whether and how they are seeded."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.draft import RunDraft
from showcase.console.preset_cards import PresetCards
from showcase.console.surface import arranged, card, field, refuse, text, title
from showcase.console.text import count, plain, span

_ROW = "display: grid; grid-template-columns: auto 116px 168px 1fr; gap: 8px 16px; padding-top: 6px;"


class DemandView(pn.viewable.Viewer):
    """The first card of the run form."""

    def __init__(self, draft: RunDraft) -> None:
        super().__init__()
        self._draft, options = draft, draft.options
        self._head = text()
        self._cards = PresetCards(value=options.scenario, margin=0, sizing_mode="stretch_width")
        self._reseed = pmui.Switch(label="Re-seed", size="small", margin=0, value=not options.skip_seed)
        self._seed = field(options, "seed")
        self._last_day = field(options, "as_of", clearable=True, format="YYYY-MM-DD")
        self._reset = field(options, "reset", label="Reset all data", color="error")
        self._wipes = text()
        row = arranged(self._reseed, self._seed, self._last_day, self._reset, css=_ROW, in_line=True)
        self._card = card(self._head, self._cards, row, self._wipes)
        self._cards.param.watch(self._chosen, "asked")
        self._reseed.param.watch(self._switched, "value")
        options.param.watch(self._show, ["scenario", "skip_seed", "reset"])
        draft.param.watch(self._show, ["check", "surroundings"])
        self._show()

    def _chosen(self, event: param.parameterized.Event) -> None:
        self._draft.choose_preset(event.new[0])

    def _switched(self, event: param.parameterized.Event) -> None:
        self._draft.options.skip_seed = not event.new

    def _show(self, *_events: param.parameterized.Event) -> None:
        draft, options = self._draft, self._draft.options
        seeds = not options.skip_seed
        data_set = draft.ground.data_set
        is_there = data_set is not None and data_set.name == options.scenario
        self._cards.param.update(value=options.scenario, is_used=seeds or data_set is None or is_there)
        self._reseed.value = seeds
        if draft.check is not None:
            refuse(self._seed, draft.check.refused, "seed")
            refuse(self._last_day, draft.check.refused, "as_of")
        # what is refused can be mended, whether it is of use or not
        self._seed.disabled = not (seeds or self._seed.error_state)
        self._last_day.disabled = not (seeds and draft.has_free_days)
        self._head.object = title("Demand", self._aside())
        self._wipes.param.update(object=self._warning(), visible=options.reset)

    def _aside(self) -> str:
        check, data_set = self._draft.check, self._draft.ground.data_set
        if check is not None and check.recipe is not None:
            recipe = check.recipe
            rows = count(recipe.estimated_rows()["sales"], "row")
            return f"seeds about {rows}, {span(recipe.window.start, recipe.window.end)}"
        if self._draft.surroundings is None:
            return "reading the data set"
        if data_set is not None:
            return f"uses {data_set.name}, {span(data_set.window.start, data_set.window.end)}"
        return "no demand data yet"

    def _warning(self) -> str:
        """What a reset takes away, by data set; it is said before anything is lost."""
        wipe = self._draft.wipe
        if not wipe.rows:
            return '<p class="small quiet">There is no demand data to wipe.</p>'
        names = list(dict.fromkeys(name for name, _, _ in wipe.lines))
        lost = f"{count(wipe.rows, 'row')} of {count(len(names), 'data set')}"
        after = "" if not self._draft.options.skip_seed else " Without a re-seed nothing is left to run on."
        return (
            f'<p class="small"><b class="bad">Wipes {lost}</b>: {plain(", ".join(names))}. '
            f"Runs, workspaces and models stay.{after}</p>"
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card
