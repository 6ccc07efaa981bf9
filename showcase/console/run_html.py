"""A run in HTML, its title, its phases with their lines and its log, with everything from outside escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from showcase.console.story import PENDING, RUNNING, StepLine, Story
from showcase.console.surface import title
from showcase.console.text import clock, count, plain, seconds, told
from showcase.kernel.words import told_after

_MOST_LOGGED = 400
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
    "failed": ("The run failed", "Put right what it names, then run again."),
    "cancelled": ("The run was stopped", "What it made until then stays."),
    "interrupted": ("The run was interrupted", "What it made until then stays; press Run to begin anew."),
}
"""How a run ended that did not end well, and what now."""


def run_title(story: Story | None, now: datetime, usual: Mapping[str, float]) -> str:
    """The head of the card: which run, where it stands, how long it took, and what is left if that can be told."""
    if story is None:
        return title("Newest run")
    words = [RUN_WORDS[story.run_status], clock(story.elapsed_s(now))]
    if story.is_running:
        words[0] += f", step {story.position} of {len(story.lines)}"
        left_s = story.left_s(usual, now) if story.question is None else None
        words += [] if left_s is None else [f"about {math.ceil(left_s)} s left"]
    return title(f"Run {story.run_id[:8]}", " · ".join(words))


def steps_html(story: Story) -> str:
    """The phases with their lines, and why it ended where it did not end well. Everything from outside is escaped."""
    phases = "".join(_phase(name, lines, has_ended=not story.is_running) for name, lines in story.phases)
    return f'{_bar_of_all(story)}<div class="phases">{phases}</div>{_ending(story)}'


def _ending(story: Story) -> str:
    """Why a run did not end well, and what now; empty for one that did, and for one that goes on."""
    if story.run_status not in _ENDINGS:
        return ""
    head, now = _ENDINGS[story.run_status]
    said = told_after(story.run_status, story.reason)
    head, said = (head, f" {said}.") if said.startswith("in step ") else (f"{head}.", f" {said}")
    return (
        f'<p class="ending" role="alert"><b class="{RUN_TONES[story.run_status]}">{head}</b>{plain(said)}'
        f'<br><span class="quiet">{now}</span></p>'
    )


def phase_status(lines: Sequence[StepLine]) -> str:
    """Where a phase stands: the worst of what its steps came to, running while one runs, pending while all wait."""
    found = {line.status for line in lines}
    for status in ("fail", RUNNING):
        if status in found:
            return status
    if PENDING in found:
        return PENDING if found == {PENDING} else RUNNING
    return "warn" if "warn" in found else "pass" if "pass" in found else "skip"


_TOLD_BY = {"data": ("seed", "status"), "modeling": ("train",), "decision": ("backtest",)}
"""Which steps say best what came of a phase; of the other phases it is their last."""


def gist(phase: str, steps: Sequence[tuple[str, str | None, str | None]]) -> str:
    """What came of a phase, in the words of one of its steps; `steps` are name, status and detail, in their order."""
    said = {name: detail for name, status, detail in steps if detail and status != "skip"}
    best = next((said[name] for name in _TOLD_BY.get(phase, ()) if name in said), "")
    return best or next(reversed(said.values()), "") or next((str(detail) for *_, detail in steps if detail), "")


def _phase(name: str, lines: Sequence[StepLine], *, has_ended: bool) -> str:
    """One phase, open where something happens or went wrong in it."""
    status = phase_status(lines)
    icon, tone, word = _mark(status, has_ended)
    took = sum(line.duration_ms or 0.0 for line in lines)
    is_open = " open" if status in (RUNNING, "fail", "warn") else ""
    ended = [(line.name, line.status, line.detail) for line in lines]
    what = told(gist(name, ended)) if status in ("pass", "skip") else count(len(lines), "step")
    what = word if status == PENDING and has_ended else what
    return (
        f'<details{is_open} data-phase="{plain(name)}"><summary>'
        f'<span class="icon {tone}" role="img" aria-label="{word}">{icon}</span>'
        f'<span class="name">{plain(name)}</span><span class="what quiet" title="{what}">{what}</span>'
        f'<span class="time quiet">{seconds(took) if took else ""}</span></summary>'
        f'<ol aria-label="Steps of the phase {plain(name)}">'
        f"{''.join(_line(line, has_ended) for line in lines)}</ol></details>"
    )


def _bar_of_all(story: Story) -> str:
    """How far the whole run is, as one segment a step."""
    segments = "".join(f'<i class="{MARKS[line.status][1]}"></i>' for line in story.lines)
    ended = sum(line.status not in (PENDING, RUNNING) for line in story.lines)
    return (
        f'<div class="whole" role="progressbar" aria-label="The whole run" aria-valuemin="0" '
        f'aria-valuemax="{len(story.lines)}" aria-valuenow="{ended}">{segments}</div>'
    )


def log_html(story: Story) -> str:
    """Every event so far, newest first: number, time, step, what."""
    rows = "".join(
        f'<li><span class="quiet">{event["seq"]}</span>'
        f'<span class="quiet">{plain(str(event["timestamp"])[11:19])}</span>'
        f"<b>{plain(event['step_name'])}</b><span>{told(event['detail'])}</span></li>"
        for event in reversed(story.events[-_MOST_LOGGED:])
    )
    return f'<ol class="log" aria-label="Events of the run" tabindex="0">{rows}</ol>'


def _mark(status: str, has_ended: bool) -> tuple[str, str, str]:
    """Icon, tone and word of a status; what still waits when the run has ended was not reached."""
    icon, tone, word = MARKS[status]
    return icon, tone, "not reached" if status == PENDING and has_ended else word


def _line(line: StepLine, has_ended: bool) -> str:
    icon, tone, word = _mark(line.status, has_ended)
    is_moving = line.status == RUNNING and line.share is not None and line.question is None
    what = _bar(line) if is_moving else _words(line)
    return (
        f'<li data-step="{plain(line.name)}" data-status="{plain(line.status)}">'
        f'<span class="icon {tone}" role="img" aria-label="{word}">{icon}</span>'
        f'<span class="name">{plain(line.name)}</span>{what}<span class="rows quiet">{_rows(line)}</span>'
        f'<span class="time quiet">{seconds(line.duration_ms)}</span></li>'
    )


def row_count(line: StepLine) -> int | None:
    """How many rows a step made, read or wiped, so far or in all; None for a step that is not about rows."""
    said = line.data
    if line.rows is not None and not said:
        return line.rows
    made = said.get("records_created") or said.get("row_counts")
    found = sum(made.values()) if made else said.get("rows", (said.get("counts") or {}).get("sales"))
    return found if isinstance(found, int) else None


def _rows(line: StepLine) -> str:
    found = row_count(line)
    return count(found, "row") if found else ""


def _words(line: StepLine) -> str:
    said = told(line.detail) if line.detail else ""
    return f'<span class="what quiet" title="{said}">{said}</span>'


def _bar(line: StepLine) -> str:
    done = f"{(line.share or 0) * 100:.0f}"
    said = told(line.detail) if line.detail else ""
    return (
        f'<span class="doing"><span class="what quiet" title="{said}">{said}</span>'
        f'<span class="bar" role="progressbar" aria-label="{plain(line.name)}" aria-valuenow="{done}" '
        f'aria-valuemin="0" aria-valuemax="100"><i style="width:{done}%"></i></span></span>'
    )
