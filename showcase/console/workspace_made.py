"""What a run made, as the references that its workspace kept, and the bundles that were made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from showcase.console.text import count, moment, plain
from showcase.console.workspace_text import facts
from showcase.store.bundles import ExportRow
from showcase.store.workspaces import Workspace

_SHOWN_IDS = 3


def made_html(workspace: Workspace, exports: Sequence[ExportRow], now: datetime) -> str:
    """The soft references, short, and when it was exported; every value is escaped."""
    rows = [(key.replace("_", " "), _short(value)) for key, value in workspace.created_objects.items() if value]
    rows = rows or [("Nothing", "this run made nothing that lasts")]
    if exports:
        rows.append(("bundle", f"exported {count(len(exports), 'time')}, last {moment(exports[0].exported_at, now)}"))
    return facts("Made objects", rows)


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "<br>".join(f"{plain(key)} {_id(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        more = f' <span class="quiet">and {len(value) - _SHOWN_IDS} more</span>' if len(value) > _SHOWN_IDS else ""
        return " ".join(_id(item) for item in value[:_SHOWN_IDS]) + more
    return _id(value)


def _id(value: Any) -> str:
    text = str(value)
    return f'<code title="{plain(text)}">{plain(text[:8] if len(text) >= 32 else text)}</code>'
