"""The table of the library's columns: what each shows of a workspace, and how wide it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import pandas as pd

from showcase.console.run_html import RUN_TONES, RUN_WORDS
from showcase.console.text import MISSING, count, moment, plain, score
from showcase.store.workspaces import Workspace

_FULL_BAR_WAPE, _FULL_BAR_PX = 60.0, 26
_SHOWN_TAGS, _FIRST_WORDS = 3, 60


@dataclass(frozen=True, slots=True)
class Line:
    """One workspace as the table sees it: how many replay it, whether it is the open one, and the moment it is now."""

    workspace: Workspace
    replays: int
    is_open: bool
    now: datetime

    @property
    def name(self) -> str:
        return name_of(self.workspace)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its cell is markup of ours, in which all that came from outside is escaped."""

    name: str
    label: str
    width_px: int
    cell: Callable[[Line], str]
    is_usual: bool = True
    grows: bool = False


def name_of(workspace: Workspace) -> str:
    """What a workspace is called on a screen; plain text, not escaped."""
    return workspace.name or f"{workspace.workspace_id.short} (no name)"


def _pin(line: Line) -> str:
    is_on = line.workspace.pinned
    words = f"{'Unpin' if is_on else 'Pin'} {line.name}"
    return (
        f'<button type="button" class="pin{" on" if is_on else ""}" aria-pressed="{str(is_on).lower()}" '
        f'aria-label="{plain(words)}" title="{plain(words)}">{"★" if is_on else "☆"}</button>'
    )


def _name(line: Line) -> str:
    state = " is-open" if line.is_open else ""
    archived = ' <span class="quiet small">archived</span>' if line.workspace.archived else ""
    return (
        f'<button type="button" class="opens{state}" aria-label="Open {plain(line.name)}" '
        f'title="{plain(line.name)}">{plain(line.name)}</button>{archived}'
    )


def _status(line: Line) -> str:
    status = line.workspace.status
    return f'<b class="{RUN_TONES[status]}">{RUN_WORDS[status]}</b>'


def _winner(line: Line) -> str:
    return plain((line.workspace.result_summary or {}).get("winner_model_type"))


def _score(line: Line) -> str:
    summary = line.workspace.result_summary or {}
    value, metric = summary.get("winner_value"), summary.get("winner_metric")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return MISSING
    if metric != "wape":
        return f'{score(value)} <span class="quiet small">{plain(metric)}</span>'
    width = min(float(value) / _FULL_BAR_WAPE, 1.0) * _FULL_BAR_PX
    return f'<span class="track"><i class="bar" style="width:{width:.0f}px"></i></span>{score(value, "wape")}'


def _replays(line: Line) -> str:
    is_one = bool(line.workspace.replayed_from_workspace_id)
    words = [*([count(line.replays, "replay")] if line.replays else []), *(["is a replay itself"] if is_one else [])]
    short = [*([f"{line.replays:,}"] if line.replays else []), *(["is one"] if is_one else [])]
    return f'<span class="quiet" title="{", ".join(words)}">{" · ".join(short)}</span>' if words else ""


def _tags(line: Line) -> str:
    tags = line.workspace.tags
    chips = "".join(f'<span class="tag">{plain(tag)}</span>' for tag in tags[:_SHOWN_TAGS])
    more = len(tags) - _SHOWN_TAGS
    rest = f' <span class="quiet small">+{more}</span>' if more > 0 else ""
    return f'<span title="{plain(", ".join(tags))}">{chips}{rest}</span>' if tags else ""


def _notes(line: Line) -> str:
    notes = " ".join((line.workspace.notes or "").split())
    first = notes if len(notes) <= _FIRST_WORDS else f"{notes[:_FIRST_WORDS].rstrip()}…"
    return f'<span class="quiet" dir="auto" title="{plain(notes)}">{plain(first)}</span>' if notes else ""


def _made(line: Line) -> str:
    made = line.workspace.created_at
    return f'<span title="{made:%Y-%m-%d %H:%M} UTC">{moment(made, line.now)}</span>'


def _took(line: Line) -> str:
    took = (line.workspace.result_summary or {}).get("wall_clock_s")
    return f"{took:.1f} s" if isinstance(took, int | float) else MISSING


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        column.name: column
        for column in (
            Column("pin", "Pin", 40, _pin),
            Column("name", "Name", 170, _name, grows=True),
            Column("status", "Status", 96, _status),
            Column("preset", "Demand", 112, lambda line: plain(line.workspace.demand)),
            Column("winner", "Winner", 122, _winner),
            Column("score", "Score", 92, _score),
            Column("made", "Made", 92, _made),
            Column("tags", "Tags", 132, _tags, grows=True),
            Column("replays", "Replays", 84, _replays),
            Column("took", "Seconds", 70, _took),
            Column("notes", "Notes", 180, _notes, is_usual=False, grows=True),
            Column("seed", "Seed", 70, lambda line: str(line.workspace.seed), is_usual=False),
        )
    }
)
"""Every column by its name, in its usual order."""

USUAL = tuple(column.name for column in COLUMNS.values() if column.is_usual)


_KEPT_FIRST = ("name", "status", "score", "pin", "winner", "preset", "made", "tags", "replays", "took")
"""Which columns stay where there is little room, the weightiest first."""


def fitting(names: Sequence[str], room_px: int) -> list[Column]:
    """Those of these columns that find room, in their order: the weightiest stay, and one of them in any case."""
    by_weight = sorted(names, key=lambda name: _KEPT_FIRST.index(name) if name in _KEPT_FIRST else len(_KEPT_FIRST))
    kept: set[str] = set()
    for name in by_weight:
        room_px -= COLUMNS[name].width_px
        if room_px < 0 and kept:
            break
        kept.add(name)
    return [COLUMNS[name] for name in names if name in kept]


def fixed_widths(columns: Sequence[Column]) -> dict[str, int]:
    """The widths, in pixels, of the columns that keep theirs; the others share what is left, at every size."""
    growing = {column.name for column in columns if column.grows} or {columns[-1].name}
    return {column.name: column.width_px for column in columns if column.name not in growing}


def library_table(lines: Sequence[Line], columns: Sequence[Column]) -> pd.DataFrame:
    """The cells of the table, one row a workspace; the frame's columns are the names of the columns."""
    rows = [[column.cell(line) for column in columns] for line in lines]
    return pd.DataFrame(rows, columns=[column.name for column in columns])
