"""Workspaces side by side, as tables; every value from outside is escaped."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from showcase.console.run_html import RUN_TONES, RUN_WORDS
from showcase.console.spreadsheet import harmless
from showcase.console.text import MISSING, brief, count, moment, plain, span, told
from showcase.console.workspace_text import verdict_word
from showcase.demand.presets import Scenario
from showcase.workspaces.comparison import Compared, Comparison, FoldScore, Row, ScoreRow

_UNITS = {"percent": " %", "seconds": " s"}
_LABELS = {
    "scenario": "preset", "skip_seed": "uses the data there is", "as_of": "last day to seed", "date_start": "first day",
    "date_end": "last day", "user_scope": "focus pair", "train_model_types": "models",
}  # fmt: skip
_DIRECTIONS = {"lower": "lower is better", "zero": "nearer to 0 is better"}


def called(one: Compared) -> str:
    """What a compared workspace is called; plain text, not escaped."""
    return one.name or f"{one.workspace_id[:8]} (no name)"


def names_of(comparison: Comparison) -> dict[str, str]:
    """What each is called, by its id; those of one name, as a run and its replay, are told apart by their ids."""
    called_so = Counter(called(one) for one in comparison.workspaces)
    return {
        one.workspace_id: called(one) if called_so[called(one)] == 1 else f"{called(one)} · {one.workspace_id[:8]}"
        for one in comparison.workspaces
    }


def comparison_html(comparison: Comparison, now: datetime, *, differences_only: bool) -> str:
    """Configuration, scores, folds, approvals, made objects and relations, a column for each workspace."""
    remarks = "".join(f'<p class="careful">{plain(each)}</p>' for each in comparison.remarks)
    asked = _asked(comparison)
    rows = [row for row in asked if row.differs or not differences_only]
    hidden = len(asked) - len(rows)
    same = (
        f'<p class="quiet small left-out">{count(hidden, "equal row")} {"is" if hidden == 1 else "are"} left out.</p>'
        if hidden
        else ""
    )
    made = [row for row in comparison.made if row.differs or not differences_only]
    body = [
        _group(
            comparison, "Configuration", ((_label(row.field), map(_value, row.values), row.differs) for row in rows)
        ),
        _group(comparison, "Scores", (_score(comparison, row) for row in comparison.scores)),
        _group(comparison, "Folds", _folds(comparison)),
        _group(comparison, "Approvals", _approvals(comparison)),
        _group(comparison, "Made objects", ((_label(row.field), map(_value, row.values), False) for row in made)),
        _group(comparison, "Lineage", _relations(comparison)),
    ]
    return (
        f'{remarks}<div class="wide" tabindex="0" role="group" aria-label="Comparison"><table>'
        f"{_heads(comparison, now)}{''.join(body)}</table></div>{same}"
    )


def _asked(comparison: Comparison) -> Sequence[Row]:
    """The rows of the configuration; the preset of a run that used the data there is says nothing but its steps."""
    uses = next((row.values for row in comparison.configuration if row.field == "skip_seed"), None)
    if uses is None:
        return comparison.configuration
    return [
        row
        if row.field != "scenario"
        else Row(
            row.field,
            tuple(
                None if is_used and preset != Scenario.SHOWCASE_RICH else preset
                for preset, is_used in zip(row.values, uses, strict=True)
            ),
        )
        for row in comparison.configuration
    ]


def _heads(comparison: Comparison, now: datetime) -> str:
    names = names_of(comparison)
    cells = "".join(_head(comparison, one, names[one.workspace_id], now) for one in comparison.workspaces)
    return f'<thead><tr><th scope="col"></th>{cells}</tr></thead>'


def _head(comparison: Comparison, one: Compared, name: str, now: datetime) -> str:
    base = '<span class="base">base</span>' if one.workspace_id == comparison.base else ""
    tone, word = RUN_TONES.get(one.status, "quiet"), RUN_WORDS.get(one.status, one.status)
    return (
        f'<th scope="col"><b>{plain(name)}</b> {base}<br><span class="small"><b class="{tone}">{plain(word)}</b>'
        f'<span class="quiet"> · {plain(one.demand)} · {moment(one.created_at, now)}</span></span></th>'
    )


_Line = tuple[str, Iterable[str], bool]
"""A label, the cells of the workspaces in their order, and whether the row is marked."""


def _group(comparison: Comparison, heading: str, lines: Iterable[_Line]) -> str:
    """A part of the table under its heading; nothing where it has no line."""
    rows = "".join(
        f'<tr{" class=differs" if is_marked else ""}><th scope="row">{label}</th>'
        f"{''.join(cell if cell.startswith('<td') else f'<td>{cell}</td>' for cell in cells)}</tr>"
        for label, cells, is_marked in lines
    )
    wide = len(comparison.workspaces) + 1
    return (
        f'<tbody><tr class="part"><th colspan="{wide}" scope="rowgroup">{heading}</th></tr>{rows}</tbody>'
        if rows
        else ""
    )


def _score(comparison: Comparison, row: ScoreRow) -> _Line:
    direction = _DIRECTIONS.get(row.direction, f"should be {row.direction}")
    label = f'{plain(row.title)} <span class="quiet small direction">· {plain(direction)}</span>'
    cells = []
    for one, value, delta in zip(comparison.workspaces, row.values, row.deltas, strict=True):
        mark, tone = "", ""
        if one.workspace_id in row.best:
            mark, tone = ' <span class="small good">▲ best</span>', "good"
        elif one.workspace_id in row.worst:
            mark, tone = ' <span class="small bad">▼ worst</span>', "bad"
        off = f' <span class="quiet small">{delta:+.2f}</span>' if delta and one.workspace_id != comparison.base else ""
        number = MISSING if value is None else f"{value:,.2f}{_UNITS.get(row.unit, '')}"
        cells.append(f'<td class="n"><b class="{tone}">{number}</b>{off}{mark}</td>')
    return label, cells, False


def _folds(comparison: Comparison) -> Iterable[_Line]:
    numbers = sorted({fold.fold for folds in comparison.folds.values() for fold in folds})
    by_id = {name: {fold.fold: fold for fold in folds} for name, folds in comparison.folds.items()}
    for number in numbers:
        scored = [by_id.get(one.workspace_id, {}).get(number) for one in comparison.workspaces]
        yield f"Fold {number}", [_fold(fold) for fold in scored], False


def _fold(fold: FoldScore | None) -> str:
    if fold is None:
        return MISSING
    wape = "no wape" if fold.wape is None else f"wape {fold.wape:.2f} %"
    return f'{wape}<br><span class="quiet small">{span(fold.first, fold.last)}</span>'


def _approvals(comparison: Comparison) -> Iterable[_Line]:
    most = max((len(events) for events in comparison.approvals.values()), default=0)
    for at in range(most):
        cells = [_approval(comparison.approvals.get(one.workspace_id, ()), at) for one in comparison.workspaces]
        yield f"Question {at + 1}", cells, len(set(cells)) > 1


def _approval(events: Sequence[Mapping[str, Any]], at: int) -> str:
    if at >= len(events):
        return MISSING
    event = events[at]
    by = f" by {event['decided_by']}" if event.get("decided_by") else ""
    return plain(f"{str(event.get('decision')).replace('_', ' ')}{by}")


def _relations(comparison: Comparison) -> Iterable[_Line]:
    names = names_of(comparison)
    known = {(one.workspace_id, one.other): one for one in comparison.relations}
    for other in names:
        cells = []
        for one in names:
            found = known.get((one, other))
            cells.append(MISSING if found is None else f"{_kinship(found.relation)}{_verdict(found.verdict)}")
        if any(cell != MISSING for cell in cells):
            yield f"to {plain(brief(names[other]))}", cells, False


def _kinship(relation: str) -> str:
    words = {"replay": "a replay of it", "source": "its source", "family": "of one family"}
    return plain(words.get(relation, relation))


def _verdict(verdict: str | None) -> str:
    return f", {verdict_word(verdict)}" if verdict else ""


def _label(field: str) -> str:
    return plain(_LABELS.get(field) or field.replace("_", " ").replace(".", ": "))


def _value(value: Any) -> str:
    """One value of a row, short; the whole of it stands behind it as a tooltip."""
    text = _words(value)
    if len(text) in (32, 64) and not text.strip("0123456789abcdef"):
        return f'<code title="{plain(text)}">{plain(text[:8])}</code>'
    return told(text)


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_words(each) for each in value)
    return json.dumps(value, default=str) if isinstance(value, Mapping) else str(value)


def comparison_csv(comparison: Comparison) -> str:
    """All rows of the tables, equal ones too: part, field, then a column for each workspace.

    A text that a spreadsheet would take for a formula is written with an apostrophe before it.
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    names = [f"{called(one)} ({one.workspace_id[:8]})" for one in comparison.workspaces]
    rows.writerow(["part", "field", *map(sheet_cell, names)])
    parts: tuple[tuple[str, Iterable[Any], Callable[[Any], str]], ...] = (
        ("configuration", comparison.configuration, lambda row: row.field),
        ("score", comparison.scores, lambda row: row.title),
        ("made", comparison.made, lambda row: row.field),
    )
    for part, lines, label in parts:
        for line in lines:
            rows.writerow([part, sheet_cell(label(line)), *map(sheet_cell, line.values)])
    for number in sorted({fold.fold for folds in comparison.folds.values() for fold in folds}):
        wapes = [
            next((fold.wape for fold in comparison.folds.get(one.workspace_id, ()) if fold.fold == number), None)
            for one in comparison.workspaces
        ]
        rows.writerow(["fold wape", number, *map(sheet_cell, wapes)])
    return written.getvalue()


def sheet_cell(value: Any) -> Any:
    """A cell as a spreadsheet may have it: numbers as they are, everything else as a harmless text."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else harmless(_words(value))
