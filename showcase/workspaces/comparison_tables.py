"""The tables of a comparison, from the stories of the workspaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import METRICS
from showcase.forecasting.options import DEFAULT_MODELS
from showcase.workspaces.comparison import FEWEST, Compared, Row, ScoreRow
from showcase.workspaces.replay import recorded_request

_NOT_ASKED = ("workspace_name", "preservation", "user_scope")
_CAME_FROM = ("data_fingerprint", "date_start", "date_end")
_COUNTED = {
    "model_run_ids": "registered models",
    "trained_artifacts": "trained models",
    "plan_ids": "plans",
    "job_ids": "jobs",
    "batch_ids": "batches",
    "files": "stored tables",
    "synthetic_model_run_ids": "demonstration models",
}


def compare_heads(stories: Sequence[Mapping[str, Any]]) -> tuple[Compared, ...]:
    """What the columns are headed with; each story is a workspace's columns by name."""
    return tuple(
        Compared(
            str(one["workspace_id"]), one["name"], one["status"], one["scenario"], one["created_at"],
            summary_of(one).get("winner_model_type"), _focus(one), _demand(one),
        )
        for one in stories
    )  # fmt: skip


def _demand(one: Mapping[str, Any]) -> str:
    """What its demand is called: the data set that the run was about, or the preset where none was recorded."""
    name = (one.get("created_objects") or {}).get("data_set_name")
    return name if isinstance(name, str) and name else str(one["scenario"])


def compare_configuration(stories: Sequence[Mapping[str, Any]], *, differences_only: bool) -> tuple[Row, ...]:
    """What each run was asked for, and the data that it was about, one row a field that at least one of them has."""
    flat = [
        _flat({name: value for name, value in recorded_request(one).items() if name not in _NOT_ASKED} | _scoring(one))
        | ({"user_scope": _pair(one["user_scope"])} if one["user_scope"] else {})
        | {name: one[name] for name in _CAME_FROM if one[name] is not None}
        for one in stories
    ]
    names = dict.fromkeys(name for one in flat for name in one)
    rows = tuple(Row(name, tuple(one.get(name) for one in flat)) for name in names)
    return tuple(row for row in rows if row.differs) if differences_only else rows


def compare_scores(stories: Sequence[Mapping[str, Any]], base: int) -> tuple[ScoreRow, ...]:
    """The winners' scores, how long the runs took, and the deciding metric of each model that was scored."""
    ids = [str(one["workspace_id"]) for one in stories]
    boards = [{str(row["model"]): row for row in summary_of(one).get("leaderboard") or ()} for one in stories]
    winners = [
        board.get(str(summary_of(one).get("winner_model_type"))) for one, board in zip(stories, boards, strict=True)
    ]
    rows = []
    for metric in METRICS.values():
        values = [None if row is None else row.get(metric.name) for row in winners]
        rows.append(score_row(ids, base, (metric.name, None, metric.title, metric.unit, metric.best), values))
    seconds = [summary_of(one).get("wall_clock_s") for one in stories]
    rows.append(score_row(ids, base, ("wall_clock_s", None, "Run time", "seconds", "lower"), seconds))
    deciding = METRICS[str(summary_of(stories[base]).get("winner_metric") or "wape")]
    for model in dict.fromkeys(name for board in boards for name in board):
        values = [board[model].get(deciding.name) if model in board else None for board in boards]
        about = (deciding.name, model, f"{deciding.title} of {model}", deciding.unit, deciding.best)
        rows.append(score_row(ids, base, about, values))
    return tuple(row for row in rows if any(value is not None for value in row.values))


def score_row(
    ids: Sequence[str], base: int, about: tuple[str, str | None, str, str, str], values: Sequence[float | None]
) -> ScoreRow:
    """A row of scores with its best and worst: `about` is field, model, title, unit and direction."""
    direction = about[-1]
    target = float(direction) if direction.isdigit() else 0.0
    off = [None if value is None else value if direction == "lower" else abs(value - target) for value in values]
    known = [value for value in off if value is not None]
    is_told = len(known) >= FEWEST and min(known) < max(known)
    told = [
        tuple(one for one, value in zip(ids, off, strict=True) if is_told and value == extreme(known))
        for extreme in ((min, max) if known else ())
    ] or [(), ()]
    of = values[base]
    deltas = tuple(None if value is None or of is None else value - of for value in values)
    return ScoreRow(*about, tuple(values), deltas, told[0], told[1])


def compare_made(stories: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    """How many objects of each kind the runs made, and what they pointed at; kinds that none made are left out."""
    made = [one["created_objects"] for one in stories]
    rows = [Row(title, tuple(len(one.get(key) or ()) for one in made)) for key, title in _COUNTED.items()]
    rows = [row for row in rows if any(row.values)]
    return (*rows, Row("alias", tuple(one.get("alias") for one in made)))


def compare_approvals(stories: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Each run's questions to a person and their answers."""
    return {str(one["workspace_id"]): tuple(one["approval_events"] or ()) for one in stories}


def remarks_on(stories: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What has to be known before two figures are set against one another."""
    said = []
    if len({one["data_fingerprint"] for one in stories}) > 1:
        said.append("The runs were about different data, so their scores are of different days or series.")
    plans = [_scoring(one)["backtest"] for one in stories]
    if any(plan != plans[0] for plan in plans):
        said.append("The backtests are not cut the same way, so their scores are of different folds.")
    unfinished = [str(one["workspace_id"])[:8] for one in stories if one["status"] != "completed"]
    if unfinished:
        said.append(f"Not completed: {', '.join(unfinished)}.")
    return tuple(said)


def summary_of(story: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result of a run, empty where there is none."""
    return story["result_summary"] or {}


def _scoring(story: Mapping[str, Any]) -> dict[str, Any]:
    """The models and the backtest of a run; the usual ones where it was asked for no others."""
    usual = {"train_model_types": [str(one) for one in DEFAULT_MODELS], "backtest": asdict(BacktestPlan())}
    return usual | (story["run_config"] or {})


def _focus(story: Mapping[str, Any]) -> str | None:
    if story["user_scope"]:
        return _pair(story["user_scope"])
    return None if story["store_id"] is None else _pair(story)


def _pair(scope: Mapping[str, Any]) -> str:
    """A pair by its codes, which a re-seed keeps, or by its ids where they named nothing."""
    if scope.get("store_code"):
        return f"{scope['store_code']} / {scope['sku']}"
    return f"store {scope['store_id']}, product {scope['product_id']}"


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in value.items():
        found |= _flat(inner, f"{prefix}{name}.") if isinstance(inner, Mapping) else {f"{prefix}{name}": inner}
    return found
