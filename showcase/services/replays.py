"""Replays: seen before they start, confirmed where they destroy, judged when they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from showcase.errors import FieldError, IntegrityError, InvalidInputError, NotFoundError, UnavailableError
from showcase.kernel.identity import Digest, WorkspaceId
from showcase.kernel.refusals import shown
from showcase.kernel.table import PRODUCT, STORE
from showcase.ports import Artifacts, Clock
from showcase.services.demand import DemandService
from showcase.services.models import read_frame
from showcase.store import confirmations
from showcase.store import workspaces as rows
from showcase.store.demand import count_wipe
from showcase.store.fence import Connection, Transactions
from showcase.store.workspaces import Workspace
from showcase.workspaces.replay import Anchor, recorded_request, request_differences, request_to_send
from showcase.workspaces.verdict import judge, unknown_verdict

_CHOOSE = "Choose one of those that `showcase workspaces list` shows."


@dataclass(frozen=True, slots=True)
class ReplayPreview:
    """What a replay would send against what was recorded, and what it would wipe.

    `confirm` is the token that it needs, null where it needs none; `wipes` are {data_set, table, rows}.
    """

    workspace_id: WorkspaceId
    confirm: str | None
    recorded: dict[str, Any]
    to_send: dict[str, Any]
    differences: list[dict[str, Any]]
    wipes: list[dict[str, Any]]
    expires_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReplayService:
    """Everything about replays but their run, which the pipeline's launcher starts."""

    transactions: Transactions
    artifacts: Artifacts
    clock: Clock
    demand: DemandService

    def preview(self, workspace_id: str, anchor: str = "recorded") -> ReplayPreview:
        """What a replay of this workspace would be now; a new confirm token where it would wipe data."""
        # the state first: what changes between it and what is shown makes the token void, never good for what was not
        with self.transactions.read() as connection:
            state = confirmations.replay_state(connection, WorkspaceId(workspace_id))
        source = self._source(workspace_id)
        to_send = self._frame(source, anchor)
        recorded = recorded_request(asdict(source))
        named, current = to_send.get("data_fingerprint"), self.demand.current()
        is_gone = named is not None and (source.reset or self.demand.find_by_fingerprint(named) is None)
        wipe = self.demand.preview_wipe() if source.reset else None
        token, expires_at = None, None
        if wipe is not None and wipe.rows:
            with self.transactions.begin() as connection:
                token, expires_at = confirmations.issue(connection, source.workspace_id, state)
        serving = None if source.reset or current is None else str(current.fingerprint)
        return ReplayPreview(
            source.workspace_id,
            token,
            recorded,
            to_send,
            request_differences(recorded, to_send, data_set_is_gone=is_gone, current=serving),
            [{"data_set": name, "table": table, "rows": count} for name, table, count in (wipe.lines if wipe else ())],
            expires_at,
        )

    def frame(self, workspace_id: str, anchor: str = "recorded") -> dict[str, Any]:
        """The run request of a replay."""
        return self._frame(self._source(workspace_id), anchor)

    def is_confirmed(self, workspace_id: str, token: str | None) -> bool:
        """Whether a replay with reset may start: nothing would go, or the token is valid. Nothing is spent."""
        with self.transactions.read() as connection:
            return not count_wipe(connection) or (token is not None and confirmations.is_valid(
                connection, token, workspace_id, confirmations.replay_state(connection, workspace_id)
            ))  # fmt: skip

    def spend(self, connection: Connection, workspace_id: str, token: str | None) -> bool:
        """The same in the unit of work that starts the run, and the token is spent with it."""
        if not count_wipe(connection):
            return True
        state = confirmations.replay_state(connection, workspace_id)
        return token is not None and confirmations.spend(connection, token, workspace_id, state)

    def judge(self, source_id: str, replay: Mapping[str, Any]) -> dict[str, Any]:
        """The verdict of a replay, given its columns, against its source; unknown where that is gone."""
        with self.transactions.read() as connection:
            source = rows.find_workspace(connection, source_id)
        if source is None:
            return unknown_verdict(source_id)
        theirs = replay["created_objects"].get("files", {}).get("forecast")
        ours = source.created_objects.get("files", {}).get("forecast")
        return judge(asdict(source), replay, lambda: self._largest_difference(ours, theirs))

    def _source(self, workspace_id: str) -> Workspace:
        name = WorkspaceId(workspace_id)
        with self.transactions.read() as connection:
            found = rows.find_workspace(connection, name)
        if found is None:
            raise NotFoundError(f"There is no workspace {name.short}.", _CHOOSE)
        return found

    def _frame(self, source: Workspace, anchor: str) -> dict[str, Any]:
        if anchor not in get_args(Anchor):
            raise InvalidInputError(
                f"The anchor of a replay is recorded or today, found {shown(anchor)}.",
                "Send recorded or today.",
                [FieldError("anchor", shown(anchor), "recorded or today")],
            )
        today = self.clock.today()
        return request_to_send(asdict(source), "today" if anchor == "today" else "recorded", today)

    def _largest_difference(self, ours: str | None, theirs: str | None) -> float | None:
        """The largest relative difference of two stored forecasts, infinite where their rows differ."""
        try:
            frames = [_comparable(read_frame(self.artifacts, Digest(one))) for one in (ours, theirs) if one is not None]
        except (NotFoundError, IntegrityError, InvalidInputError, UnavailableError, pl.exceptions.PolarsError):
            return None
        return _difference(*frames) if len(frames) == 2 else None


def _comparable(frame: pl.DataFrame) -> pl.DataFrame:
    """A forecast with ranks for ids, which a re-seed changes, in the order of its keys."""
    frame = frame.with_columns(pl.col(STORE, PRODUCT).rank("dense").cast(pl.Int64))
    return frame.sort([name for name, kind in frame.schema.items() if not kind.is_float()])


def _difference(ours: pl.DataFrame, theirs: pl.DataFrame) -> float:
    numbers = [name for name, kind in ours.schema.items() if kind.is_float()]
    if ours.schema != theirs.schema or not ours.drop(numbers).equals(theirs.drop(numbers)):
        return float("inf")
    return max((_relative(ours[name].to_numpy(), theirs[name].to_numpy()) for name in numbers), default=0.0)


def _relative(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """The largest difference of two columns, relative to the larger of both values."""
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return float("inf")
    gap, size = np.abs(ours - theirs), np.maximum(np.abs(ours), np.abs(theirs))
    apart = gap > 0  # equal numbers and undefined ones are not
    return float((gap[apart] / size[apart]).max()) if apart.any() else 0.0
