"""The bar under the run form: keep, name, what will run, Run and Stop."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.session import Session
from showcase.console.stores.run import RunStore
from showcase.console.surface import arranged, card, field, refuse, text
from showcase.console.text import count, plain
from showcase.console.theme import sheet

_BAR = "display: grid; grid-template-columns: auto 190px minmax(0, 1fr) auto auto; gap: 8px 12px;"


class LaunchView(pn.viewable.Viewer):
    """Starts and stops runs. What the model refuses stands here before Run can be pressed."""

    def __init__(self, session: Session, store: RunStore) -> None:
        super().__init__()
        draft, progress = session.draft, session.progress
        self._draft, self._progress, self._store, self._feed = draft, progress, store, session.feed
        self._may_run = session.may("operator")
        self._keep = pmui.Checkbox(label="Keep", size="small", margin=0, value=draft.keeps)
        self._name = field(draft.options, "workspace_name", label="Workspace name")
        self._words = text()
        self.run = Action("Run", self._start, icon="play_arrow", color="primary", variant="contained")
        self.stop = Action("Stop", self._stop, icon="stop", color="error", variant="outlined")
        bar = arranged(
            self._keep,
            self._name,
            self._words,
            self.stop.button,
            self.run.button,
            css=_BAR,
            in_line=True,
            extra=sheet("launch"),
        )
        self._card = card(bar, self.run.notice, self.stop.notice)
        self._keep.param.watch(self._kept, "value")
        draft.param.watch(self._show, "check")
        draft.options.param.watch(self._show, ["preservation", "workspace_name"])
        progress.param.watch(self._show, ["story", "failure"])
        self._show()

    async def _start(self) -> None:
        check = self._draft.check
        if check is not None and check.request is not None:
            await self._store.start(check.request)
            self._draft.options.reset = False  # one wipe a wish
            self._feed.look()

    async def _stop(self) -> None:
        if self._progress.story is not None:
            await self._store.stop(self._progress.story.run_id)

    def _kept(self, event: param.parameterized.Event) -> None:
        self._draft.options.preservation = "keep" if event.new else "ephemeral"

    def _show(self, *_events: param.parameterized.Event) -> None:
        check, is_running = self._draft.check, self._progress.is_running
        self._keep.value = self._draft.keeps
        self._name.disabled = not self._draft.keeps
        may_begin = self._may_run and not is_running and not self._progress.is_away
        self.run.is_allowed = check is not None and check.may_run and may_begin
        self.stop.is_allowed = self._may_run and is_running
        self._words.object = self._sentence()
        if check is not None:
            refuse(self._name, check.refused, "workspace_name")

    def _sentence(self) -> str:
        check = self._draft.check
        if self._progress.is_away:
            return '<p class="small"><b class="bad">Nothing can run while the database is away.</b></p>'
        if not self._may_run:
            return '<p class="small quiet">To run takes an operator; you came in as viewer.</p>'
        if check is None:
            return '<p class="small quiet">Reading the data set</p>'
        if self._progress.is_running:
            return '<p class="small quiet">One run at a time: this one first.</p>'
        if errors := check.refused.errors:
            more = f" And {len(errors) - 1} more above." if len(errors) > 1 else ""
            return f'<p class="small"><b class="bad">{plain(check.at(errors[0].field) + more)}</b></p>'
        return f'<p class="small quiet">{plain(self._plan())}</p>'

    def _plan(self) -> str:
        """What will run, in one sentence."""
        draft, scoring = self._draft, self._draft.backtest
        begins = f"Seeds {draft.options.scenario}" if not draft.options.skip_seed else "Uses the data there is"
        begins = f"Wipes all data, then s{begins[1:]}" if draft.options.reset and begins[0] == "S" else begins
        ends = ", and keeps the run" if draft.keeps else ""
        return f"{begins}, scores {count(len(draft.models), 'model')} on {scoring.n_splits} folds{ends}."

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card
