"""What a comparison of several workspaces says, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.plain import plain
from showcase.kernel.refusals import shown
from showcase.workspaces.lineage import Kinship

FEWEST, MOST = 2, 5


@dataclass(frozen=True, slots=True)
class Compared:
    """A workspace of the comparison, as far as its column's head says."""

    workspace_id: str
    name: str | None
    status: str
    scenario: str
    created_at: datetime
    winner: str | None
    focus: str | None
    demand: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, a value for each workspace in their order; null where it has none."""

    field: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        """Whether the workspaces do not all have the same."""
        return any(value != self.values[0] for value in self.values)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score of the winners, or of one model: `direction` is lower, zero, or the level that an interval should hold.

    `best` and `worst` are the workspaces that have the best and the worst value, none where all are equal; `deltas` are
    the differences from the base.
    """

    field: str
    model: str | None
    title: str
    unit: str
    direction: str
    values: tuple[float | None, ...]
    deltas: tuple[float | None, ...]
    best: tuple[str, ...]
    worst: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """The registered forecast of a workspace's focus pair, to lay over the others: equal lengths, bounds may be null.

    `actual_dates` and `actual` are what was sold on the days that its backtest tested. `why_not` says why there is
    nothing to draw.
    """

    workspace_id: str
    dates: tuple[date, ...] = ()
    forecast: tuple[float | None, ...] = ()
    lo80: tuple[float | None, ...] = ()
    hi80: tuple[float | None, ...] = ()
    lo95: tuple[float | None, ...] = ()
    hi95: tuple[float | None, ...] = ()
    actual_dates: tuple[date, ...] = ()
    actual: tuple[float | None, ...] = ()
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class FoldScore:
    """The winner's scores on one fold, pooled over all series; `first` and `last` are its test days."""

    fold: int
    cutoff: date
    first: date
    last: date
    wape: float | None
    mae: float | None
    rmse: float | None
    bias: float | None


@dataclass(frozen=True, slots=True)
class Relation:
    """What one workspace is to another, and the verdict where it replays it directly."""

    workspace_id: str
    other: str
    relation: Kinship
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """2 to 5 workspaces side by side; all rows have their values in the order of `workspaces`.

    `remarks` say what a reader of the figures has to know, such as that the data are not the same.
    """

    base: str
    workspaces: tuple[Compared, ...]
    configuration: tuple[Row, ...]
    scores: tuple[ScoreRow, ...]
    forecasts: tuple[ForecastLine, ...]
    folds: Mapping[str, tuple[FoldScore, ...]]
    approvals: Mapping[str, tuple[Mapping[str, Any], ...]]
    made: tuple[Row, ...]
    relations: tuple[Relation, ...]
    remarks: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The comparison as JSON has it; `differs` stands beside each row."""
        values: dict[str, Any] = plain(asdict(self))
        for table, rows in (("configuration", self.configuration), ("made", self.made)):
            for value, row in zip(values[table], rows, strict=True):
                value["differs"] = row.differs
        return values


def check_compared(ids: Sequence[str], base: str | None) -> str:
    """The base of a comparison of these ids, the first where none is named; InvalidInputError says what is wrong."""
    if not FEWEST <= len(ids) <= MOST:
        raise _refused("ids", f"{len(ids)} of them", f"{FEWEST} to {MOST} workspaces")
    twice = next((one for one in ids if list(ids).count(one) > 1), None)
    if twice is not None:
        raise _refused("ids", f"{twice[:8]} twice", "each workspace once")
    if base is not None and base not in ids:
        raise _refused("base", shown(base), "one of the workspaces that are compared")
    return base or ids[0]


def _refused(field: str, found: str, allowed: str) -> InvalidInputError:
    return InvalidInputError(
        f"The comparison was refused: {field}: found {found}, allowed is {allowed}.",
        f"Name {FEWEST} to {MOST} different workspaces, and one of them as base.",
        [FieldError(field, found, allowed)],
    )
