"""What the library is asked for, as the URL says it: pure, and lenient with what a link cannot mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from showcase.workspaces.listing import MOST_TAGS
from showcase.workspaces.search import STATUSES

Filters = Mapping[str, Sequence[str]]

ORDERS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "newest": ("Newest first", "created_at", "desc"),
        "oldest": ("Oldest first", "created_at", "asc"),
        "best": ("Best score first", "metric", "asc"),
        "worst": ("Worst score first", "metric", "desc"),
        "name": ("Name, A to Z", "name", "asc"),
        "status": ("Status", "status", "asc"),
        "longest": ("Longest first", "wall_clock", "desc"),
        "shortest": ("Shortest first", "wall_clock", "asc"),
    }
)
"""Every order of the library: its label, what it sorts by and in which direction."""
_NAMES = ("tag", "status", "archived", "order", "at", "columns")


@dataclass(frozen=True, slots=True)
class Choices:
    """Search, filters, order and place; `cursor` is null on the first page, `columns` where nobody chose any."""

    search: str = ""
    tags: tuple[str, ...] = ()
    status: str | None = None
    with_archived: bool = False
    order: str = "newest"
    cursor: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out that was not archived."""
        return bool(self.search.strip() or self.tags or self.status)

    def filter(self) -> dict[str, Any]:
        """What is wanted, as a WorkspaceFilter takes it: for lists, bulk actions and saved searches alike."""
        wanted = {
            "search": self.search.strip() or None,
            "tags": list(self.tags),
            "status": self.status,
            "include_archived": self.with_archived,
        }
        return {name: value for name, value in wanted.items() if value}

    def request(self, limit: int) -> dict[str, Any]:
        """The page, as a ListRequest takes it."""
        _, sort_by, sort_order = ORDERS[self.order]
        return self.filter() | {"sort_by": sort_by, "sort_order": sort_order, "limit": limit, "cursor": self.cursor}


def read_choices(search: str, filters: Filters, columns: Sequence[str] = ()) -> Choices:
    """The choices in a state; `columns` are the names there are. What cannot be meant is left at its default."""
    known = tuple(name for name in dict.fromkeys(filters.get("columns", ())) if name in columns)
    status, order = _one(filters, "status"), _one(filters, "order")
    return Choices(
        search,
        tuple(dict.fromkeys(filters.get("tag", ())))[:MOST_TAGS],
        status if status in STATUSES else None,
        _one(filters, "archived") == "yes",
        order if order in ORDERS else "newest",
        _one(filters, "at"),
        known or None,
    )


def written(filters: Filters, **changes: Sequence[str] | str | None) -> dict[str, list[str]]:
    """The filters of a state with these choices changed; nothing takes one out, and a new wish begins at page one.

    The names are tag, status, archived, order, at and columns; choices of other views are left as they are.
    """
    changed = {name: list(values) for name, values in filters.items()}
    if set(changes) - {"at", "columns"}:
        changed.pop("at", None)
    for name, value in changes.items():
        assert name in _NAMES, name
        values = [value] if isinstance(value, str) else list(value or ())
        changed[name] = values
    return {name: values for name, values in changed.items() if values}


def of_saved(saved: Mapping[str, Any], filters: Filters) -> tuple[str, dict[str, list[str]]]:
    """A saved search as search text and filters of a state, its order and columns left as they are.

    What the console has no field of its own for is said in the search's own words.
    """
    words = [saved["search"]] if saved.get("search") else []
    words += [f'"{_escaped(saved["q"])}"'] if saved.get("q") else []
    words += [f"scenario:{saved['scenario']}"] if saved.get("scenario") else []
    words += [f"created>={saved['since']}"] if saved.get("since") else []
    words += [f"created<={saved['until']}"] if saved.get("until") else []
    search = words[0] if len(words) == 1 else " ".join(f"({each})" for each in words)
    archived = "yes" if saved.get("include_archived") else None
    return search, written(filters, tag=saved.get("tags"), status=saved.get("status"), archived=archived)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _one(filters: Filters, name: str) -> str | None:
    values = filters.get(name, ())
    return values[0] if len(values) == 1 else None
