"""Decisions: what the agent may not do without a person, asked, answered once and carried out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from showcase.errors import ConflictError, FieldError, InvalidInputError, NotFoundError, ShowcaseError
from showcase.kernel.canonical import digest_of
from showcase.kernel.clean import clean_text, plain_line
from showcase.kernel.identity import ActionId, RunId, SessionId
from showcase.kernel.refusals import shown
from showcase.store import decisions as rows
from showcase.store.contention import begun_anew
from showcase.store.decisions import Decision
from showcase.store.fence import Connection, JoinedTransactions, Transactions

Silence = Literal["nothing", "approve"]
Pause = Callable[[float], None]
"""Waits that many seconds at most; may raise to leave the wait."""
Effect = Callable[[Transactions], Mapping[str, Any]]
"""Carries an approved action out inside the given unit of work; returns what it made, as JSON."""

ANSWERS = ("approved", "rejected")
_LONGEST_REASON = 500
_LONGEST_NAME = 100
_LONGEST_TRANSCRIPT = 200
_MOST_EVENTS = 200
_POLL_S = 0.2
_ASK_ANEW = "Start a new run to be asked anew."


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked: what would be done, with which arguments, and everything that is shown with it.

    `evidence` is JSON without ids and times, so that two equal runs show the same and have the same digest.
    """

    tool_name: str
    arguments: Mapping[str, Any]
    description: str
    evidence: Mapping[str, Any]
    session_id: SessionId
    provider: str
    transcript: str = ""
    tokens_used: int = 0
    tool_calls_count: int = 1


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that can still be answered; the seconds that are left are the database's."""

    decision: Decision
    seconds_left: float


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Everything about decisions that a person or an agent can ask for, from any process.

    `window_s` is how long a question stays open; `on_silence` is what the end of the window means.
    """

    transactions: Transactions
    window_s: float = 10.0
    on_silence: Silence = "nothing"

    def ask(self, question: Question, run_id: RunId | None = None) -> Decision:
        """Put a question; its window begins now."""
        with self.transactions.begin() as connection:
            return self.ask_within(connection, question, run_id)

    def ask_within(self, connection: Connection, question: Question, run_id: RunId | None = None) -> Decision:
        """Put a question in the caller's unit of work, so that it is shown and its window begins at one moment."""
        columns = {
            "run_id": run_id,
            "session_id": question.session_id,
            "provider": question.provider,
            "tool_name": question.tool_name,
            "arguments": dict(question.arguments),
            "description": question.description,
            "evidence": dict(question.evidence),
            "evidence_digest": digest_of(dict(question.evidence)),
            "transcript_summary": question.transcript[:_LONGEST_TRANSCRIPT],
            "tokens_used": question.tokens_used,
            "tool_calls_count": question.tool_calls_count,
            "on_silence": self.on_silence,
        }
        return rows.insert_question(connection, ActionId.new(), self.window_s, columns)

    def decide(self, action_id: str, decision: str, *, by: str, reason: str | None = None) -> Decision:
        """Answer a question. One answer wins; a late one is refused.

        NotFoundError for an unknown question; ConflictError (decided) says who decided when, or since when the window
        is over.
        """
        action, reason = ActionId(action_id), _checked_reason(reason)
        if decision not in ANSWERS:
            raise InvalidInputError(
                f"A decision is approved or rejected, found {shown(decision)}.",
                "Send approved or rejected.",
                [FieldError("decision", shown(decision), "approved or rejected")],
            )
        with self.transactions.begin() as connection:
            answered = rows.decide(connection, action, state=decision, by=_checked_name(by), reason=reason)
            if answered is not None:
                return answered
            # an expired question gets its stored end from whoever is the first to notice
            rows.expire(connection, action)
            found = rows.find_decision(connection, action)
        if found is None:
            raise NotFoundError(
                f"No question with the id {action.short} was asked.", "Choose one that `showcase runs decide` lists."
            )
        raise _late(found)

    def wait_for(self, action_id: str, pause: Pause) -> Decision:
        """Wait until a question is answered or its window is over; `pause` waits and may raise to leave."""
        while True:
            with self.transactions.read() as connection:
                over = rows.is_over(connection, action_id)
            if over is None:
                raise NotFoundError(f"The question {action_id[:8]} is gone.", _ASK_ANEW)
            if over:
                with self.transactions.begin() as connection:
                    rows.expire(connection, action_id)
                    found = rows.find_decision(connection, action_id)
                assert found is not None  # it was there a moment ago, and nothing deletes questions
                return found
            pause(_POLL_S)

    def execute(self, action_id: str, effect: Effect) -> Decision:
        """Carry an approved action out, exactly once: its effect and the note of it are one unit of work.

        A refusal of the effect is recorded (failed, with why) and nothing of it stays. ConflictError (not_due) where
        the action is not approved, or was carried out before.
        """
        try:
            with self.transactions.begin() as connection:
                ended = _carry_out(connection, action_id, effect)
        except ShowcaseError as error:
            with self.transactions.begin() as connection:
                ended = rows.end_execution(connection, action_id, status="failed", detail=str(error))
        if ended is None:
            raise ConflictError(
                f"The action {action_id[:8]} is not waiting to be carried out.", _ASK_ANEW, reason="not_due"
            )
        return ended

    def withdraw(self, action_id: str, reason: str) -> Decision:
        """Take a question back without an answer; one that was approved by now stays so, and is not carried out."""
        with self.transactions.begin() as connection:
            rows.withdraw(connection, reason, action_id=action_id)
            rows.leave_unapplied(connection, reason, action_id=action_id)
            found = rows.find_decision(connection, action_id)
        if found is None:
            raise NotFoundError(f"The question {action_id[:8]} is gone.", _ASK_ANEW)
        return found

    def show(self, action_id: str) -> Decision:
        """One question with what became of it; NotFoundError where it is unknown."""
        with self.transactions.begin() as connection:
            rows.expire(connection, ActionId(action_id))
            found = rows.find_decision(connection, action_id)
        if found is None:
            raise NotFoundError(
                f"No question with the id {action_id[:8]} was asked.", "Choose one that `showcase runs decide` lists."
            )
        return found

    def pending(self, run_id: str | None = None) -> list[Pending]:
        """The questions that can still be answered, of one run or of all, the first to expire first."""
        with self.transactions.read() as connection:
            return [Pending(*found) for found in rows.list_pending(connection, run_id)]

    def of_run(self, run_id: str) -> list[Decision]:
        """Every question of a run, in the order in which they were asked."""
        with self.transactions.read() as connection:
            return rows.list_of_run(connection, run_id)

    def history(self, limit: int = 50) -> tuple[list[Decision], int]:
        """The newest decided questions over all runs, at most 200, and how many there are in all."""
        if not 1 <= limit <= _MOST_EVENTS:
            raise InvalidInputError(f"A limit of {limit} events was asked for.", f"Ask for 1 to {_MOST_EVENTS}.")

        def read(connection: Connection) -> tuple[list[Decision], int]:
            rows.expire(connection)
            return rows.list_decided(connection, limit)

        return begun_anew(self.transactions, read)


def _carry_out(connection: Connection, action_id: str, effect: Effect) -> Decision | None:
    """The effect and the note of it; None where the action is not due."""
    if rows.claim_execution(connection, action_id) is None:
        return None
    outcome = effect(JoinedTransactions(connection))
    return rows.end_execution(connection, action_id, status="executed", outcome=outcome)


def approval_entry(decision: Decision) -> dict[str, Any]:
    """A decided question as an entry of the story slot approval_events, with exactly its keys."""
    return {
        "action_id": str(decision.action_id),
        "tool_name": decision.tool_name,
        "decision": decision.state,
        "decided_at": decision.decided_at.isoformat() if decision.decided_at else None,
        "decided_by": decision.decided_by,
        "session_id": decision.session_id,
        "auto_approved": decision.auto_approved,
        "reason": decision.reason,
        "execution_status": decision.execution_status,
        "tool_call_summary": {
            "description": decision.description,
            "arguments_keys": sorted(decision.arguments),
        },
        "transcript_summary": decision.transcript_summary,
        "tokens_used": decision.tokens_used,
        "tool_calls_count": decision.tool_calls_count,
        "evidence_digest": str(decision.evidence_digest),
    }


def pending_json(pending: Pending) -> dict[str, Any]:
    """A question that is open, as every door shows it; the seconds that are left are the database's."""
    return {**question_json(pending.decision), "seconds_left": round(pending.seconds_left, 3)}


def question_json(decision: Decision) -> dict[str, Any]:
    """What is asked, with all that is shown to whoever decides."""
    return {
        "action_id": str(decision.action_id),
        "run_id": decision.run_id,
        "tool_name": decision.tool_name,
        "description": decision.description,
        "arguments": decision.arguments,
        "evidence": decision.evidence,
        "evidence_digest": str(decision.evidence_digest),
        "provider": decision.provider,
        "session_id": decision.session_id,
        "asked_at": decision.asked_at.isoformat(),
        "expires_at": decision.expires_at.isoformat(),
        "window_s": (decision.expires_at - decision.asked_at).total_seconds(),
        "on_silence": decision.on_silence,
    }


def _checked_reason(reason: str | None) -> str | None:
    if reason is None or not reason.strip():
        return None
    return clean_text(reason, "reason", longest=_LONGEST_REASON, is_multiline=True)


def _checked_name(by: str) -> str:
    return plain_line(by, longest=_LONGEST_NAME) or "unnamed"


def _late(found: Decision) -> ConflictError:
    when = f"{found.decided_at:%Y-%m-%d %H:%M:%S} UTC" if found.decided_at else "a moment ago"
    who = f"The question {found.action_id.short}"
    if found.decided_by is not None:
        message = f"{who} was {found.state} by {found.decided_by} at {when}."
    elif found.auto_approved:
        message = f"{who} was approved by silence: its window is over since {when}."
    elif found.reason is not None:
        message = f"{who} was taken back at {when}: {found.reason}."
    else:
        message = f"{who} is closed: its window is over since {when}, and nothing was executed."
    return ConflictError(message, _ASK_ANEW, reason="decided")
