"""Conversations with the agent: it tells how the model in production stands and what the guide says, and changes
nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from showcase.errors import ConflictError, InvalidInputError, NotFoundError, ProviderError
from showcase.kernel.identity import ModelRunId, SessionId
from showcase.knowledge.ranking import Hit
from showcase.ports import LanguageModel, Tick
from showcase.services import model_answers
from showcase.services.agents import RULES
from showcase.services.knowledge import KnowledgeService, check_question
from showcase.services.models import PRODUCTION_ALIAS
from showcase.services.registry import RegistryService
from showcase.store import agent_sessions as rows
from showcase.store.agent_sessions import AgentSession
from showcase.store.fence import Transactions
from showcase.store.registry import ModelRun

_MOST_MESSAGES = 200
_HITS = 3
_LONGEST_PASSAGE = 400


def _nobody() -> None:
    """Nobody waits to stop it."""


class NewSession(BaseModel):
    """What a conversation is about."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    model_run_id: ModelRunId | None = Field(None, description="A model run; null is the one in production.")


class NewMessage(BaseModel):
    """What a person says."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    message: str = Field(min_length=1, max_length=500, description="A question, in a few words.")


@dataclass(frozen=True, slots=True)
class AgentSessionService:
    """Everything that a person can say to the agent. It has no way to change anything: what it would do, it proposes in
    a run, where a person decides. The rules answer, or the language model, and the rules where that cannot."""

    transactions: Transactions
    registry: RegistryService
    knowledge: KnowledgeService
    language_model: LanguageModel | None = None

    @property
    def provider(self) -> str:
        """Who is asked first."""
        return RULES if self.language_model is None else self.language_model.name

    def open(self, new: NewSession) -> AgentSession:
        """Begin a conversation about a model run, that in production where none is named; there may be none yet."""
        about = self.registry.models.alias(PRODUCTION_ALIAS)
        if new.model_run_id is not None:
            about = self.registry.show(new.model_run_id).run_id
        session_id = SessionId.new()
        with self.transactions.begin() as connection:
            rows.insert_session(connection, session_id, about)
        return self.show(session_id)

    def show(self, session_id: str) -> AgentSession:
        """One conversation; NotFoundError where there is none of this id."""
        with self.transactions.read() as connection:
            found = rows.find_session(connection, session_id)
        if found is None:
            raise _unknown(session_id)
        return found

    def say(self, session_id: str, new: NewMessage, tick: Tick = _nobody) -> dict[str, Any]:
        """Answer a message: {session_id, message, reply, hits, provider, tokens_used}.

        ProviderError where the embedding service fails; ConflictError once the conversation is full.
        """
        asked = check_question(new.message)
        session = self.show(session_id)
        hits = self.knowledge.retrieve(asked, limit=_HITS, tick=tick).hits
        reply, provider, tokens_used = self._reply(asked, session, hits, tick)
        answer = {
            "message": asked,
            "reply": reply,
            "hits": [{"source": hit.source, "heading": hit.heading, "score": hit.score} for hit in hits],
            "provider": provider,
            "tokens_used": tokens_used,
        }
        with self.transactions.begin() as connection:
            found = rows.find_session(connection, session_id, lock=True)
            if found is None:
                raise _unknown(session_id)
            if len(found.messages) >= _MOST_MESSAGES:
                raise ConflictError(
                    f"This session has its {_MOST_MESSAGES} messages.", "Open another session.", reason="full"
                )
            rows.write_messages(connection, found.session_id, [*found.messages, answer])
        return {"session_id": session_id, **answer}

    def close(self, session_id: str) -> None:
        """Forget a conversation; NotFoundError where there is none of this id."""
        with self.transactions.begin() as connection:
            if not rows.delete_session(connection, session_id):
                raise _unknown(session_id)

    def _reply(self, asked: str, session: AgentSession, hits: tuple[Hit, ...], tick: Tick) -> tuple[str, str, int]:
        """The answer, who gave it, and the tokens it took."""
        standing = self._about(session.model_run_id)
        by_rules = " ".join([*standing, *_guide(hits)])
        if self.language_model is None:
            return by_rules, RULES, 0
        try:
            said, tokens = model_answers.answer(self.language_model, asked, standing, hits, session.messages, tick)
        except (ProviderError, InvalidInputError) as error:
            note = f"{self.language_model.name} gave no answer that can be shown, so the rules did: {error.message}"
            return f"{by_rules} {note}", RULES, 0
        return said, self.language_model.name, tokens

    def _about(self, model_run_id: str | None) -> list[str]:
        if model_run_id is None:
            return ["No model is in production yet; a run registers one."]
        run = self.registry.show(model_run_id)
        stale = self.registry.stale_reasons(run.run_id)
        how = f"It is stale: {', '.join(stale)}." if stale else "It is fresh."
        return [_standing(run), how]


def _standing(run: ModelRun) -> str:
    wape = ((run.metrics or {}).get("scores") or {}).get("wape")
    scored = "without a score" if wape is None else f"with a wape of {wape:.2f} % over all series"
    return (
        f"The model run {run.run_id.short} is {run.model_type}, {run.status}, trained on {run.date_start} .. "
        f"{run.date_end}, {scored}."
    )


def _guide(hits: tuple[Hit, ...]) -> list[str]:
    if not hits:
        return ["The guide says nothing about that."]
    best = hits[0]
    passage = " ".join(best.passage.split())
    cut = passage if len(passage) <= _LONGEST_PASSAGE else passage[: _LONGEST_PASSAGE - 1] + "…"
    return [f"The guide ({best.source}) says: {cut}"]


def _unknown(session_id: str) -> NotFoundError:
    return NotFoundError(f"There is no session {session_id[:8]}.", "Open one, and take the id that it answers.")


def session_json(found: AgentSession, provider: str) -> dict[str, Any]:
    """A conversation with the keys that every door uses; `provider` is who is asked first from here on."""
    return {
        "session_id": str(found.session_id),
        "model_run_id": found.model_run_id,
        "provider": provider,
        "messages": found.messages,
        "created_at": found.created_at.isoformat(),
    }
