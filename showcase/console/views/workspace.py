"""One workspace beside the library: its configuration, its story, its result and what it made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import panel as pn
import param

from showcase.console.state import ConsoleState
from showcase.console.stores.library import LibraryStore
from showcase.console.story import StepLine, Story
from showcase.console.surface import card, remedy, text, title
from showcase.console.text import day, moment, plain, score, seconds, words
from showcase.console.theme import sheet
from showcase.console.views.steps import MARKS, RUN_TONES, RUN_WORDS
from showcase.errors import ShowcaseError
from showcase.pipeline.request import DEFAULT_MODELS, BacktestSettings
from showcase.store.workspaces import Workspace

_SCROLLS = ":host { height: 100%; min-height: 0; overflow-y: auto; scrollbar-width: thin; gap: 14px; }"


class WorkspaceView(pn.viewable.Viewer):
    """Follows the state's workspace; empty says how to open one."""

    def __init__(self, state: ConsoleState, store: LibraryStore) -> None:
        super().__init__()
        self._state, self._store = state, store
        self._body = text(_nothing_open(), stylesheets=[sheet("facts")])
        self._card = card(self._body, extra=_SCROLLS, sizing_mode="stretch_both")
        state.param.watch(self.refresh, "workspace")

    async def refresh(self, *_events: param.parameterized.Event) -> None:
        """Read the workspace that is open."""
        wanted = self._state.workspace
        if not wanted:
            self._body.object = _nothing_open()
            return
        try:
            found, story = await self._store.workspace(wanted)
        except ShowcaseError as error:
            self._body.object = remedy(error)
            return
        if wanted == self._state.workspace:
            self._body.object = workspace_html(found, story, moment(found.created_at, self._store.now))

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def _nothing_open() -> str:
    return '<p><b>No workspace is open.</b></p><p class="quiet">Tap a row to see what the run was and what it made.</p>'


def workspace_html(workspace: Workspace, story: Story | None, made: str) -> str:
    """Everything known about a workspace; every value from outside is escaped."""
    name = workspace.name or f"{workspace.workspace_id.short} (no name)"
    tone, word = RUN_TONES[workspace.status], RUN_WORDS[workspace.status]
    parts = [
        f'{title(name, made)}<p class="small"><b class="{tone}">{word}</b> <span class="quiet">· '
        f"{plain(workspace.workspace_id)}</span></p>",
        _facts("Configuration", _configuration(workspace)),
        _facts("Result", _result(workspace)),
        _steps(story),
        _facts("Made objects", _made(workspace.created_objects)),
    ]
    return "<br>".join(part for part in parts if part)


def _facts(heading: str, facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<dt>{plain(what)}</dt><dd>{value}</dd>" for what, value in facts)
    return f"<h3>{plain(heading)}</h3><dl>{rows}</dl>"


def _configuration(workspace: Workspace) -> list[tuple[str, str]]:
    config = workspace.run_config or {}
    scoring = config.get("backtest") or BacktestSettings().model_dump()
    models = config.get("train_model_types") or [str(name) for name in DEFAULT_MODELS]
    data = "uses the data that was there" if workspace.skip_seed else f"seeded with seed {workspace.seed}"
    if workspace.reset:
        data = f"wiped all data, then {data}"
    folds = f"{scoring['n_splits']} {scoring['strategy']} folds of {scoring['horizon']} days, gap {scoring['gap']}"
    return [
        ("Preset", plain(workspace.scenario)),
        ("Data", plain(data)),
        ("Window", f"{day(workspace.date_start)} to {day(workspace.date_end)}"),
        ("Models", plain(words(models))),
        ("Backtest", plain(f"{folds}, at least {scoring['min_train_size']} days of training, by {scoring['metric']}")),
    ]


def _result(workspace: Workspace) -> list[tuple[str, str]]:
    summary = workspace.result_summary or {}
    if summary.get("winner_model_type") is None:
        return [("No winner", plain(summary.get("reason") or "the run is still under way"))]
    metric, fingerprint = summary.get("winner_metric"), summary.get("data_fingerprint") or ""
    return [
        ("Winner", f"<b>{plain(summary['winner_model_type'])}</b>"),
        (str(metric), score(summary.get("winner_value"), metric)),
        ("Took", f"{summary.get('wall_clock_s') or 0:.1f} s"),
        ("Data", f"<code>{plain(fingerprint[:8])}</code>"),
    ]


def _steps(story: Story | None) -> str:
    return "" if story is None else f"<h3>Story</h3><ul>{''.join(_step(line) for line in story.lines)}</ul>"


def _step(line: StepLine) -> str:
    icon, tone, word = MARKS[line.status]
    return (
        f'<li><b class="{tone}" role="img" aria-label="{word}">{icon}</b>'
        f'<span title="{plain(line.detail)}">{plain(line.name)}</span>'
        f'<span class="quiet small">{seconds(line.duration_ms)}</span></li>'
    )


def _made(created: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The soft references of what the run made, short; whether they still live is asked elsewhere."""
    found = [(key.replace("_", " "), _short(value)) for key, value in created.items() if value]
    return found or [("Nothing", "this run made nothing that lasts")]


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "<br>".join(f"{plain(key)} <code>{plain(str(inner)[:8])}</code>" for key, inner in value.items())
    if isinstance(value, list):
        return " ".join(f"<code>{plain(str(item)[:8])}</code>" for item in value)
    return f"<code>{plain(str(value)[:8] if isinstance(value, str) and len(value) >= 32 else value)}</code>"
