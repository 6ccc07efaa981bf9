"""Whether a replay came out as its source did, part by part."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

Mark = Literal["identical", "within_tolerance", "unknown", "different", "not_applicable"]

Part = Literal["data", "model_set", "scores", "forecast", "agent_story", "knowledge_story"]
PARTS: tuple[Part, ...] = get_args(Part)
ORDER: tuple[Mark, ...] = ("identical", "within_tolerance", "unknown", "different")
"""From the best to the worst; not_applicable does not count."""
TOLERANCE = 1e-6
"""Relative, of numbers."""

LargestDifference = Callable[[], float | None]
"""The largest relative difference of the two forecasts' numbers, 0.0 where all are equal; None where one is gone."""

_Found = tuple[Mark, str | None]
_DECIDED = ("tool_name", "decision", "auto_approved", "reason", "execution_status", "tool_call_summary",
            "evidence_digest")  # fmt: skip
_LOOKED_UP = ("event", "status", "count", "provider", "reachable", "query", "hits")


def judge(source: Mapping[str, Any], replay: Mapping[str, Any], forecasts: LargestDifference) -> dict[str, Any]:
    """The verdict of a replay: {overall, parts, where, source_workspace_id}.

    Both are a workspace's columns by name. `where` names, for each part that is not identical, the first place. Stories
    are compared by what was decided and found, never by when. Source: this product's contract, tolerance 1e-6 relative.
    """
    found: dict[str, _Found] = {
        "data": _same_text(source.get("data_fingerprint"), replay.get("data_fingerprint"), "data_fingerprint"),
        "model_set": _compare(_models(source), _models(replay), "models"),
        "scores": _compare(_scores(source), _scores(replay), "scores"),
        "forecast": _forecast(source, replay, forecasts),
        "agent_story": _story(source, replay, "approval_events", _DECIDED),
        "knowledge_story": _story(source, replay, "rag_events", _LOOKED_UP),
    }
    return _verdict(found, str(source["workspace_id"]))


def unknown_verdict(source_workspace_id: str, why: str = "the source is gone") -> dict[str, Any]:
    """The verdict of a replay that cannot be compared, part by part, with why not."""
    return _verdict(dict.fromkeys(PARTS, ("unknown", why)), source_workspace_id)


def worst(marks: list[Mark]) -> Mark:
    """The worst mark that applies."""
    applying = [mark for mark in marks if mark != "not_applicable"]
    return max(applying, key=ORDER.index) if applying else "not_applicable"


def _verdict(found: Mapping[str, _Found], source_workspace_id: str) -> dict[str, Any]:
    return {
        "overall": worst([found[part][0] for part in PARTS]),
        "parts": {part: found[part][0] for part in PARTS},
        "where": {part: found[part][1] for part in PARTS if found[part][1] is not None},
        "source_workspace_id": source_workspace_id,
    }


def _same_text(ours: str | None, theirs: str | None, name: str) -> _Found:
    if ours is None or theirs is None:
        return "unknown", f"{name} was not recorded"
    return ("identical", None) if ours == theirs else ("different", f"{name}: {ours[:8]} against {theirs[:8]}")


def _summary(workspace: Mapping[str, Any]) -> Mapping[str, Any]:
    return workspace.get("result_summary") or {}


def _models(workspace: Mapping[str, Any]) -> object:
    board = _summary(workspace).get("leaderboard")
    if board is None:
        return None
    return {
        row["model"]: {"is_chosen": row.get("is_chosen")} for row in sorted(board, key=lambda row: str(row["model"]))
    }


def _scores(workspace: Mapping[str, Any]) -> object:
    summary = _summary(workspace)
    if summary.get("leaderboard") is None:
        return None
    winner = ("winner_model_type", "winner_metric", "winner_value", "winner_wape")
    return {name: summary.get(name) for name in winner} | {
        str(row["model"]): dict(row) for row in summary["leaderboard"]
    }


def _forecast(source: Mapping[str, Any], replay: Mapping[str, Any], forecasts: LargestDifference) -> _Found:
    ours, theirs = (_summary(one).get("forecast_digest") for one in (source, replay))
    if ours is None and theirs is None:
        return "not_applicable", None
    if ours is None or theirs is None:
        return "different", f"forecast: only the {'replay' if ours is None else 'source'} has one"
    if ours == theirs:
        return "identical", None
    difference = forecasts()
    if difference is None:
        return "unknown", "forecast: the digests differ, and the numbers of one are gone"
    if difference == 0.0:
        return "different", "forecast_digest: the recorded digest is not that of its numbers"
    if math.isinf(difference):
        return "different", "forecast: it is of other days or series"
    mark: Mark = "within_tolerance" if difference <= TOLERANCE else "different"
    return mark, f"forecast: numbers differ by up to {difference:.2g}"


def _story(source: Mapping[str, Any], replay: Mapping[str, Any], slot: str, kept: tuple[str, ...]) -> _Found:
    ours, theirs = source.get(slot), replay.get(slot)
    if not ours and not theirs:
        return "not_applicable", None
    if ours is None or theirs is None:
        return "unknown", f"{slot} was not recorded"
    told = [[{name: entry.get(name) for name in kept} for entry in entries] for entries in (ours, theirs)]
    return _compare(told[0], told[1], slot)


def _compare(ours: object, theirs: object, path: str) -> _Found:
    """Two JSON values: equal, equal but for small differences of numbers, or not, and the first place that says so."""
    if ours is None and theirs is None:
        return ("not_applicable", None) if "." not in path and "[" not in path else ("identical", None)
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        names = list(dict.fromkeys((*ours, *theirs)))
        return _first_worst([_compare(ours.get(name), theirs.get(name), f"{path}.{name}") for name in names])
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return "different", f"{path}: {len(ours)} entries against {len(theirs)}"
        pairs = enumerate(zip(ours, theirs, strict=True))
        return _first_worst([_compare(one, other, f"{path}[{at}]") for at, (one, other) in pairs])
    if _is_number(ours) and _is_number(theirs) and ours != theirs:
        is_close = math.isclose(ours, theirs, rel_tol=TOLERANCE)  # type: ignore[arg-type]  # both are numbers
        return ("within_tolerance" if is_close else "different"), f"{path}: {ours} against {theirs}"
    if (type(ours) is type(theirs) and ours == theirs) or (_is_number(ours) and _is_number(theirs)):
        return "identical", None
    return "different", f"{path}: {_short(ours)} against {_short(theirs)}"


def _first_worst(found: list[_Found]) -> _Found:
    mark = worst([one[0] for one in found]) if found else "identical"
    return next((one for one in found if one[0] == mark), (mark, None))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: object) -> str:
    if isinstance(value, Mapping | list):
        return f"{len(value)} entries"
    return repr(value)[:60]
