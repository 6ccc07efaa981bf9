"""A verdict is the worst of its parts, and says where the two differ."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from showcase.workspaces.verdict import PARTS, judge, unknown_verdict, worst

ENTRY = {
    "action_id": "1" * 32, "tool_name": "save_plan", "decision": "approved", "decided_at": "2026-01-01T00:00:00Z",
    "auto_approved": False, "reason": None, "execution_status": "executed", "tool_call_summary": {"description": "d"},
    "evidence_digest": "e" * 64,
}  # fmt: skip
LOOK = {
    "event": "retrieve", "status": "pass", "detail": "2 passages", "count": 2, "occurred_at": "2026-01-01T00:00:00Z",
    "provider": "text_search", "reachable": True, "query": "why?", "hits": [{"source": "a.md", "score": 0.5}],
}  # fmt: skip
STORY: dict[str, Any] = {
    "workspace_id": "a" * 32,
    "data_fingerprint": "f" * 64,
    "approval_events": [ENTRY],
    "rag_events": [LOOK],
    "result_summary": {
        "winner_model_type": "naive",
        "winner_value": 20.0,
        "forecast_digest": "d" * 64,
        "leaderboard": [
            {"model": "naive", "is_chosen": True, "wape": 20.0, "mase": None},
            {"model": "seasonal_naive", "is_chosen": False, "wape": 30.0, "mase": 1.0},
        ],
    },
}


def _no_forecast() -> float | None:
    raise AssertionError("equal digests need no look at the numbers")


def _changed(path: str, value: object) -> dict[str, Any]:
    story = copy.deepcopy(STORY)
    *way, last = path.split(".")
    inner: Any = story
    for name in way:
        inner = inner[int(name)] if name.isdigit() else inner[name]
    inner[int(last) if last.isdigit() else last] = value
    return story


def test_the_same_story_is_identical_in_every_part() -> None:
    verdict = judge(STORY, copy.deepcopy(STORY), _no_forecast)
    assert verdict == {
        "overall": "identical",
        "parts": dict.fromkeys(PARTS, "identical"),
        "where": {},
        "source_workspace_id": "a" * 32,
    }


@pytest.mark.parametrize(
    ("path", "value", "part", "mark", "where"),
    [
        ("data_fingerprint", "0" * 64, "data", "different", "data_fingerprint: ffffffff against 00000000"),
        ("data_fingerprint", None, "data", "unknown", "data_fingerprint was not recorded"),
        ("result_summary.winner_value", 20.00001, "scores", "within_tolerance", "scores.winner_value"),
        ("result_summary.winner_value", 20.0001, "scores", "different", "scores.winner_value: 20.0 against 20.0001"),
        ("result_summary.leaderboard.0.mase", 1.0, "scores", "different", "scores.naive.mase: None against 1.0"),
        ("result_summary.leaderboard.1.is_chosen", True, "model_set", "different", "models.seasonal_naive.is_chosen"),
        ("result_summary.leaderboard", None, "scores", "different", "scores: "),
        ("result_summary.forecast_digest", None, "forecast", "different", "forecast: only the source has one"),
        ("approval_events.0.decision", "rejected", "agent_story", "different", "approval_events[0].decision"),
        ("approval_events.0.evidence_digest", "0" * 64, "agent_story", "different", "approval_events[0].evidence"),
        ("approval_events", [], "agent_story", "different", "approval_events: 1 entries against 0"),
        ("approval_events", None, "agent_story", "unknown", "approval_events was not recorded"),
        ("rag_events.0.hits.0.score", 0.5000001, "knowledge_story", "within_tolerance", "rag_events[0].hits[0].score"),
        ("rag_events.0.hits.0.source", "b.md", "knowledge_story", "different", "rag_events[0].hits[0].source"),
    ],
)
def test_a_part_that_is_not_the_same_says_where(path: str, value: object, part: str, mark: str, where: str) -> None:
    verdict = judge(STORY, _changed(path, value), _no_forecast)
    assert verdict["parts"][part] == mark
    assert verdict["where"][part].startswith(where)
    assert verdict["overall"] in (mark, "different")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("approval_events.0.action_id", "2" * 32),
        ("approval_events.0.decided_at", "2027-01-01T00:00:00Z"),
        ("rag_events.0.occurred_at", "2027-01-01T00:00:00Z"),
        ("rag_events.0.detail", "2 passages, later"),
        ("workspace_id", "b" * 32),
    ],
)
def test_when_and_under_which_id_something_was_done_makes_no_difference(path: str, value: str) -> None:
    assert judge(STORY, _changed(path, value), _no_forecast)["overall"] == "identical"


@pytest.mark.parametrize(
    ("difference", "mark"),
    [(1e-7, "within_tolerance"), (1e-3, "different"), (0.0, "different"), (float("inf"), "different"),
     (None, "unknown")],
)  # fmt: skip
def test_forecasts_of_other_digests_are_compared_by_their_numbers(difference: float | None, mark: str) -> None:
    other = _changed("result_summary.forecast_digest", "0" * 64)
    assert judge(STORY, other, lambda: difference)["parts"]["forecast"] == mark


def test_forecasts_of_other_days_are_not_told_by_a_number() -> None:
    other = _changed("result_summary.forecast_digest", "0" * 64)
    assert judge(STORY, other, lambda: float("inf"))["where"]["forecast"] == "forecast: it is of other days or series"


def test_what_neither_has_does_not_apply() -> None:
    bare = {"workspace_id": "a" * 32, "data_fingerprint": "f" * 64, "result_summary": None}
    verdict = judge(bare, bare, _no_forecast)
    assert verdict["overall"] == verdict["parts"]["data"] == "identical"
    assert {verdict["parts"][part] for part in PARTS if part != "data"} == {"not_applicable"}


def test_the_overall_mark_is_the_worst_that_applies() -> None:
    assert worst(["identical", "not_applicable"]) == "identical"
    assert worst(["within_tolerance", "identical"]) == "within_tolerance"
    assert worst(["unknown", "within_tolerance", "not_applicable"]) == "unknown"
    assert worst(["unknown", "different", "identical"]) == "different"
    assert worst(["not_applicable"]) == "not_applicable"


def test_a_source_that_is_gone_leaves_every_part_unknown() -> None:
    assert set(unknown_verdict("a" * 32)["parts"].values()) == {"unknown"}
