"""The steps of the newest run as lines: icon, name, what it found, seconds, a bar while it works."""

from __future__ import annotations

from datetime import datetime

import panel as pn
import param

from showcase.console.progress import RunProgress
from showcase.console.story import RUNNING, StepLine, Story
from showcase.console.surface import card, remedy, text, title
from showcase.console.text import clock, plain, seconds
from showcase.console.theme import sheet

MARKS = {
    "pending": ("○", "quiet", "waits"),
    "running": ("◔", "now", "runs"),
    "pass": ("✓", "good", "done"),
    "skip": ("·", "quiet", "skipped"),
    "warn": ("!", "careful", "done with a warning"),
    "fail": ("✗", "bad", "failed"),
}
"""Icon, tone and word of each status of a step; a step is never told by its colour alone."""

RUN_WORDS = {
    "running": "running",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "stopped",
    "interrupted": "interrupted",
}
RUN_TONES = {
    "running": "now",
    "completed": "good",
    "failed": "bad",
    "cancelled": "careful",
    "interrupted": "careful",
}
_ENDINGS = {
    "failed": "The run failed.",
    "cancelled": "The run was stopped.",
    "interrupted": "The run was interrupted.",
}


class StepsView(pn.viewable.Viewer):
    """The whole story for whoever looks, whenever they come."""

    def __init__(self, progress: RunProgress) -> None:
        super().__init__()
        self._progress = progress
        self._head = text(title("Newest run"))
        self._lines = text(stylesheets=[sheet("steps")])
        self._card = card(self._head, self._lines)
        progress.param.watch(self._show, ["story", "failure", "is_known"])
        progress.param.watch(self._tick, "now")
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
        self._tick()

    def _tick(self, *_events: param.parameterized.Event) -> None:
        """Let the seconds run while a run does."""
        self._head.object = run_title(self._progress.story, self._progress.now)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def _nothing_yet() -> str:
    return (
        '<p><b>No run yet.</b></p><p class="quiet">Choose a preset and press Run: its steps appear here as they '
        "happen. Runs that were started from the command line appear here too.</p>"
    )


def run_title(story: Story | None, now: datetime) -> str:
    """The head of the card: which run, where it stands, how long it took."""
    if story is None:
        return title("Newest run")
    where = f", step {story.position} of {len(story.lines)}" if story.is_running else ""
    return title(f"Run {story.run_id[:8]}", f"{RUN_WORDS[story.run_status]}{where} · {clock(story.elapsed_s(now))}")


def steps_html(story: Story) -> str:
    """The lines of a story, and why it ended where it did not end well. Everything from outside is escaped."""
    lines = "".join(_line(line) for line in story.lines)
    ended = ""
    if story.run_status in _ENDINGS:
        ended = (
            f'<p role="alert"><b class="{RUN_TONES[story.run_status]}">{_ENDINGS[story.run_status]}</b> '
            f"{plain(story.reason)}</p>"
        )
    return f'<ol aria-label="Steps of the run">{lines}</ol>{ended}'


def _line(line: StepLine) -> str:
    icon, tone, word = MARKS[line.status]
    what = _bar(line) if line.status == RUNNING and line.share is not None else _words(line)
    return (
        f'<li data-step="{plain(line.name)}" data-status="{plain(line.status)}">'
        f'<span class="icon {tone}" role="img" aria-label="{word}">{icon}</span>'
        f'<span class="name">{plain(line.name)}</span>{what}'
        f'<span class="time quiet">{seconds(line.duration_ms)}</span></li>'
    )


def _words(line: StepLine) -> str:
    said = plain(line.detail) if line.detail else ""
    return f'<span class="what quiet" title="{said}">{said}</span>'


def _bar(line: StepLine) -> str:
    done = f"{(line.share or 0) * 100:.0f}"
    return (
        f'<span class="bar" role="progressbar" aria-label="{plain(line.name)}" aria-valuenow="{done}" '
        f'aria-valuemin="0" aria-valuemax="100" title="{plain(line.detail)}"><i style="width:{done}%"></i></span>'
    )
