"""The card of the newest run: its phases and steps as they happen, and its log to unfold."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.progress import RunProgress
from showcase.console.run_html import log_html, run_title, steps_html
from showcase.console.story import Story
from showcase.console.surface import card, remedy, text, title
from showcase.console.theme import sheet


class StepsView(pn.viewable.Viewer):
    """The whole story for whoever looks, whenever they come."""

    def __init__(self, progress: RunProgress) -> None:
        super().__init__()
        self._progress = progress
        self._head = text(title("Newest run"))
        self._lines = text(stylesheets=[sheet("steps")])
        self._log = text(visible=False, stylesheets=[sheet("log")])
        self._unfold = pmui.Switch(label="Event log", size="small", margin=0, visible=False)
        self._card = card(self._head, self._lines, self._unfold, self._log)
        progress.param.watch(self._show, ["story", "failure", "is_known"])
        progress.param.watch(self._tick, ["now", "usual"])
        self._unfold.param.watch(self._show_log, "value")
        self._show()

    def _show(self, *_events: param.parameterized.Event) -> None:
        story: Story | None = self._progress.story
        if self._progress.failure is not None:
            self._lines.object = remedy(self._progress.failure)
        elif story is None:
            self._lines.object = (
                _nothing_yet() if self._progress.is_known else '<p class="quiet">Reading the newest run</p>'
            )
        else:
            self._lines.object = steps_html(story)
        self._unfold.visible = story is not None and self._progress.failure is None
        self._show_log()
        self._tick()

    def _show_log(self, *_events: param.parameterized.Event) -> None:
        """The log is written while somebody looks at it."""
        story, is_open = self._progress.story, self._unfold.value and self._unfold.visible
        self._log.param.update(object=log_html(story) if story is not None and is_open else "", visible=is_open)

    def _tick(self, *_events: param.parameterized.Event) -> None:
        """Let the seconds run while a run does."""
        self._head.object = run_title(self._progress.story, self._progress.now, self._progress.usual)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def _nothing_yet() -> str:
    return (
        '<p><b>No run yet.</b></p><p class="quiet">Choose a preset and press Run: its steps appear here as they '
        "happen. Runs that were started from the command line appear here too.</p>"
    )
