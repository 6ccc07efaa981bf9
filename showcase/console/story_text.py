"""What a workspace remembers, in words: phases with their steps, approvals, knowledge; all of it escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from showcase.console.run_html import MARKS, gist
from showcase.console.story import Story
from showcase.console.text import day, plain, seconds, told
from showcase.console.workspace_text import head
from showcase.store.workspaces import Workspace

_DECISIONS = {
    "approved": ("approved", "good"),
    "rejected": ("rejected", "bad"),
    "timed_out": ("nobody answered", "careful"),
}


def story_html(workspace: Workspace, story: Story | None) -> str:
    """The phases, each with its steps behind it; where no phase was written yet, the steps of the run's events."""
    phases: Sequence[Mapping[str, Any]] = workspace.phase_summaries or _phases_of(story)
    if not phases:
        return f'{head("Story")}<p class="quiet">The run has not told anything.</p>'
    return f'{head("Story")}<div class="phases">{"".join(_phase(phase) for phase in phases)}</div>'


def _phases_of(story: Story | None) -> list[dict[str, Any]]:
    """The phases of a run that goes on, or of one that was kept before phases were."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in story.lines if story else ():
        step = {"step": line.name, "detail": line.detail, "status": line.status, "duration_ms": line.duration_ms}
        found.setdefault(line.phase, []).append(step)
    return [
        {"phase": name, "steps": steps, "status": _worst(steps), "duration_ms": _sum(steps)}
        for name, steps in found.items()
    ]


def _worst(steps: Sequence[Mapping[str, Any]]) -> str:
    order = ("fail", "running", "warn", "pending", "pass", "skip")
    return next((status for status in order if any(step["status"] == status for step in steps)), "pending")


def _sum(steps: Sequence[Mapping[str, Any]]) -> float | None:
    known = [step["duration_ms"] for step in steps if step["duration_ms"] is not None]
    return sum(known) if known else None


def _phase(phase: Mapping[str, Any]) -> str:
    steps = phase.get("steps") or []
    needs_a_look = any(step.get("status") in ("fail", "warn") for step in steps)
    lines = "".join(_step(step) for step in steps)
    name = str(phase.get("phase"))
    what = gist(name, [(str(step.get("step")), step.get("status"), step.get("detail")) for step in steps])
    return (
        f"<details{' open' if needs_a_look else ''}><summary>{_icon(phase.get('status'))}"
        f'<span>{plain(name)}</span><span class="quiet small">{told(what)}</span>'
        f'<span class="quiet small time">{seconds(phase.get("duration_ms"))}</span></summary><ul>{lines}</ul></details>'
    )


def _step(step: Mapping[str, Any]) -> str:
    return (
        f"<li>{_icon(step.get('status'))}<span><b>{plain(step.get('step'))}</b> "
        f'<span class="quiet">{told(step["detail"]) if step.get("detail") else ""}</span></span>'
        f'<span class="quiet small time">{seconds(step.get("duration_ms"))}</span></li>'
    )


def _icon(status: Any) -> str:
    icon, tone, word = MARKS.get(status, ("·", "quiet", str(status)))
    return f'<b class="{tone}" role="img" aria-label="{plain(word)}">{icon}</b>'


def approvals_html(workspace: Workspace) -> str:
    """Every question to a person: what was proposed, who decided and why; empty where none was asked."""
    events = workspace.approval_events
    if not events:
        return ""
    return (
        f"{head('Approvals')}<ul class='events'>{''.join(f'<li>{approval_html(event)}</li>' for event in events)}</ul>"
    )


def approval_html(event: Mapping[str, Any]) -> str:
    """One question to a person: the decision, by whom and when, what came of it, what was proposed, the reason."""
    word, tone = _DECISIONS.get(str(event.get("decision")), (str(event.get("decision")), "quiet"))
    proposed = (event.get("tool_call_summary") or {}).get("description") or event.get("tool_name")
    by = (
        "automatically"
        if event.get("auto_approved")
        else f"by {event['decided_by']}"
        if event.get("decided_by")
        else ""
    )
    when = _moment(event.get("decided_at"))
    reason = f"<br>“{plain(event['reason'])}”" if event.get("reason") else ""
    done = str(event.get("execution_status") or "").replace("_", " ")
    who = " ".join(part for part in (by, when) if part)
    return (
        f'<b class="{tone}">{plain(word)}</b> <span class="quiet small">{plain(who)} · {plain(done)}</span>'
        f"<br>{told(proposed)}{reason}"
    )


def knowledge_html(workspace: Workspace) -> str:
    """What the run looked up: probe, index, question and the passages that answered; empty where it did not."""
    events = workspace.rag_events
    if not events:
        return ""
    return f"{head('Knowledge')}<ul class='events'>{''.join(_look_up(event) for event in events)}</ul>"


def _look_up(event: Mapping[str, Any]) -> str:
    query = f"<br>“{plain(event['query'])}”" if event.get("query") else ""
    sources = list(dict.fromkeys(str(hit.get("source")) for hit in event.get("hits") or []))
    hits = f'<br><span class="quiet">{plain(", ".join(sources))}</span>' if sources else ""
    return (
        f"<li>{_icon(event.get('status'))} <b>{plain(event.get('event'))}</b> "
        f'<span class="quiet">{told(event["detail"]) if event.get("detail") else ""}</span>{query}{hits}</li>'
    )


def _moment(text: Any) -> str:
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    when = when.astimezone(UTC)
    return f"{day(when)}, {when:%H:%M} UTC"
