"""The bulk actions in words: what the button says, what will happen, what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from showcase.console.text import count, plain
from showcase.console.text import words as listed
from showcase.services.workspace_bulk import BulkOutcome, BulkPreview

_SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class BulkWords:
    """One action: its button, its icon, what it means for a workspace, and what was done to it."""

    label: str
    icon: str
    means: str
    did: str
    color: str = "primary"
    needs_tags: bool = False


BULK: Mapping[str, BulkWords] = MappingProxyType(
    {
        "pin": BulkWords("Pin", "star", "Pinned workspaces come first in every list.", "pinned"),
        "tag": BulkWords("Tag", "sell", "The tags are added to those that are there.", "tagged", needs_tags=True),
        "archive": BulkWords(
            "Archive", "inventory_2", "Archived workspaces are left out of lists unless asked for.", "archived"
        ),
        "export": BulkWords(
            "Export",
            "inventory",
            "Each is written as a bundle that anybody can check, in the place of its older one, one after the other.",
            "exported",
        ),
        "delete": BulkWords(
            "Delete",
            "delete",
            "The records go: name, notes, tags, story and configuration. What the runs made stays: data sets, model "
            "runs, plans, stored forecasts and exported bundles.",
            "deleted",
            color="error",
        ),
        "unpin": BulkWords("Unpin", "star_border", "They stand in their places again.", "unpinned"),
        "untag": BulkWords(
            "Remove tags", "label_off", "These tags are taken off, others stay.", "untagged", needs_tags=True
        ),
        "unarchive": BulkWords("Unarchive", "unarchive", "They are listed again.", "taken out of the archive"),
    }
)
"""The first five have a button of their own; the others stand behind More."""


def preview_html(action: str, preview: BulkPreview, named: Sequence[str] = ()) -> str:
    """What an action would do, before it is done: how many, which among them deserve a look, and who is left out.

    `named` are the names of the ticked ones; empty where all that match are meant.
    """
    words = BULK[action]
    facts = [("Reaches", f"<b>{count(preview.count, 'workspace')}</b>")]
    facts += [("Ticked", plain(_first(named)))] if named else []
    facts += [("Pinned", f"{preview.pinned:,} of them")] if preview.pinned else []
    facts += [("Replayed", f"{preview.with_descendants:,} of them")] if preview.with_descendants else []
    facts += [("Exported", f"{preview.exported:,} of them")] if preview.exported else []
    facts += [("Left out", _left_out(preview))] if preview.left_out else []
    rows = "".join(f"<dt>{what}</dt><dd>{said}</dd>" for what, said in facts)
    parts = [f"<p>{words.means}</p>", f"<dl>{rows}</dl>"]
    if action == "delete":
        if preview.with_descendants:
            parts.append("<p>Their replays stay, and show a source that is gone.</p>")
        parts.append('<p class="quiet">This can be undone here until the program is started anew.</p>')
    return "".join(parts)


def _first(named: Sequence[str]) -> str:
    """The first names and how many more there are; those of one name, as a run and its replays, once."""
    times = Counter(named)
    told = [name if times[name] == 1 else f"{name} ({times[name]} of them)" for name in times]
    more = len(named) - sum(times[name] for name in list(times)[:_SHOWN_NAMES])
    return f"{', '.join(told[:_SHOWN_NAMES])} and {more:,} more" if more else listed(told)


def done_words(action: str, outcome: BulkOutcome) -> str:
    """What an action did, in one line."""
    if not outcome.affected:
        return f"Nothing was {BULK[action].did}."
    left = f", {len(outcome.left_out):,} left out" if outcome.left_out else ""
    return f"{count(len(outcome.affected), 'workspace')} {BULK[action].did}{left}."


def undone_words(outcome: BulkOutcome) -> str:
    """What taking an action back did, in one line."""
    left = f"; {len(outcome.left_out):,} changed since were left as they are" if outcome.left_out else ""
    return f"Undone for {count(len(outcome.affected), 'workspace')}{left}."


def _left_out(preview: BulkPreview) -> str:
    reasons = Counter(one.why for one in preview.left_out)
    return "<br>".join(f"{number:,}: {plain(why)}" for why, number in reasons.most_common())
