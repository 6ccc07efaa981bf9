"""What the console shows and which run is being drafted, as params that the URL carries."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

import param

VIEWS = ("run", "library")
_WORKSPACE = re.compile(r"[0-9a-f]{32}")
_LONGEST_DRAFT = 4000
# never carried by a link: what destroys, and what only a replay may say
_NOT_IN_LINKS = ("reset", "confirm")


class ConsoleState(param.Parameterized):
    """One session's place in the console. A reload, a bookmark and a shared link restore all of it."""

    view = param.Selector(default="run", objects=list(VIEWS), doc="The view that is open.")
    workspace = param.String(default="", doc="The id of the workspace that is open beside the library; empty for none.")
    draft = param.Dict(default={}, doc="The run being drafted, as a frame with only what differs from the defaults.")
    dark = param.Boolean(default=False, doc="Whether the dark theme is on.")

    def search(self) -> str:
        """This state as the query part of the URL; only what is not the default."""
        parts: dict[str, str] = {}
        if self.view != "run":
            parts["view"] = self.view
        if self.workspace:
            parts["workspace"] = self.workspace
        draft = {name: value for name, value in self.draft.items() if name not in _NOT_IN_LINKS}
        if draft:
            parts["draft"] = json.dumps(draft, separators=(",", ":"), sort_keys=True)
        if self.dark:
            parts["theme"] = "dark"
        return f"?{urlencode(parts)}" if parts else ""

    def go(self, search: str) -> None:
        """Take the state from a URL's query; whatever it cannot mean is left at its default."""
        self.param.update(**read_search(search))


def read_search(search: str) -> dict[str, Any]:
    """The values of a state in a URL's query, defaults for what is absent or malformed."""
    parts = dict(parse_qsl(search.removeprefix("?")))
    view, workspace = parts.get("view", "run"), parts.get("workspace", "")
    return {
        "view": view if view in VIEWS else "run",
        "workspace": workspace if _WORKSPACE.fullmatch(workspace) else "",
        "draft": _read_draft(parts.get("draft", "")),
        "dark": parts.get("theme") == "dark",
    }


def _read_draft(text: str) -> dict[str, Any]:
    if not text or len(text) > _LONGEST_DRAFT:
        return {}
    try:
        draft = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(draft, dict):
        return {}
    return {name: value for name, value in draft.items() if name not in _NOT_IN_LINKS}
