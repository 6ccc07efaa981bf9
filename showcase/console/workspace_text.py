"""A kept run in words: its head, result, verdict, configuration and what it made; all of it escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from showcase.console.library_columns import name_of
from showcase.console.run_html import RUN_TONES, RUN_WORDS
from showcase.console.text import day, plain, score, words
from showcase.pipeline.request import DEFAULT_MODELS, BacktestSettings
from showcase.store.workspaces import Workspace

VERDICT_WORDS = {
    "identical": ("identical", "good"),
    "within_tolerance": ("within tolerance", "now"),
    "unknown": ("unknown", "careful"),
    "different": ("different", "bad"),
    "not_applicable": ("not applicable", "quiet"),
}
"""What a verdict and its parts are called, and their tone."""
_SILENT = "not_applicable"
_ENTRY, _WORD = re.compile(r"\[(\d+)\]"), re.compile(r"'([a-z_]+)'")


def facts(heading: str, rows: Iterable[tuple[str, str]], aside: str = "") -> str:
    """A heading over names and values; the values are markup of ours."""
    listed = "".join(f"<dt>{plain(what)}</dt><dd>{value}</dd>" for what, value in rows)
    return f"{head(heading, aside)}<dl>{listed}</dl>"


def head(heading: str, aside: str = "") -> str:
    """A heading with a word on its right; both are plain text."""
    said = f'<span class="quiet small">{plain(aside)}</span>' if aside else ""
    return f'<div class="line"><h3>{plain(heading)}</h3>{said}</div>'


def head_html(workspace: Workspace, made: str, *, is_edited: bool = False) -> str:
    """Name, status, when it was made, notes and tags; without these two while they stand in a form below."""
    tone, word = RUN_TONES[workspace.status], RUN_WORDS[workspace.status]
    took = (workspace.result_summary or {}).get("wall_clock_s")
    told = [made, f"{took:.1f} s" if isinstance(took, int | float) else "", "archived" if workspace.archived else ""]
    pin = '<span class="careful" title="pinned" role="img" aria-label="pinned">★</span> ' if workspace.pinned else ""
    tags = "".join(f'<span class="tag" title="{plain(tag)}">{plain(tag)}</span>' for tag in workspace.tags)
    notes = f'<p class="notes">{plain(workspace.notes)}</p>' if workspace.notes else ""
    shelf = f'<p class="tags" tabindex="0" role="group" aria-label="Tags">{tags}</p>' if tags else ""
    return (
        f'<h2>{pin}{plain(name_of(workspace))}</h2><p class="small"><b class="{tone}">{word}</b>'
        f'<span class="quiet"> · {plain(" · ".join(each for each in told if each))} · '
        f'<code title="{plain(workspace.workspace_id)}">{plain(workspace.workspace_id.short)}</code></span></p>'
        f"{'' if is_edited else notes + shelf}"
    )


def result_html(workspace: Workspace) -> str:
    """The winner and its score, or why there is none."""
    summary = workspace.result_summary or {}
    if summary.get("winner_model_type") is None:
        return facts("Result", [("No winner", plain(_why_none(workspace)))])
    metric = summary.get("winner_metric")
    rows = [
        ("Winner", f"<b>{plain(summary['winner_model_type'])}</b>"),
        (str(metric), score(summary.get("winner_value"), metric)),
    ]
    controls = [row for row in summary.get("leaderboard") or [] if row.get("rank") == 2]
    if controls and metric in controls[0]:
        rows.append(("Second", f"{plain(controls[0].get('model'))}, {score(controls[0][metric], metric)}"))
    return facts("Result", rows)


def _why_none(workspace: Workspace) -> str:
    """Why a workspace has no winner; the story tells more of a step that failed."""
    reason = (workspace.result_summary or {}).get("reason")
    if reason or workspace.status == "running":
        return str(reason or "the run is under way")
    steps = (step for phase in workspace.phase_summaries or [] for step in phase.get("steps") or [])
    failed = next((step.get("step") for step in steps if step.get("status") == "fail"), None)
    return f"the step {failed} failed, as its story tells" if failed else "no model won"


def verdict_html(workspace: Workspace) -> str:
    """How a replay compares with its source, part by part; empty for what is no replay."""
    if workspace.replayed_from_workspace_id is None:
        return ""
    verdict: Mapping[str, Any] | None = (workspace.result_summary or {}).get("verdict")
    if verdict is None:
        return f'{head("Verdict")}<p class="quiet">Told when the run has completed.</p>'
    parts, where = verdict.get("parts") or {}, verdict.get("where") or {}
    rows = "".join(_part(part, mark, where.get(part)) for part, mark in parts.items() if mark != _SILENT)
    silent = [part.replace("_", " ") for part, mark in parts.items() if mark == _SILENT]
    if silent:
        rows += f'<dt class="told">{verdict_word(_SILENT)}</dt><dd class="told quiet">{plain(words(silent))}</dd>'
    return (
        f'<div class="line"><h3>Verdict</h3><span>{verdict_word(verdict.get("overall"))}</span></div>'
        f'<dl class="parts">{rows}</dl>'
    )


def _part(part: str, mark: Any, where: str | None) -> str:
    """One part of a verdict; one that differs says where, and has a line of its own."""
    name = plain(part.replace("_", " "))
    if where is None:
        return f"<dt>{name}</dt><dd>{verdict_word(mark)}</dd>"
    return (
        f'<dt class="told">{name}</dt><dd class="told">{verdict_word(mark)} '
        f'<span class="quiet small">{plain(_place(part, where))}</span></dd>'
    )


def _place(part: str, where: str) -> str:
    """Where a part differs, without its own name: `winner value: 20.2 against 19.5`."""
    path, colon, said = where.partition(": ")
    path = _ENTRY.sub(lambda found: f" {int(found[1]) + 1}", path.removeprefix(part).removeprefix("."))
    path = path.replace("_events", "").replace("_", " ").replace(".", " ")
    # a word of ours stands in quotes, and with the line that joins its parts
    said = _WORD.sub(lambda found: found[1].replace("_", " "), said)
    return f"{path}{colon}{said}" if path else said


def verdict_word(mark: Any) -> str:
    """One mark as a word in its tone."""
    word, tone = VERDICT_WORDS.get(mark, (str(mark), "quiet"))
    return f'<b class="{tone}">{plain(word)}</b>'


def configuration_html(workspace: Workspace) -> str:
    """What was asked for, in words."""
    config = workspace.run_config or {}
    scoring = config.get("backtest") or BacktestSettings().model_dump()
    models = config.get("train_model_types") or [str(name) for name in DEFAULT_MODELS]
    data = f"used what was there, {workspace.demand}" if workspace.skip_seed else f"seeded with seed {workspace.seed}"
    if workspace.reset:
        data = f"wiped all data, then {data}"
    folds = f"{scoring['n_splits']} {scoring['strategy']} folds of {scoring['horizon']} days, gap {scoring['gap']}"
    overrides = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in (workspace.seed_overrides or {}).items()
    )
    scope = workspace.user_scope or {}
    pair = " / ".join(str(scope[name]) for name in ("store_code", "sku") if scope.get(name))
    rows = [
        *([] if workspace.skip_seed else [("Preset", plain(workspace.scenario))]),
        ("Data", plain(data)),
        *([("Overrides", plain(overrides))] if overrides else []),
        ("Window", f"{day(workspace.date_start)} to {day(workspace.date_end)}"),
        *([("Focus pair", plain(pair))] if pair else []),
        ("Models", plain(words(models))),
        ("Backtest", plain(f"{folds}, at least {scoring['min_train_size']} days of training, by {scoring['metric']}")),
        ("Fingerprint", f"<code>{plain((workspace.data_fingerprint or '')[:8])}</code>"),
        ("Made with", plain(_environment(workspace.environment or {}))),
    ]
    return facts("Configuration", rows)


def _environment(environment: Mapping[str, Any]) -> str:
    parts = [f"{name} {environment[key]}" for name, key in (("showcase", "code"), ("Python", "python"))
             if environment.get(key)]  # fmt: skip
    return ", ".join(parts)
