"""A plain model of the library: what every action should do to a dictionary of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A workspace as the model knows it.

    `made` orders the rows, `overwritten` counts how often its leaderboard was changed behind its back, `answers` are
    the decisions in its story.
    """

    made: int
    status: str
    seed: int
    reset: bool
    source: str | None = None
    name: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    revision: int = 1
    overwritten: int = 0
    verdict: str | None = None
    answers: tuple[tuple[str, str | None], ...] = ()

    @property
    def story(self) -> Row:
        """What it says, however often it was edited to say so."""
        return replace(self, revision=0)


@dataclass(slots=True)
class Undo:
    """What takes an action back: the rows before it. A row that an import put there since is another one."""

    action: str
    before: dict[str, Row]
    replaced: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Sent:
    """A copy of a bundle that was handed over: whose, what it tells, and whether somebody changed it."""

    workspace_id: str
    row: Row
    is_changed: bool = False


@dataclass(slots=True)
class Shelf:
    """Rows by id, what can be taken back, who was exported, which confirmations are out, and what was handed over."""

    rows: dict[str, Row] = field(default_factory=dict)
    undo: dict[str, Undo] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    confirmations: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    searches: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def running(self) -> str | None:
        """The workspace whose run is under way."""
        return next((one for one, row in self.rows.items() if row.status == "running"), None)

    def listed(self, wanted: Callable[[Row], bool]) -> list[str]:
        """Whom a list shows, in its order: pinned first, then the newest."""
        found = [one for one, row in self.rows.items() if wanted(row)]
        return sorted(found, key=lambda one: (not self.rows[one].pinned, -self.rows[one].made))

    def keep(self, one: str, seed: int, *, reset: bool, source: str | None = None, name: str | None = None) -> None:
        """A run that was started; it is running until `end`."""
        self.made += 1
        self.rows[one] = Row(self.made, "running", seed, reset, source, name)

    def end(self, one: str, status: str, answers: tuple[tuple[str, str | None], ...] = ()) -> None:
        """The run has come to its end, and a replay is judged; of one whose process died nothing is known."""
        row = replace(self.rows[one], status=status, answers=answers)
        if row.source is not None:
            verdict = "unknown" if status == "interrupted" else self._verdict(self.rows.get(row.source), row)
            row = replace(row, verdict=verdict)
        self.rows[one] = row

    def edit(self, one: str, changes: Mapping[str, Any]) -> None:
        before = self.rows[one]
        after = replace(before, **changes)
        self.rows[one] = after if after == before else replace(after, revision=before.revision + 1)

    def reached(self, action: str, ids: Iterable[str], tags: tuple[str, ...], *, is_named: bool) -> set[str]:
        """Whom the action changes."""
        claims: dict[str, Callable[[Row], bool]] = {
            "pin": lambda row: not row.pinned,
            "unpin": lambda row: row.pinned,
            "archive": lambda row: not row.archived,
            "unarchive": lambda row: row.archived,
            "tag": lambda row: not set(tags) <= set(row.tags) and len({*tags, *row.tags}) <= MOST_TAGS,
            "untag": lambda row: bool(set(tags) & set(row.tags)),
            "export": lambda row: row.status != "running",
            "delete": lambda row: row.status != "running" and (is_named or not row.pinned),
        }
        return {one for one in ids if one in self.rows and claims[action](self.rows[one])}

    def act(self, action: str, ids: Iterable[str], tags: tuple[str, ...], token: str) -> None:
        """Do it to those it reaches, and remember how they were."""
        self.undo[token] = Undo(action, {one: self.rows[one] for one in ids})
        for one, row in self.undo[token].before.items():
            if action == "delete":
                del self.rows[one]
            else:
                self.rows[one] = replace(self._changed(action, row, tags), revision=row.revision + 1)

    @staticmethod
    def _changed(action: str, row: Row, tags: tuple[str, ...]) -> Row:
        if action in ("pin", "unpin"):
            return replace(row, pinned=action == "pin")
        if action in ("archive", "unarchive"):
            return replace(row, archived=action == "archive")
        added = (*row.tags, *(tag for tag in tags if tag not in row.tags))
        return replace(row, tags=added if action == "tag" else tuple(tag for tag in row.tags if tag not in tags))

    def take_back(self, token: str) -> set[str]:
        """Undo, once; who was changed or came back since is left as it is."""
        undo = self.undo.pop(token)
        restored = set()
        for one, was in undo.before.items():
            row = self.rows.get(one)
            if undo.action == "delete":
                if row is None:
                    self.rows[one] = was
                    restored.add(one)
            elif row is not None and row.revision == was.revision + 1 and one not in undo.replaced:
                column = {"pin": "pinned", "archive": "archived"}.get(undo.action.removeprefix("un"), "tags")
                self.rows[one] = replace(row, **{column: getattr(was, column)}, revision=row.revision + 1)
                restored.add(one)
        return restored

    def overwrite(self, one: str) -> None:
        self.rows[one] = replace(self.rows[one], overwritten=self.rows[one].overwritten + 1)

    def import_(self, sent: Sent) -> str:
        """What becomes of a bundle that was handed over."""
        found = self.rows.get(sent.workspace_id)
        if sent.is_changed:
            return "refused"
        if found is not None:
            return "unchanged" if found.story == sent.row.story else "other content"
        self.rows[sent.workspace_id] = sent.row
        for undo in self.undo.values():
            undo.replaced.add(sent.workspace_id)
        return "imported"

    def confirms(self, token: str | None, source: str) -> bool:
        """Whether the confirmation is for this source as it stands."""
        row = self.rows[source]
        return token is not None and self.confirmations.get(token) == (source, row.revision, row.status)

    def kin(self, one: str) -> set[str]:
        """Itself, its ancestors and its descendants, the deleted ones too."""
        ancestors, name = [one], one
        while (row := self.rows.get(name)) is not None and row.source is not None:
            name = row.source
            ancestors.append(name)
        descendants, waiting = set(), [one]
        while waiting:
            name = waiting.pop()
            replays = [other for other, row in self.rows.items() if row.source == name]
            descendants.update(replays)
            waiting += replays
        return {*ancestors, *descendants}

    @staticmethod
    def _verdict(source: Row | None, replay: Row) -> str:
        """Both completed, or neither: else one has scores where the other has none."""
        if source is None:
            return "unknown"
        ends = {source.status == "completed", replay.status == "completed"}
        has_changed = len(ends) == 2 or source.answers != replay.answers or source.overwritten
        if has_changed:
            return "different"
        return "identical" if ends == {True} else "unknown"
