"""Which models compete and how they are scored, with the folds drawn over the real dates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.checks import Check
from showcase.console.draft import SCORING, RunDraft
from showcase.console.effective_text import costs_words
from showcase.console.plots.folds import HEIGHT, folds_plot
from showcase.console.surface import arranged, card, field, refuse, text, title
from showcase.console.text import count, plain, words
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD, Picture
from showcase.forecasting.cost import fold_seconds
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import CatalogEntry

_SETTINGS = (
    "display: grid; grid-template-columns: repeat(auto-fill, minmax(116px, 1fr)); gap: 13px 8px; padding-top: 7px;"
)
_HALVES = (
    "display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 4px 16px; align-items: start;"
)
_STACK = "display: flex; flex-direction: column; gap: 5px;"


class ModelsView(pn.viewable.Viewer):
    """Pills a family, the settings of the backtest, and its picture or the reason why there is none."""

    def __init__(self, draft: RunDraft, models: Sequence[CatalogEntry]) -> None:
        super().__init__()
        self._draft, self._order = draft, [entry.model_type for entry in models]
        self._models = models
        self._head, self._off, self._words, self._costs = text(), text(_switched_off(models)), text(), text()
        self._pills = [_pills(family, list(entries)) for family, entries in groupby(models, lambda e: e.family)]
        self._settings = {name: field(draft.backtest, name) for name in SCORING}
        grid = arranged(*self._settings.values(), css=_SETTINGS)
        self._picture = Picture("Folds", "folds", height=HEIGHT)
        choice = arranged(*self._pills, self._costs, self._off, css=_STACK)
        told = arranged(self._words, self._picture.tools, css=HEAD, in_line=True)
        drawn = arranged(*self._picture.body, told, css=_STACK)
        self._card = card(self._head, choice, arranged(grid, drawn, css=_HALVES))
        self._is_placing = False
        for pills in self._pills:
            pills.param.watch(self._picked, "value")
        draft.options.param.watch(self._place, "train_model_types")
        draft.param.watch(self._show, "check")
        self._place()
        self._show()

    def _picked(self, _event: param.parameterized.Event) -> None:
        if not self._is_placing:
            chosen = {name for pills in self._pills for name in pills.value}
            self._draft.choose_models([name for name in self._order if name in chosen])

    def _place(self, *_events: param.parameterized.Event) -> None:
        self._is_placing = True
        try:
            for pills in self._pills:
                pills.value = [name for name in pills.options.values() if name in self._draft.models]
        finally:
            self._is_placing = False

    def _show(self, *_events: param.parameterized.Event) -> None:
        check = self._draft.check
        chosen = count(len(self._draft.models), "model")
        self._head.object = title("Models and backtest", f"{chosen}, by {self._draft.backtest.metric}")
        if check is None:
            return
        self._tell_costs(check)
        for name, widget in self._settings.items():
            refuse(widget, check.refused, f"backtest.{name}")
        if check.folds is not None:
            self._picture.draw(folds_plot(check.folds), check.folds.to_pandas())
        else:
            self._picture.clear()
        refusal = check.at("train_model_types", "backtest")
        self._words.object = f'<p class="small"><b class="bad">{plain(refusal)}</b></p>' if refusal else self._legend()

    def _tell_costs(self, check: Check) -> None:
        """What each model would cost here, chosen or not."""
        told = ""
        if check.size is not None and check.request is not None:
            fits, pace = check.request.scoring.n_splits + 1, self._draft.surroundings.pace
            size = check.size
            series, days = size.n_series, size.n_days
            cost_s = {
                entry.model_type: pace * fits * fold_seconds(ModelType(entry.model_type), series, days)
                for entry in self._models
            }
            told = costs_words(cost_s)
        self._costs.param.update(object=f'<p class="small quiet">{plain(told)}</p>', visible=bool(told))

    def _legend(self) -> str:
        scoring = self._draft.backtest
        gap = f", gap {scoring.gap}" if scoring.gap else ""
        test = f"{scoring.horizon} test days orange"
        return f'<p class="small quiet">{scoring.n_splits} folds: training blue{gap}, {test}</p>'

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def _pills(family: str, entries: Sequence[CatalogEntry]) -> pmui.MultiPill:
    return pmui.MultiPill(
        options={entry.model_type: entry.model_type for entry in entries},
        disabled_options=[entry.model_type for entry in entries if not entry.enabled],
        label=family.capitalize(),
        size="small",
        variant="filled",
        margin=0,
        sizing_mode="stretch_width",
        stylesheets=[sheet("pills")],
        sx={"gap": "5px"},
    )


def _switched_off(models: Sequence[CatalogEntry]) -> str:
    """How to switch on what is off; empty where everything is on."""
    off = [entry for entry in models if not entry.enabled]
    if not off:
        return ""
    flags = words(f"{entry.setting}=1" for entry in off)
    verb = "is" if len(off) == 1 else "are"
    names = words(entry.model_type for entry in off)
    how = f"start with {plain(off[0].setting)}=1"
    return f'<p class="small quiet" title="{plain(flags)}">{plain(names)} {verb} off: {how}</p>'
