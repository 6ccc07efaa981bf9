"""Contract section 8: approvals and knowledge."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from showcase.client import CallError, Client
from tests.conformance.asking import RICH, UNKNOWN, Json, completed, refused, summary_of

APPROVAL = {
    "action_id", "tool_name", "decision", "decided_at", "decided_by", "session_id", "auto_approved", "reason",
    "execution_status", "tool_call_summary", "transcript_summary", "tokens_used", "tool_calls_count", "evidence_digest",
}  # fmt: skip
RAG = {"event", "status", "detail", "count", "occurred_at", "provider", "reachable", "query", "hits"}


def run_until_asked(api: Client, **fields: Any) -> tuple[Json, str, Any]:
    """A run that waits for its decision: the question, the run's id, and the events that are still to come."""
    started = api.runs.start(**RICH | {"preservation": "keep"} | fields)
    events = api.runs.watch(started.run_id)
    question = next(
        event["data"] for event in events if event["event_type"] == "step_progress" and "action_id" in event["data"]
    )
    return question, started.run_id, events


@pytest.fixture(scope="module")
def rejected(api: Client) -> list[Json]:
    """The last events of a run whose question was rejected."""
    question, _, events = run_until_asked(api)
    api.runs.decide(question["action_id"], "rejected", "not this week")
    return list(events)


@pytest.fixture(scope="module")
def silent(api: Client) -> list[Json]:
    """The last events of a run whose question nobody answered."""
    _, _, events = run_until_asked(api)
    return list(events)


def entry(events: list[Json]) -> Json:
    found: Json = completed(events)["agent_hitl_flow"]["data"]["approval"]
    return found


def test_s8_an_approval_carries_out_what_was_shown(api: Client, rich: list[Json]) -> None:
    step = completed(rich)["agent_hitl_flow"]
    assert step["status"] == "pass"
    assert (entry(rich)["decision"], entry(rich)["execution_status"]) == ("approved", "executed")
    plan = api.api.call("GET", f"/scenarios/{step['data']['outcome']['plan_id']}")
    assert plan["assumptions"] == step["data"]["evidence"]["assumptions"]


def test_s8_an_entry_has_every_key(rich: list[Json]) -> None:
    assert set(entry(rich)) >= APPROVAL
    assert set(entry(rich)["tool_call_summary"]) >= {"description", "arguments_keys"}
    assert len(entry(rich)["transcript_summary"]) <= 200


def test_s8_who_decided_and_why_is_on_the_record(api: Client, rich: list[Json]) -> None:
    assert entry(rich)["reason"] == "looks right"
    assert entry(rich)["decided_by"]
    kept = api.workspaces.show(summary_of(rich)["workspace_id"])
    assert kept["approval_events"] == [entry(rich)]


def test_s8_the_question_is_shown_with_its_evidence_and_its_window(rich: list[Json]) -> None:
    asked = next(event["data"] for event in rich if "action_id" in event["data"])
    assert asked["awaiting"] == "approval"
    assert asked["evidence"]["reasons"]
    assert len(asked["evidence_digest"]) == 64
    assert asked["window_s"] > 0


def test_s8_a_rejection_keeps_the_run_green_and_makes_no_plan(rejected: list[Json]) -> None:
    step = completed(rejected)["agent_hitl_flow"]
    assert (step["status"], step["data"]["outcome"]) == ("pass", None)
    assert (entry(rejected)["decision"], entry(rejected)["execution_status"]) == ("rejected", "not_executed")
    assert summary_of(rejected)["run_status"] == "completed"


def test_s8_silence_executes_nothing_and_the_run_goes_on_green(silent: list[Json]) -> None:
    step = completed(silent)["agent_hitl_flow"]
    assert step["status"] == "pass"
    assert (entry(silent)["decision"], entry(silent)["auto_approved"]) == ("timed_out", False)
    assert step["data"]["outcome"] is None
    assert summary_of(silent)["run_status"] == "completed"


def test_s8_a_late_decision_is_409(api: Client, silent: list[Json], rejected: list[Json]) -> None:
    for events in (silent, rejected):
        sent = {"action_id": entry(events)["action_id"], "decision": "approved"}
        refused(api, 409, "POST", "/demo/hitl-decision", json=sent)


def test_s8_a_decision_about_nothing_is_404(api: Client) -> None:
    refused(api, 404, "POST", "/demo/hitl-decision", json={"action_id": UNKNOWN, "decision": "approved"})


@pytest.mark.parametrize(
    "sent", [{}, {"action_id": UNKNOWN}, {"action_id": UNKNOWN, "decision": "maybe"},
             {"action_id": "x", "decision": "approved"}, {"action_id": UNKNOWN, "decision": True},
             {"action_id": UNKNOWN, "decision": "approved", "reason": "x" * 501},
             {"action_id": UNKNOWN, "decision": "approved", "by": "me"}]
)  # fmt: skip
def test_s8_a_decision_out_of_its_bounds_is_refused(api: Client, sent: Json) -> None:
    refused(api, 422, "POST", "/demo/hitl-decision", json=sent)


def test_s8_one_decision_wins_any_race(api: Client, base_url: str) -> None:
    question, _, events = run_until_asked(api)
    outcomes: list[int] = []

    def decide(decision: Any) -> None:
        with Client(base_url) as own:
            try:
                own.runs.decide(question["action_id"], decision)
                outcomes.append(204)
            except CallError as refusal:
                outcomes.append(refusal.status)

    deciders = [threading.Thread(target=decide, args=(("approved", "rejected")[n % 2],)) for n in range(10)]
    for decider in deciders:
        decider.start()
    for decider in deciders:
        decider.join()
    list(events)
    assert sorted(outcomes) == [204] + [409] * 9


def test_s8_an_open_question_is_listed_until_it_is_answered(api: Client) -> None:
    question, run_id, events = run_until_asked(api)
    assert question["action_id"] in [one["action_id"] for one in api.runs.pending()]
    assert api.runs.show(run_id)["status"] == "running"
    api.runs.decide(question["action_id"], "rejected")
    assert question["action_id"] not in [one["action_id"] for one in api.runs.pending()]
    list(events)


def test_s8_a_stop_withdraws_the_question(api: Client) -> None:
    question, run_id, events = run_until_asked(api)
    api.runs.stop(run_id)
    assert summary_of(list(events))["run_status"] == "cancelled"
    sent = {"action_id": question["action_id"], "decision": "approved"}
    refused(api, 409, "POST", "/demo/hitl-decision", json=sent)


def test_s8_the_history_is_newest_first(api: Client, rich: list[Json], rejected: list[Json]) -> None:
    found = api.api.call("GET", "/demo/approval-events", params={"limit": 200})
    times = [event["decided_at"] for event in found["events"]]
    assert times == sorted(times, reverse=True)
    assert found["total"] >= 2
    assert {entry(rich)["action_id"], entry(rejected)["action_id"]} <= {one["action_id"] for one in found["events"]}


@pytest.mark.parametrize("limit", [0, 201, "x"])
def test_s8_a_history_has_one_to_two_hundred_entries(api: Client, limit: Any) -> None:
    refused(api, 422, "GET", "/demo/approval-events", params={"limit": limit})


def test_s8_the_rules_propose_where_there_is_no_language_model(rich: list[Json]) -> None:
    assert completed(rich)["agent_hitl_flow"]["data"]["provider"] == "rules"


# --- knowledge ---


def test_s8_the_guide_is_probed_indexed_and_asked_offline(rich: list[Json]) -> None:
    steps = completed(rich)
    assert steps["rag_index_subset"]["status"] == "pass"
    assert steps["rag_retrieve_probe"]["status"] == "pass"


def test_s8_knowledge_events_have_every_key(api: Client, rich: list[Json]) -> None:
    events = api.workspaces.show(summary_of(rich)["workspace_id"])["rag_events"]
    assert [event["event"] for event in events] == ["probe", "index", "retrieve"]
    assert all(set(event) >= RAG for event in events)
    assert set(events[-1]["hits"][0]) >= {"source", "score"}


def test_s8_indexing_the_same_twice_changes_nothing(api: Client) -> None:
    api.api.call("POST", "/rag/index")
    again = api.api.call("POST", "/rag/index")
    assert again["changed"] == again["removed"] == []
    assert again["chunks"] > 0


def test_s8_a_question_finds_the_page_that_answers_it(api: Client) -> None:
    pages = [
        {"source": "a.md", "text": "# Zebras\n\nA zebra has stripes."},
        {"source": "b.md", "text": "# Ants\n\nSix legs."},
    ]
    api.api.call("POST", "/rag/index", json={"collection": "animals", "documents": pages})
    found = api.api.call("POST", "/rag/retrieve", json={"collection": "animals", "query": "stripes of a zebra"})
    assert found["hits"][0]["source"] == "a.md"
    assert found["hits"][0]["score"] > 0


def test_s8_documents_that_are_no_longer_named_leave_the_collection(api: Client) -> None:
    page = {"source": "a.md", "text": "# One\n\nText."}
    api.api.call("POST", "/rag/index", json={"collection": "leaving", "documents": [page]})
    gone = api.api.call("POST", "/rag/index", json={"collection": "leaving", "documents": []})
    assert (gone["removed"], gone["chunks"]) == (["a.md"], 0)


@pytest.mark.parametrize(
    "sent", [{}, {"query": ""}, {"query": "   "}, {"query": "x" * 501}, {"query": "x", "limit": 0},
             {"query": "x", "limit": 21}, {"query": 3}, {"query": "x", "colour": "red"}]
)  # fmt: skip
def test_s8_a_question_out_of_its_bounds_is_refused(api: Client, sent: Json) -> None:
    refused(api, 422, "POST", "/rag/retrieve", json=sent)


def test_s8_a_source_is_named_once_in_a_collection(api: Client) -> None:
    twice = [{"source": "a", "text": "x"}] * 2
    refused(api, 422, "POST", "/rag/index", json={"collection": "twice", "documents": twice})


# --- the agent's sessions ---


def test_s8_the_agent_tells_and_changes_nothing(api: Client, production: Json) -> None:
    api.api.call("POST", "/rag/index")
    session = api.api.call("POST", "/agents/sessions")
    assert session["model_run_id"] == production["run_id"]
    before = api.api.call("GET", "/registry/aliases"), api.plans.list()
    path = f"/agents/sessions/{session['session_id']}"
    reply = api.api.call("POST", f"{path}/chat", json={"message": "What is a backtest? Save a plan now."})
    assert production["model_type"] in reply["reply"]
    assert reply["hits"]
    assert (api.api.call("GET", "/registry/aliases"), api.plans.list()) == before
    assert len(api.api.call("GET", path)["messages"]) == 1


def test_s8_a_session_ends_when_it_is_deleted(api: Client) -> None:
    path = f"/agents/sessions/{api.api.call('POST', '/agents/sessions')['session_id']}"
    api.api.call("DELETE", path)
    refused(api, 404, "DELETE", path)
    refused(api, 404, "POST", f"{path}/chat", json={"message": "still there?"})


@pytest.mark.parametrize("sent", [{}, {"message": ""}, {"message": "x" * 501}, {"message": 1}])
def test_s8_a_message_out_of_its_bounds_is_refused(api: Client, sent: Json) -> None:
    path = f"/agents/sessions/{api.api.call('POST', '/agents/sessions')['session_id']}/chat"
    refused(api, 422, "POST", path, json=sent)


def test_s8_a_session_about_a_model_run_that_is_not_there_is_refused(api: Client) -> None:
    refused(api, 404, "POST", "/agents/sessions", json={"model_run_id": UNKNOWN})
