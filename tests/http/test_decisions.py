"""Decisions over HTTP: one answer wins, a late one is told, and what was decided is listed."""

from __future__ import annotations

from fastapi.testclient import TestClient

from showcase.kernel.identity import SessionId
from showcase.services.decisions import Question
from showcase.wiring import Installation


def ask(installation: Installation, window_s: float = 60.0) -> str:
    decisions = installation.services.decisions
    question = Question("save_plan", {"name": "x"}, "Save a plan.", {"why": "a test"}, SessionId.new(), "rules")
    return type(decisions)(decisions.transactions, window_s).ask(question).action_id


def test_a_question_is_answered_once(client: TestClient, installation: Installation) -> None:
    asked = ask(installation)
    (pending,) = client.get("/demo/hitl-decision").json()["pending"]
    assert (pending["action_id"], pending["seconds_left"] > 0) == (asked, True)
    answer = {"action_id": asked, "decision": "approved", "reason": "fits the season"}
    assert client.post("/demo/hitl-decision", json=answer).status_code == 204
    late = client.post("/demo/hitl-decision", json={**answer, "decision": "rejected"})
    assert (late.status_code, late.json()["type"]) == (409, "urn:showcase:decided")
    assert "HTTP from testclient" in late.json()["detail"]
    listed = client.get("/demo/approval-events").json()
    assert (listed["total"], listed["events"][0]["reason"]) == (1, "fits the season")
    assert client.get("/demo/hitl-decision").json() == {"pending": []}


def test_silence_is_an_answer_too(client: TestClient, installation: Installation) -> None:
    asked = ask(installation, window_s=0.001)
    late = client.post("/demo/hitl-decision", json={"action_id": asked, "decision": "approved"})
    assert late.status_code == 409
    assert client.get("/demo/approval-events?limit=1").json()["events"][0]["decision"] == "timed_out"


def test_wrong_answers_are_refused(client: TestClient, installation: Installation) -> None:
    unknown = {"action_id": "0" * 32, "decision": "approved"}
    assert client.post("/demo/hitl-decision", json=unknown).status_code == 404
    for wrong in (
        {}, {**unknown, "decision": "maybe"}, {**unknown, "reason": "x" * 501}, {**unknown, "action_id": "zzz"},
        {**unknown, "x": 1},
    ):  # fmt: skip
        assert client.post("/demo/hitl-decision", json=wrong).status_code == 422, wrong
    assert client.get("/demo/approval-events?limit=201").status_code == 422
