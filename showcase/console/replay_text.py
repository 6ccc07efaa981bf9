"""A replay before it starts, in words: recorded against to-be-sent, and what happens to the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from showcase.console.derive import label_of
from showcase.console.text import MISSING, count, plain, told
from showcase.services.replays import ReplayPreview

_LABELS = {
    "scenario": "Preset",
    "skip_seed": "Uses the data there is",
    "reset": "Wipes all data first",
    "preservation": "Kept",
    "as_of": "Last day of the data",
    "data_fingerprint": "Data set",
    "data_set": "Data set",
    "train_model_types": "Models",
    "user_scope": "Focus pair",
    "replayed_from_workspace_id": "Source",
}
_ROW_OF = {"calendar": "calendar day", "sales": "sales row", "stock": "stock row"}
"""What a row of a table is, where its name does not say so."""
_NOT_SHOWN = ("replayed_from_workspace_id", "preservation")


def comparison_html(preview: ReplayPreview) -> str:
    """Every field of the request, recorded beside to-be-sent; where they differ the row is marked."""
    different = {one["field"]: one for one in preview.differences}
    names = [name for name in dict.fromkeys((*preview.recorded, *preview.to_send)) if name not in _NOT_SHOWN]
    rows = "".join(
        _row(name, preview.recorded.get(name), preview.to_send.get(name), is_marked=name in different) for name in names
    )
    rows += "".join(
        _row(name, one["recorded"], one["to_send"], is_marked=True) for name, one in different.items()
        if name not in names
    )  # fmt: skip
    words = (
        f'<b class="careful">{count(len(different), "difference")}</b>, marked below.'
        if different
        else "It is sent word for word as it was recorded."
    )
    return (
        f'<p>{words}</p><div class="scrolls" tabindex="0" role="group" aria-label="Recorded and to be sent"><table>'
        '<thead><tr><th scope="col">Field</th><th scope="col">Recorded</th><th scope="col">To be sent</th>'
        "</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(name: str, recorded: Any, to_send: Any, *, is_marked: bool) -> str:
    mark = ' <span class="careful small">differs</span>' if is_marked else ""
    label = _LABELS.get(name, label_of(name))
    return (
        f'<tr{" class=differs" if is_marked else ""}><th scope="row">{plain(label)}{mark}</th>'
        f"<td>{_value(recorded)}</td><td>{_value(to_send)}</td></tr>"
    )


def _value(value: Any) -> str:
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(label_of(key).lower())} {_value(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return plain(", ".join(map(str, value)))
    text = str(value)
    return (
        f"<code>{plain(text[:8])}</code>"
        if len(text) in (32, 64) and not text.strip("0123456789abcdef")
        else told(text)
    )


def data_html(preview: ReplayPreview, current: str | None) -> str:
    """What happens to the data: wiped and made anew, added beside, or used as it is.

    `current` is what the current data set is called, null on an empty database.
    """
    sent = preview.to_send
    if preview.wipes:
        return _wiped(preview.wipes, sent)
    if sent.get("reset"):
        return "<p>All demand data are wiped first; there are none now, so nothing is lost.</p>"
    if not sent.get("skip_seed"):
        return (
            "<p>Its data are made anew from the recorded seed and become the current data set. "
            f"{f'What is there now ({plain(current)}) stays.' if current else 'There are none now.'}</p>"
        )
    if any(one["field"] == "data_set" for one in preview.differences):
        instead = f"the current one ({plain(current)})" if current else "nothing: there are no data, and it will fail"
        return f'<p><b class="careful">The data set it ran on is gone.</b> It would run on {instead}.</p>'
    return "<p>It runs on the data set that it ran on then; nothing is made and nothing is lost.</p>"


def _wiped(wipes: Sequence[Mapping[str, Any]], sent: Mapping[str, Any]) -> str:
    rows = sum(int(line["rows"]) for line in wipes)
    by_set: dict[int, list[Mapping[str, Any]]] = {}
    number, seen = 0, set[str]()
    for line in wipes:
        # the same table again begins the next data set, whose name may be the same
        if line["table"] in seen:
            number, seen = number + 1, set()
        seen.add(line["table"])
        by_set.setdefault(number, []).append(line)
    listed = "".join(_wiped_set(lines) for lines in by_set.values())
    then = "" if sent.get("skip_seed") else " Then its own data are made anew from the recorded seed."
    return (
        f'<div class="red" role="alert"><p><b>This wipes {rows:,} rows of {count(len(by_set), "data set")}.</b>{then} '
        "Runs, workspaces, plans, models and bundles stay.</p>"
        f'<div class="scrolls short" tabindex="0" role="group" aria-label="Rows that go"><table><tbody>{listed}</tbody>'
        "</table></div></div>"
    )


def _wiped_set(lines: Sequence[Mapping[str, Any]]) -> str:
    tables = ", ".join(_rows_of(str(line["table"]), int(line["rows"])) for line in lines)
    total = sum(int(line["rows"]) for line in lines)
    name = plain(lines[0]["data_set"])
    return f'<tr><th scope="row">{name}</th><td>{plain(tables)}</td><td class="n">{total:,}</td></tr>'


def _rows_of(table: str, rows: int) -> str:
    """`1 store`, `181 calendar days`; most tables are called after what a row of them is."""
    return count(rows, _ROW_OF.get(table, table.removesuffix("s").replace("_", " ")))


def is_typed(typed: str, name: str | None, workspace_id: str) -> bool:
    """Whether somebody typed what a wipe asks for: the workspace's name, or the first 8 characters of its id."""
    wanted = {workspace_id[:8]} | ({name} if name else set())
    return typed.strip() in wanted
