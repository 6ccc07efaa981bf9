"""The Run view: on the left what to run, on the right what happens."""

from __future__ import annotations

import panel as pn

from showcase.console.draft import RunDraft
from showcase.console.feed import RunFeed
from showcase.console.progress import RunProgress
from showcase.console.store import Store
from showcase.console.views.demand import DemandView
from showcase.console.views.focus import FocusView
from showcase.console.views.launch import LaunchView
from showcase.console.views.models import ModelsView
from showcase.console.views.overrides import OverridesView
from showcase.console.views.result import ResultView
from showcase.console.views.steps import StepsView

_SPLIT = """
:host { display: grid; grid-template-columns: minmax(0, 1.42fr) minmax(0, 1fr); gap: 12px; height: 100%; min-height: 0; }
"""
_SIDE = ":host { display: flex; flex-direction: column; gap: 12px; min-height: 0; height: 100%; }"
_SCROLLS = """
:host { display: flex; flex-direction: column; gap: 12px; overflow-y: auto; min-height: 0; flex: 1; scrollbar-width: thin; }
"""
_PAIR = """
:host { container-type: inline-size; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr); gap: 12px; align-items: start; }
"""


class RunView(pn.viewable.Viewer):
    """Two columns that scroll by themselves; the bar with Run stays in sight."""

    def __init__(self, draft: RunDraft, progress: RunProgress, store: Store, feed: RunFeed) -> None:
        super().__init__()
        self.launch = LaunchView(draft, progress, store, feed)
        self.focus = FocusView(draft, store)
        side = pn.Column(OverridesView(draft), self.focus, stylesheets=[_SIDE], margin=0, sizing_mode="stretch_width")
        pair = pn.Row(side, ModelsView(draft, store.models), stylesheets=[_PAIR], margin=0, sizing_mode="stretch_width")
        form = pn.Column(DemandView(draft), pair, stylesheets=[_SCROLLS], margin=0, sizing_mode="stretch_width")
        left = pn.Column(form, self.launch, stylesheets=[_SIDE], margin=0, sizing_mode="stretch_both")
        right = pn.Column(
            StepsView(progress, store), ResultView(progress),
            stylesheets=[_SCROLLS], margin=0, sizing_mode="stretch_both",
        )  # fmt: skip
        self._split = pn.Row(left, right, stylesheets=[_SPLIT], margin=0, sizing_mode="stretch_both")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._split
