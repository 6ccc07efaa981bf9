"""The events of a run, read back from a bundle: whatever pages and pictures are drawn from has the form they expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from showcase.bundles.carried_made import PlanFigures
from showcase.bundles.carried_values import (
    Beside,
    Carried,
    DayText,
    Number,
    Object,
    Text,
    WholeNumber,
    Word,
    agree,
    read_carried,
)
from showcase.errors import IntegrityError
from showcase.kernel.refusals import contradiction, parse_json
from showcase.workspaces.story import ApprovalEvent, HexDigest, HexId, Moment
from showcase.workspaces.story_result import BoardRow, Bounded, ResultSummary, Score, check_winner

_ENDS = ("pass", "fail", "skip", "warn")
_STATUSES: Mapping[str, tuple[str | None, ...]] = {
    "step_start": (None, "running"),
    "step_progress": ("running",),
    "step_complete": _ENDS,
    "pipeline_complete": ("pass", "fail"),
}
"""The kinds of events of a run that was kept, and what each can say of its step."""


class _Status(Beside):
    """What the step status says: the focus pair and the window."""

    store_id: int
    product_id: int
    store_code: Word
    sku: Word
    series: int
    date_start: DayText
    date_end: DayText
    fingerprint: HexDigest


class _Scores(Beside):
    """The scores of a model in one fold or bucket."""

    model: Word
    wape: Score = None
    mae: Score = None
    rmse: Score = None


class _FoldScores(_Scores):
    fold: int


class _BucketScores(_Scores):
    bucket: Word


class _Fold(Beside):
    fold: int
    cutoff: DayText
    train_days: int
    test_start: DayText
    test_end: DayText


class _Backtest(Beside):
    """What the step backtest says: the leaderboard and the folds."""

    metric: Literal["wape", "mae", "rmse"]
    winner: Word | None = None
    leaderboard: list[BoardRow]
    folds: list[_Fold]
    by_fold: list[_FoldScores]
    by_bucket: list[_BucketScores]
    left_out: int
    forecasts_file: HexDigest | None = None

    @model_validator(mode="after")
    def _the_winner_has_a_score(self) -> Self:
        check_winner(self.leaderboard, self.metric)
        if self.winner is not None and self.forecasts_file is None:
            raise contradiction("forecasts_file", "the forecasts that the winner was scored with")
        return self


class _Register(Beside):
    """What the step register says: where the forecast lies."""

    forecast_file: HexDigest | None = None


class _Day(Beside):
    """One day of a plan."""

    date: DayText
    baseline_units: Bounded
    scenario_units: Bounded


class _Saved(PlanFigures):
    """A plan as the planning steps tell it."""

    plan_id: HexId
    name: Word
    days: list[_Day] = Field(default_factory=list)


class _Compared(Beside):
    """What the step multi_plan_compare says."""

    plans: list[_Saved] = Field(default_factory=list)


class _Asked(Beside):
    """What the step agent_hitl_flow says: how a person decided."""

    approval: ApprovalEvent | None = None


class _Counted(Beside):
    """What any step may say of rows."""

    rows: int | None = None
    records_created: dict[str, int] | None = None
    row_counts: dict[str, int] | None = None
    counts: dict[str, int] | None = None


class _Progress(Beside):
    """How far a step is."""

    share: Number | None = Field(None, ge=0, le=1)
    rows: int | None = None


_SAID: Mapping[str, type[BaseModel]] = {
    "status": _Status,
    "backtest": _Backtest,
    "register": _Register,
    "scenario_simulate_and_save": _Saved,
    "multi_plan_compare": _Compared,
    "agent_hitl_flow": _Asked,
}
"""The steps whose values are drawn. One that failed says less, and a failed one's values are drawn by nobody."""


class CarriedEvent(Carried):
    """One event of that run."""

    model_config = ConfigDict(extra="allow", strict=True)

    event_type: Literal["step_start", "step_progress", "step_complete", "pipeline_complete"]
    step_name: Word
    step_index: WholeNumber
    total_steps: WholeNumber
    status: Literal["running", "pass", "fail", "skip", "warn"] | None
    detail: Text
    duration_ms: float | None = Field(ge=0)
    data: Object
    timestamp: Moment
    phase_name: Word
    phase_index: WholeNumber
    phase_total: WholeNumber
    run_id: HexId
    seq: int = Field(ge=1, le=2**31 - 1)

    @model_validator(mode="after")
    def _data_can_be_drawn(self) -> Self:
        if self.status not in _STATUSES[self.event_type]:
            raise contradiction("status", f"a status of {self.event_type}")
        for kind in self._kinds():
            agree("data", kind.model_validate, self.data)
        return self

    def _kinds(self) -> tuple[type[BaseModel], ...]:
        if self.event_type == "pipeline_complete":
            return (ResultSummary,)
        if self.event_type == "step_progress":
            return (_Progress,)
        if self.event_type != "step_complete" or not self.data:
            return ()
        return (_Counted, _SAID[self.step_name]) if self.step_name in _SAID else (_Counted,)


_FILES = (("backtest", "forecasts_file", "backtest"), ("register", "forecast_file", "forecast"))
"""Where a step names a stored table, and how the workspace calls it."""


def check_files(events: Sequence[Mapping[str, Any]], files: Mapping[str, Any]) -> None:
    """Refuse events that name another stored table than the workspace does; `files` are its files by what they hold."""
    for event in events:
        for step, key, name in _FILES:
            told, known = event["data"].get(key), files.get(name)
            if event["step_name"] == step and told is not None and known is not None and told != known:
                raise IntegrityError(
                    f"The step {step} in events.jsonl names another table than the workspace does.",
                    "Ask for the bundle again; it was not written by this program.",
                )


def read_events(content: bytes, run_id: str) -> list[dict[str, Any]]:
    """The events of events.jsonl in their order, as they were stored; IntegrityError where they are not this run's.

    A run that was kept has ended, so the last event, and no other, is its summary.
    """
    events: list[dict[str, Any]] = []
    lines = content.splitlines()
    for line in lines:
        event = read_carried(CarriedEvent, line, "events.jsonl")
        is_last = len(events) + 1 == len(lines)
        if (
            event.run_id != run_id
            or event.seq != len(events) + 1
            or (event.event_type == "pipeline_complete") != is_last
        ):
            raise IntegrityError(
                f"events.jsonl should tell the run {run_id[:8]} event by event up to its summary, and line "
                f"{len(events) + 1} does not.",
                "Ask for the bundle again; it was not written by this program.",
            )
        events.append(parse_json(line, "events.jsonl"))
    return events
