"""A question is answered once, in time, by the database's clock; what was approved is carried out once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError, IntegrityError

from showcase.errors import ConflictError, InvalidInputError, NotFoundError, ShowcaseError, UnavailableError
from showcase.kernel.identity import ActionId, RunId, SessionId
from showcase.services.decisions import DecisionService, Question, approval_entry, pending_json
from showcase.store import decisions as rows
from showcase.store.contention import TRIES
from showcase.store.decisions import Decision
from showcase.store.engine import Database
from showcase.store.fence import Transactions
from showcase.workspaces.story import SLOTS
from tests.store.contended import let_pass_each, tries

ENTRY_KEYS = [
    "action_id", "tool_name", "decision", "decided_at", "decided_by", "session_id", "auto_approved", "reason",
    "execution_status", "tool_call_summary", "transcript_summary", "tokens_used", "tool_calls_count", "evidence_digest",
]  # fmt: skip


def _question(**changes: Any) -> Question:
    return replace(
        Question(
            tool_name="save_scenario_plan",
            arguments={"name": "a plan", "horizon": 14},
            description="Save a plan",
            evidence={"reasons": ["it fits"]},
            session_id=SessionId("0" * 32),
            provider="rules",
            transcript="It fits.",
        ),
        **changes,
    )


@pytest.fixture
def decisions(database: Database) -> DecisionService:
    return DecisionService(database, window_s=600)


def _move_end(database: Database, action_id: str, to: str) -> None:
    with database.begin() as connection:
        connection.execute(
            text(f"UPDATE decision SET expires_at = {to} WHERE action_id = :action_id"), {"action_id": action_id}
        )


def _note(database: Database) -> Callable[[Transactions], dict[str, Any]]:
    """An effect that leaves a row, to count how often it happened."""
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS effect_note (n int)"))

    def effect(transactions: Transactions) -> dict[str, Any]:
        with transactions.begin() as connection:
            connection.execute(text("INSERT INTO effect_note VALUES (1)"))
        return {"plan_id": "1" * 32}

    return effect


def _notes(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM effect_note")).scalar_one())


def _at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What each work returned or was refused with, all begun together."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def begin(place: int) -> None:
        barrier.wait()
        try:
            found[place] = works[place]()
        except ShowcaseError as error:
            found[place] = error

    threads = [threading.Thread(target=begin, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


# --- asking ---


@pytest.mark.compat
def test_a_question_is_open_for_its_window_by_the_clock_of_the_database(
    database: Database, decisions: DecisionService
) -> None:
    asked = decisions.ask(_question())
    assert (asked.state, asked.execution_status, asked.decided_at) == ("pending", "undecided", None)
    assert asked.expires_at - asked.asked_at == timedelta(seconds=600)
    with database.read() as connection:
        age = connection.execute(text("SELECT clock_timestamp()")).scalar_one() - asked.asked_at
    assert timedelta(0) < age < timedelta(seconds=30)
    (pending,) = decisions.pending()
    assert pending.decision == asked
    assert 0 < pending.seconds_left <= 600
    assert pending_json(pending)["evidence"] == {"reasons": ["it fits"]}


def test_equal_evidence_has_an_equal_digest_whatever_the_ids(decisions: DecisionService) -> None:
    first, second = (decisions.ask(_question(session_id=SessionId.new())) for _ in range(2))
    other = decisions.ask(_question(evidence={"reasons": ["it does not"]}))
    assert first.action_id != second.action_id
    assert first.evidence_digest == second.evidence_digest != other.evidence_digest


def test_pending_questions_of_one_run_are_told_apart(decisions: DecisionService) -> None:
    run = RunId.new()
    mine = decisions.ask(_question(), run)
    decisions.ask(_question(), RunId.new())
    assert [one.decision.action_id for one in decisions.pending(run)] == [mine.action_id]
    assert len(decisions.pending()) == 2


# --- deciding ---


@pytest.mark.compat
@pytest.mark.parametrize(("answer", "execution"), [("approved", "due"), ("rejected", "not_executed")])
def test_an_answer_is_on_the_record_with_who_when_and_why(
    decisions: DecisionService, answer: str, execution: str
) -> None:
    asked = decisions.ask(_question())
    decided = decisions.decide(asked.action_id, answer, by="a person", reason="  because  ")
    assert (decided.state, decided.decided_by, decided.reason) == (answer, "a person", "because")
    assert decided.execution_status == execution
    assert decided.decided_at is not None
    assert asked.asked_at <= decided.decided_at < asked.expires_at
    assert decisions.pending() == []


def test_an_entry_of_the_story_has_exactly_the_promised_keys(decisions: DecisionService) -> None:
    asked = decisions.ask(_question(transcript="x" * 300, tokens_used=7, tool_calls_count=3))
    decided = decisions.decide(asked.action_id, "rejected", by="a person", reason="too dear")
    entry = approval_entry(decided)
    assert list(entry) == ENTRY_KEYS
    assert decided.decided_at is not None
    assert [entry[name] for name in ("decision", "decided_at", "decided_by", "reason", "auto_approved")] == [
        "rejected", decided.decided_at.isoformat(), "a person", "too dear", False,
    ]  # fmt: skip
    assert approval_entry(asked)["decided_at"] is None
    assert entry["tool_call_summary"] == {"description": "Save a plan", "arguments_keys": ["horizon", "name"]}
    assert (len(entry["transcript_summary"]), entry["tokens_used"], entry["tool_calls_count"]) == (200, 7, 3)
    SLOTS["approval_events"][0].validate_python([entry])


def test_a_second_answer_hears_who_decided_and_when(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    decided = decisions.decide(asked.action_id, "rejected", by="the first")
    with pytest.raises(ConflictError) as late:
        decisions.decide(asked.action_id, "approved", by="the second")
    assert late.value.reason == "decided"
    assert "rejected by the first" in late.value.message
    assert f"{decided.decided_at:%H:%M:%S}" in late.value.message
    assert decisions.show(asked.action_id).state == "rejected"


def test_a_question_nobody_asked_is_not_found(decisions: DecisionService) -> None:
    for asking in (decisions.show, lambda unknown: decisions.decide(unknown, "approved", by="x")):
        with pytest.raises(NotFoundError):
            asking(ActionId.new())


def test_what_is_no_answer_is_refused_and_the_question_stays_open(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    for answer, reason in (
        ("yes", None), ("timed_out", None), ("pending", None), ("approved", "x" * 501), ("approved", "nul\x00"),
    ):  # fmt: skip
        with pytest.raises(InvalidInputError):
            decisions.decide(asked.action_id, answer, by="x", reason=reason)
    assert decisions.show(asked.action_id).is_pending


def test_a_name_is_kept_as_what_can_be_seen_of_it(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    assert decisions.decide(asked.action_id, "approved", by="nul\x00\u202e and\n more").decided_by == "nul and more"


def test_the_longest_reason_is_kept_whole(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    assert decisions.decide(asked.action_id, "approved", by="x" * 300, reason="é" * 500).reason == "é" * 500
    assert len(decisions.show(asked.action_id).decided_by or "") == 100


def test_a_reason_may_have_lines(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    assert decisions.decide(asked.action_id, "rejected", by="x", reason="dear\nand late").reason == "dear\nand late"


def test_what_is_no_id_is_refused(decisions: DecisionService) -> None:
    for unknown in ("", "x", "0" * 31, "0" * 33, "'; DROP TABLE decision; --"):
        with pytest.raises(InvalidInputError):
            decisions.decide(unknown, "approved", by="x")


def test_a_window_is_ten_seconds_where_nothing_else_is_set(database: Database) -> None:
    asked = DecisionService(database).ask(_question())
    assert asked.expires_at - asked.asked_at == timedelta(seconds=10)
    assert (asked.tokens_used, asked.tool_calls_count, asked.on_silence) == (0, 1, "nothing")


def test_whoever_gives_no_name_and_no_reason_is_told_so(decisions: DecisionService) -> None:
    decided = decisions.decide(decisions.ask(_question()).action_id, "approved", by="  ", reason=" ")
    assert (decided.decided_by, decided.reason) == ("unnamed", None)


def test_everything_that_was_shown_is_told_with_the_question(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    (pending,) = decisions.pending()
    told = pending_json(pending)
    left = told.pop("seconds_left")
    assert 0 < left < 600
    assert left == round(pending.seconds_left, 3)
    assert told == {
        "action_id": asked.action_id, "run_id": None, "tool_name": "save_scenario_plan", "description": "Save a plan",
        "arguments": {"name": "a plan", "horizon": 14}, "evidence": {"reasons": ["it fits"]},
        "evidence_digest": asked.evidence_digest, "provider": "rules", "session_id": "0" * 32,
        "asked_at": asked.asked_at.isoformat(), "expires_at": asked.expires_at.isoformat(), "window_s": 600.0,
        "on_silence": "nothing",
    }  # fmt: skip


def test_questions_are_listed_in_the_order_in_which_they_end_or_were_asked(
    database: Database, decisions: DecisionService
) -> None:
    run_id = RunId.new()
    first, second = (decisions.ask(_question(), run_id) for _ in range(2))
    _move_end(database, second.action_id, "clock_timestamp() + interval '60 seconds'")
    assert [one.decision.action_id for one in decisions.pending()] == [second.action_id, first.action_id]
    assert [one.action_id for one in decisions.of_run(run_id)] == [first.action_id, second.action_id]
    assert decisions.of_run(RunId.new()) == []


# --- too late ---


def test_whoever_looks_at_a_question_hears_that_it_is_over(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    _move_end(database, asked.action_id, "clock_timestamp()")
    assert decisions.show(asked.action_id).state == "timed_out"


@pytest.mark.fault("C4")
@pytest.mark.compat
def test_the_very_end_of_the_window_is_outside_of_it(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    _move_end(database, asked.action_id, "clock_timestamp()")
    with pytest.raises(ConflictError) as late:
        decisions.decide(asked.action_id, "approved", by="x")
    assert late.value.reason == "decided"
    ended = decisions.show(asked.action_id)
    assert (ended.state, ended.execution_status, ended.decided_by) == ("timed_out", "not_executed", None)
    assert ended.decided_at == ended.expires_at
    assert f"over since {ended.expires_at:%Y-%m-%d %H:%M:%S}" in late.value.message


def test_just_before_the_end_is_inside(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    _move_end(database, asked.action_id, "clock_timestamp() + interval '30 seconds'")
    assert decisions.decide(asked.action_id, "approved", by="x").state == "approved"


@pytest.mark.fault("C4")
def test_a_page_that_was_left_open_overnight_hears_since_when_it_is_over(
    database: Database, decisions: DecisionService
) -> None:
    asked = decisions.ask(_question())
    _move_end(database, asked.action_id, "timestamptz '2026-11-21 22:00:00+00'")
    with pytest.raises(ConflictError, match="over since 2026-11-21 22:00:00 UTC, and nothing was executed"):
        decisions.decide(asked.action_id, "approved", by="x")


def test_the_end_is_stored_by_whoever_looks_first(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    _move_end(database, asked.action_id, "clock_timestamp()")
    assert decisions.pending() == []
    events, total = decisions.history()
    assert ([one.state for one in events], total) == (["timed_out"], 1)
    with database.read() as connection:
        assert connection.execute(text("SELECT state FROM decision")).scalar_one() == "timed_out"


def test_silence_means_what_it_meant_when_the_question_was_asked(database: Database) -> None:
    approving = DecisionService(database, window_s=600, on_silence="approve")
    asked = approving.ask(_question())
    _move_end(database, asked.action_id, "clock_timestamp()")
    DecisionService(database).history()  # another process, without that setting, notices the end
    ended = approving.show(asked.action_id)
    assert (ended.state, ended.auto_approved, ended.decided_by) == ("approved", True, None)
    assert ended.execution_status == "due"
    with pytest.raises(ConflictError, match="approved by silence"):
        approving.decide(asked.action_id, "rejected", by="x")


# --- races ---


def _race(decisions: DecisionService, times: int) -> None:
    for _ in range(times):
        asked = decisions.ask(_question())
        answers = [("approved", "a"), ("rejected", "b"), ("approved", "c")]
        found = _at_once([partial(decisions.decide, asked.action_id, answer, by=by) for answer, by in answers])
        winners = [one for one in found if isinstance(one, Decision)]
        losers = [one for one in found if isinstance(one, ConflictError)]
        assert (len(winners), len(losers)) == (1, 2)
        assert decisions.show(asked.action_id) == winners[0]
        assert all(f"{winners[0].state} by {winners[0].decided_by}" in loser.message for loser in losers)


@pytest.mark.compat
@pytest.mark.fault("C3")
def test_one_answer_wins_every_race_and_the_loser_hears_who_was_first(decisions: DecisionService) -> None:
    _race(decisions, 15)


def _race_the_end(database: Database, decisions: DecisionService, times: int) -> None:
    for _ in range(times):
        asked = decisions.ask(_question())
        _move_end(database, asked.action_id, "clock_timestamp() + interval '3 milliseconds'")
        answered, _, ended = _at_once(
            [
                partial(decisions.decide, asked.action_id, "approved", by="a person"),
                decisions.history,
                partial(decisions.wait_for, asked.action_id, lambda _: None),
            ]
        )
        state = decisions.show(asked.action_id).state
        assert ended.state == state
        assert state == ("approved" if isinstance(answered, Decision) else "timed_out")


@pytest.mark.fault("C3")
def test_an_answer_and_the_end_of_the_window_never_both_win(database: Database, decisions: DecisionService) -> None:
    _race_the_end(database, decisions, 15)


@pytest.mark.slow
@pytest.mark.fault("C3")
def test_a_thousand_races_have_one_end_each(
    database: Database, decisions: DecisionService, record_property: Callable[[str, object], None]
) -> None:
    _race(decisions, 500)
    _race_the_end(database, decisions, 500)
    record_property("figure", "500 races of answers and 500 of an answer with the end of the window, one end each")


ANSWERING = """
import sys
from showcase.errors import ConflictError
from showcase.services.decisions import DecisionService
from showcase.store.engine import open_database
url, action_id, answer = sys.argv[1:]
database = open_database(url)
decisions = DecisionService(database)
decisions.pending()
print("ready", flush=True)
sys.stdin.readline()
try:
    print("won", decisions.decide(action_id, answer, by=answer).state, flush=True)
except ConflictError as late:
    print("lost", late.message, flush=True)
database.dispose()
"""


def test_two_processes_that_decide_at_once_have_one_winner(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", ANSWERING, url, asked.action_id]
    people = [
        subprocess.Popen([*command, answer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for answer in ("approved", "rejected")
    ]
    for person in people:
        assert person.stdout is not None
        assert person.stdout.readline() == "ready\n"
    for person in people:
        assert person.stdin is not None
        person.stdin.write("now\n")
        person.stdin.flush()
    said = [person.communicate(timeout=30)[0].strip() for person in people]
    assert sorted(one.split()[0] for one in said) == ["lost", "won"]
    state = decisions.show(asked.action_id).state
    assert f"won {state}" in said
    assert any(f"was {state} by {state}" in one for one in said)


# --- waiting ---


def test_whoever_waits_gets_the_answer(decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            decisions.decide(asked.action_id, "approved", by="a person")

    assert decisions.wait_for(asked.action_id, pause).state == "approved"
    assert len(pauses) == 3
    assert max(pauses) <= 0.5


def test_whoever_waits_for_silence_gets_its_stored_end(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    ended = decisions.wait_for(asked.action_id, lambda _: _move_end(database, asked.action_id, "clock_timestamp()"))
    assert ended.state == "timed_out"


def test_a_wait_can_be_left_and_the_question_taken_back(decisions: DecisionService) -> None:
    class LeftError(Exception):
        """What a stopped run raises."""

    def leave(seconds: float) -> None:
        raise LeftError

    asked = decisions.ask(_question())
    with pytest.raises(LeftError):
        decisions.wait_for(asked.action_id, leave)
    taken = decisions.withdraw(asked.action_id, "the run was stopped")
    assert (taken.state, taken.reason, taken.execution_status) == ("timed_out", "the run was stopped", "not_executed")
    with pytest.raises(ConflictError, match=r"taken back at .*: the run was stopped"):
        decisions.decide(asked.action_id, "approved", by="x")


def test_a_question_that_is_gone_is_neither_waited_for_nor_taken_back(decisions: DecisionService) -> None:
    def never(_seconds: float) -> None:
        pytest.fail("there is nothing to wait for")

    with pytest.raises(NotFoundError, match="is gone"):
        decisions.wait_for(ActionId.new(), never)
    with pytest.raises(NotFoundError, match="is gone"):
        decisions.withdraw(ActionId.new(), "the run was stopped")


def test_what_was_approved_and_is_taken_back_stays_approved_and_is_not_carried_out(
    database: Database, decisions: DecisionService
) -> None:
    asked = decisions.ask(_question())
    decisions.decide(asked.action_id, "approved", by="a person")
    taken = decisions.withdraw(asked.action_id, "the run was stopped")
    assert (taken.state, taken.execution_status) == ("approved", "not_applied")
    assert taken.execution_detail == "decided, not applied: the run was stopped"
    with pytest.raises(ConflictError):
        decisions.execute(asked.action_id, _note(database))
    assert _notes(database) == 0


# --- carrying out ---


@pytest.mark.compat
def test_an_approved_action_is_carried_out_once_however_often_it_is_asked_for(
    database: Database, decisions: DecisionService
) -> None:
    effect = _note(database)
    asked = decisions.ask(_question())
    decisions.decide(asked.action_id, "approved", by="x")
    found = _at_once([lambda: decisions.execute(asked.action_id, effect)] * 4)
    assert sorted(type(one).__name__ for one in found) == ["ConflictError"] * 3 + ["Decision"]
    ended = decisions.show(asked.action_id)
    assert (ended.execution_status, ended.outcome) == ("executed", {"plan_id": "1" * 32})
    assert ended.executed_at is not None
    assert _notes(database) == 1


@pytest.mark.parametrize("answer", [None, "rejected"])
def test_nothing_is_carried_out_without_an_approval(
    database: Database, decisions: DecisionService, answer: str | None
) -> None:
    effect = _note(database)
    asked = decisions.ask(_question())
    if answer is not None:
        decisions.decide(asked.action_id, answer, by="x")
    with pytest.raises(ConflictError) as refused:
        decisions.execute(asked.action_id, effect)
    assert refused.value.reason == "not_due"
    assert _notes(database) == 0


def test_an_effect_that_is_refused_leaves_nothing_and_says_why(database: Database, decisions: DecisionService) -> None:
    effect = _note(database)
    asked = decisions.ask(_question())
    decisions.decide(asked.action_id, "approved", by="x")

    def refused(transactions: Transactions) -> dict[str, Any]:
        effect(transactions)
        raise UnavailableError("The shelf is gone.", "Bring it back.")

    ended = decisions.execute(asked.action_id, refused)
    assert (ended.state, ended.execution_status) == ("approved", "failed")
    assert ended.execution_detail == "The shelf is gone. Bring it back."
    assert _notes(database) == 0


class _FailingOnce:
    """Transactions of which the first one is refused, as where a run lost its lock."""

    def __init__(self, database: Database) -> None:
        self._database, self._refuses = database, True

    def begin(self) -> AbstractContextManager[Connection]:
        if self._refuses:
            self._refuses = False
            raise ConflictError("The run was settled meanwhile.", "Start a new run.", reason="fenced")
        return self._database.begin()

    def read(self) -> AbstractContextManager[Connection]:
        return self._database.read()


def test_what_was_carried_out_stays_so_whatever_fails_later(database: Database, decisions: DecisionService) -> None:
    asked = decisions.ask(_question())
    decisions.decide(asked.action_id, "approved", by="x")
    done = decisions.execute(asked.action_id, _note(database))
    with pytest.raises(ConflictError):
        DecisionService(_FailingOnce(database)).execute(asked.action_id, _note(database))
    assert decisions.show(asked.action_id) == done


def test_an_unforeseen_error_rolls_the_effect_back_and_the_action_stays_due(
    database: Database, decisions: DecisionService
) -> None:
    effect = _note(database)
    asked = decisions.ask(_question())
    decisions.decide(asked.action_id, "approved", by="x")

    def broken(transactions: Transactions) -> dict[str, Any]:
        effect(transactions)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        decisions.execute(asked.action_id, broken)
    assert _notes(database) == 0
    assert decisions.execute(asked.action_id, effect).execution_status == "executed"
    assert _notes(database) == 1


@pytest.mark.fault("C5")
def test_what_a_dead_run_leaves_is_settled_as_decided_not_applied(
    database: Database, decisions: DecisionService
) -> None:
    run = RunId.new()
    approved, rejected, open_one = (decisions.ask(_question(), run) for _ in range(3))
    others = decisions.ask(_question(), RunId.new())
    decisions.decide(approved.action_id, "approved", by="x")
    decisions.decide(rejected.action_id, "rejected", by="x")
    with database.begin() as connection:
        assert rows.settle_run(connection, run) == 2
        assert rows.settle_run(connection, run) == 0
    states = [(one.state, one.execution_status) for one in decisions.of_run(run)]
    assert states == [("approved", "not_applied"), ("rejected", "not_executed"), ("timed_out", "not_executed")]
    settled = decisions.show(approved.action_id)
    assert settled.execution_detail is not None
    assert settled.execution_detail.startswith("decided, not applied")
    assert decisions.show(open_one.action_id).reason == "the run ended before anybody decided"
    assert decisions.show(others.action_id).is_pending
    with pytest.raises(ConflictError):
        decisions.execute(approved.action_id, lambda _: {})


# --- the history ---


def test_the_history_is_newest_first_and_counts_all(decisions: DecisionService) -> None:
    asked = [decisions.ask(_question()) for _ in range(4)]
    for one in asked[:3]:
        decisions.decide(one.action_id, "rejected", by="x")
    events, total = decisions.history(limit=2)
    assert ([one.action_id for one in events], total) == ([asked[2].action_id, asked[1].action_id], 3)


@pytest.mark.fault("P12")
def test_who_reads_the_history_while_others_decide_is_not_turned_away(
    database: Database, decisions: DecisionService
) -> None:
    asked = decisions.ask(_question())
    _move_end(database, asked.action_id, "clock_timestamp()")
    let_pass_each(database, "decision", TRIES)
    (expired,), _ = decisions.history()
    assert (expired.action_id, expired.state) == (asked.action_id, "timed_out")
    assert tries(database, "decision") == TRIES


def test_a_history_has_fifty_where_nothing_else_is_asked_for(decisions: DecisionService) -> None:
    for _ in range(51):
        decisions.decide(decisions.ask(_question()).action_id, "rejected", by="x")
    events, total = decisions.history()
    assert (len(events), total) == (50, 51)


def test_a_history_of_1_to_200_is_given(decisions: DecisionService) -> None:
    assert decisions.history(1) == decisions.history(200) == ([], 0)
    for limit in (0, 201):
        with pytest.raises(InvalidInputError):
            decisions.history(limit)


def test_the_schema_itself_refuses_what_cannot_be(database: Database, decisions: DecisionService) -> None:
    decisions.ask(_question())
    for change in (
        "state = 'approved'",
        "state = 'timed_out', decided_at = now(), execution_status = 'due'",
        "execution_status = 'executed'",
        "state = 'maybe'",
        "reason = repeat('x', 501)",
    ):
        with pytest.raises((IntegrityError, DataError)), database.begin() as connection:
            connection.execute(text(f"UPDATE decision SET {change}"))
