"""What the console shows and which run is being drafted, as params that the URL carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode

import param

from showcase.console.opening import Way
from showcase.console.view_table import FIRST_VIEW, VIEWS
from showcase.errors import InvalidInputError
from showcase.kernel.identity import WorkspaceId

MOST_COMPARED = 5
_LONGEST_DRAFT = 4000
_LONGEST_TEXT = 500
_MOST_CHOICES = 40
# never carried by a link: what destroys, and what only a replay may say
_NOT_IN_LINKS = ("reset", "confirm")


class ConsoleState(param.Parameterized):
    """One session's place in the console. A reload, a bookmark and a shared link restore all of it."""

    view = param.Selector(default=FIRST_VIEW, objects=list(VIEWS), doc="The view that is open.")
    workspace = param.String(default="", doc="The id of the workspace that is open; empty for none.")
    search = param.String(default="", doc="What is searched for in the library.")
    filters = param.Dict(default={}, doc="Choices of a view beside its search: texts by the name of the choice.")
    compare = param.List(default=[], item_type=str, doc="The ids of the workspaces to compare, at most five.")
    base = param.String(default="", doc="The id of the workspace that the others are compared with.")
    data_set = param.String(default="", doc="The fingerprint, or its beginning, of the data set that is looked at.")
    pair = param.String(default="", doc="The store and the product of the series that is looked at, as 3-17.")
    draft = param.Dict(default={}, doc="The run being drafted, as a frame with only what differs from the defaults.")
    source = param.Dict(default={}, doc="What the draft was opened from: its name and its frame; empty for nothing.")
    dark = param.Boolean(default=False, doc="Whether the dark theme is on.")

    def query(self) -> str:
        """This state as the query part of the URL; only what is not the default."""
        parts: dict[str, Sequence[str]] = {}
        for part in PARTS:
            value = getattr(self, part.param)
            if value != self.param[part.param].default:
                parts |= part.write(value)
        return f"?{urlencode(parts, doseq=True)}" if parts else ""

    def ways(self) -> tuple[Way, ...]:
        """The way to each view from here, until the rail is there: with the theme, and no more of this state."""
        return _ways(self.view, self.dark)

    def go(self, query: str) -> None:
        """Take the state from a URL's query; whatever it cannot mean is left at its default."""
        self.param.update(**read_query(query))

    def open(self, view: str, **chosen: Any) -> None:
        """Open a view with what it is to show, in one change: `open("lineage", workspace=workspace_id)`."""
        self.param.update(view=view, **chosen)


@cache
def _ways(view: str, dark: bool) -> tuple[Way, ...]:
    """There are two themes and a handful of views, and every page asks."""
    queries = {name: ConsoleState(view=name, dark=dark).query() for name in VIEWS}
    return tuple(Way(row.label, queries[name] or "./", name == view) for name, row in VIEWS.items())


def read_query(query: str) -> dict[str, Any]:
    """The values of a state in a URL's query, defaults for what is absent or malformed."""
    parts = parse_qs(query.removeprefix("?"))
    found: dict[str, Any] = {}
    for part in PARTS:
        try:
            found[part.param] = part.read(parts)
        except (ValueError, RecursionError, InvalidInputError):
            default = ConsoleState.param[part.param].default
            found[part.param] = default.copy() if isinstance(default, dict | list) else default
    return found


Parts = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """How one param stands in the URL. `read` raises ValueError for what is absent or cannot be."""

    param: str
    write: Callable[[Any], dict[str, Sequence[str]]]
    read: Callable[[Parts], Any]


def _one(parts: Parts, key: str) -> str:
    values = parts.get(key, [])
    if len(values) != 1:
        raise ValueError(key)
    return values[0]


def _text(name: str, check: Callable[[str], str]) -> Part:
    """A param that is one text under its own name."""
    return Part(name, lambda value: {name: [value]}, lambda parts: check(_one(parts, name)))


def _view(text: str) -> str:
    if text not in VIEWS:
        raise ValueError(text)
    return text


def _short(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(text)
    return text


def _workspace_id(text: str) -> str:
    return str(WorkspaceId(text))


def _fingerprint(text: str) -> str:
    if len(text) > 64 or text.strip("0123456789abcdef"):
        raise ValueError(text)
    return text


def _pair(text: str) -> str:
    store, dash, product = text.partition("-")
    if not (dash and store.isascii() and store.isdigit() and product.isascii() and product.isdigit()):
        raise ValueError(text)
    return _short(text)


def _workspace_ids(parts: Parts) -> list[str]:
    ids = [_workspace_id(text) for text in parts.get("compare", [])]
    if len(ids) > MOST_COMPARED or len(set(ids)) < len(ids):
        raise ValueError(ids)
    return ids


_FILTER = "filter."


def _write_filters(filters: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {f"{_FILTER}{name}": list(values) for name, values in filters.items()}


def _read_filters(parts: Parts) -> dict[str, list[str]]:
    found = {key.removeprefix(_FILTER): values for key, values in parts.items() if key.startswith(_FILTER)}
    choices = [choice for values in found.values() for choice in values]
    if len(choices) > _MOST_CHOICES:
        raise ValueError(found)
    return {_short(name): [_short(choice) for choice in values] for name, values in found.items()}


def _in_links(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in draft.items() if name not in _NOT_IN_LINKS}


def _write_draft(draft: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    told = _in_links(draft)
    return {"draft": [json.dumps(told, separators=(",", ":"), sort_keys=True)]} if told else {}


def _read_draft(parts: Parts) -> dict[str, Any]:
    text = _one(parts, "draft")
    if len(text) > _LONGEST_DRAFT:
        raise ValueError(text)
    draft = json.loads(text)
    if not isinstance(draft, dict):
        raise ValueError(text)  # noqa: TRY004  (a link that cannot be meant, like any other)
    return _in_links(draft)


def _write_source(source: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    if not source:
        return {}
    told = {"name": source["name"], "frame": _in_links(source["frame"])}
    return {"source": [json.dumps(told, separators=(",", ":"), sort_keys=True)]}


def _read_source(parts: Parts) -> dict[str, Any]:
    text = _one(parts, "source")
    if len(text) > _LONGEST_DRAFT:
        raise ValueError(text)
    match json.loads(text):
        case {"name": str(name), "frame": dict(frame)} if name:
            return {"name": _short(name), "frame": _in_links(frame)}
    raise ValueError(text)


PARTS = (
    _text("view", _view),
    _text("workspace", _workspace_id),
    _text("search", _short),
    Part("filters", _write_filters, _read_filters),
    Part("compare", lambda ids: {"compare": ids}, _workspace_ids),
    _text("base", _workspace_id),
    _text("data_set", _fingerprint),
    _text("pair", _pair),
    Part("draft", _write_draft, _read_draft),
    Part("source", _write_source, _read_source),
    Part("dark", lambda _on: {"theme": ["dark"]}, lambda parts: _one(parts, "theme") == "dark"),
)
"""What of the state the URL carries, and how."""
