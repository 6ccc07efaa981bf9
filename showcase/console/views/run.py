"""The Run view: on the left what to run, on the right what happens."""

from __future__ import annotations

from contextlib import suppress

import panel as pn

from showcase.console.session import Session
from showcase.console.stores.recall import RecallStore
from showcase.console.stores.run import RunStore
from showcase.console.surface import arranged
from showcase.console.views.demand import DemandView
from showcase.console.views.effective import EffectiveView
from showcase.console.views.focus import FocusView
from showcase.console.views.launch import LaunchView
from showcase.console.views.models import ModelsView
from showcase.console.views.overrides import OverridesView
from showcase.console.views.result import ResultView
from showcase.console.views.steps import StepsView
from showcase.console.views.verdict import VerdictView
from showcase.errors import ShowcaseError

_SPLIT = (
    "display: grid; grid-template-columns: minmax(0, 1.42fr) minmax(0, 1fr); gap: 12px; height: 100%; min-height: 0;"
)
_NARROW = """
@media (max-width: 820px) {
  :host { grid-template-columns: minmax(0, 1fr) !important; grid-template-rows: max-content max-content;
          overflow-y: auto; }
  * { height: auto !important; max-height: none; }
}
"""
"""On a small screen, or one that is read at twice the size, what happens stands under what to run."""
_SIDE = "display: flex; flex-direction: column; gap: 12px; min-height: 0; height: 100%;"
_SCROLLS = f"{_SIDE} overflow-y: auto; flex: 1; scrollbar-width: thin;"
_PAIR = "display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 12px; align-items: start;"


class RunView(pn.viewable.Viewer):
    """Two columns that scroll by themselves; the bar with Run stays in sight."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        draft, progress, store = session.draft, session.progress, RunStore(session.installation)
        self.launch = LaunchView(session, store)
        self.focus = FocusView(draft, store)
        pair = arranged(OverridesView(draft), self.focus, css=_PAIR)
        self.effective = EffectiveView(draft, RecallStore(session.installation, session.role))
        form = arranged(DemandView(draft), ModelsView(draft, store.models), pair, self.effective, css=_SCROLLS)
        left = arranged(form, self.launch, css=_SIDE, sizing_mode="stretch_both")
        right = arranged(
            StepsView(progress), VerdictView(session), ResultView(progress), css=_SCROLLS, sizing_mode="stretch_both"
        )
        self.root = arranged(left, right, css=_SPLIT, extra=_NARROW, sizing_mode="stretch_both")

    async def load(self) -> None:
        """Read what can be opened; the session follows the newest run whatever view is open."""
        with suppress(ShowcaseError):  # what keeps us from reading is said where the run is told
            await self.effective.recall.refresh()

    def leave(self) -> None:
        """Nothing ticks here but the clock of a run, which ends with it."""

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root
