"""The card of the seed overrides, shut with its reason when nothing is seeded."""

from __future__ import annotations

import panel as pn
import param

from showcase.console.draft import RunDraft
from showcase.console.effective_text import short_time
from showcase.console.forms.overrides import KNOBS
from showcase.console.surface import card, text, title
from showcase.console.text import count, plain
from showcase.kernel.words import percent


class OverridesView(pn.viewable.Viewer):
    """The seven knobs, how many were moved, and what size they make."""

    def __init__(self, draft: RunDraft) -> None:
        super().__init__()
        self._draft = draft
        self._head, self._foot = text(), text()
        self._card = card(self._head, draft.overrides, self._foot)
        draft.param.watch(self._show, ["check"])
        draft.options.param.watch(self._show, ["skip_seed", "scenario"])
        self._show()

    def _show(self, *_events: param.parameterized.Event) -> None:
        moved = len(self._draft.overrides.given())
        is_open = self._draft.overrides.is_open
        self._head.object = title("Seed overrides", f"{moved} of {len(KNOBS)} set" if is_open else "shut")
        self._foot.object = f'<p class="small quiet">{self._words()}</p>'

    def _words(self) -> str:
        check = self._draft.check
        if not self._draft.overrides.is_open:
            return "Re-seed is off: the run uses the data that is there, and nothing can be bent."
        if check is None or self._draft.overrides.refused.errors:
            return ""  # the form says it
        if refusal := check.at("seed_overrides", "size", "stores", "products"):
            return f'<b class="bad">{plain(refusal)}</b>'
        if check.recipe is None:
            return ""
        recipe = check.recipe
        missing = f", {percent(recipe.sparsity)} of the series missing" if recipe.sparsity else ""
        rows = count(recipe.estimated_rows()["sales"], "row")
        estimate = self._draft.estimate
        takes = f", {short_time(estimate.seeding_s)}" if estimate is not None else ""
        return (
            f"{count(recipe.n_stores, 'store')} x {count(recipe.n_products, 'product')} x "
            f"{count(recipe.window.days, 'day')}{missing}: about {rows}{takes}"
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card
