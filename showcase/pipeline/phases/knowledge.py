"""The knowledge phase: is the provider there, index the user guide, ask it one question."""

from __future__ import annotations

from typing import Any

from showcase.errors import NotFoundError, ProviderError, ShowcaseError
from showcase.knowledge.events import RagEvent, RagEventKind, RagStatus
from showcase.pipeline.context import RunContext
from showcase.pipeline.steps import StepOutcome, passed, skipped, warned

QUESTION = "How do I read the result of a run: which model wins, and by which score?"
_LIMIT = 5


def _remember(context: RunContext, event: RagEventKind, status: RagStatus, detail: str, **values: Any) -> None:
    """Add what happened to the run's story."""
    provider = context.services.knowledge.provider
    entry = RagEvent(event, status, detail, context.clock.now(), **{"provider": provider, **values})
    context.facts.rag_events.append(entry.as_json())


def _skip(context: RunContext, error: ProviderError | NotFoundError, *, reachable: bool | None) -> StepOutcome:
    _remember(context, "skip", "skip", str(error), reachable=reachable)
    return skipped(str(error), provider=context.services.knowledge.provider, reachable=reachable)


def embedding_provider_probe(context: RunContext) -> StepOutcome:
    """Whether the provider answers; the text search always does."""
    try:
        probed = context.services.knowledge.probe(context.check_stop)
    except ShowcaseError as error:
        _remember(context, "probe", "fail", str(error))
        raise
    status: RagStatus = "pass" if probed.reachable else "skip"
    _remember(context, "probe", status, probed.detail, reachable=probed.reachable)
    outcome = passed if probed.reachable else skipped
    return outcome(probed.detail, provider=probed.provider, reachable=probed.reachable)


def rag_index_subset(context: RunContext) -> StepOutcome:
    """Index the product's own user guide; pages that are indexed with the same content stay as they are."""
    knowledge = context.services.knowledge
    try:
        indexed = knowledge.index(knowledge.read_guide(), tick=context.check_stop)
    except ProviderError as error:
        return _skip(context, error, reachable=False)
    except NotFoundError as error:
        return _skip(context, error, reachable=None)
    except ShowcaseError as error:
        _remember(context, "index", "fail", str(error))
        raise
    pages = len(indexed.changed) + len(indexed.unchanged)
    detail = f"{indexed.chunks} chunks of {pages} pages, {len(indexed.changed)} pages new or changed"
    _remember(context, "index", "pass", detail, count=indexed.chunks, reachable=True)
    return passed(
        detail,
        provider=indexed.provider,
        chunks=indexed.chunks,
        changed=list(indexed.changed),
        unchanged=list(indexed.unchanged),
        removed=list(indexed.removed),
        embedded=indexed.embedded,
    )


def rag_retrieve_probe(context: RunContext) -> StepOutcome:
    """Ask the user guide one question."""
    try:
        found = context.services.knowledge.retrieve(QUESTION, limit=_LIMIT, tick=context.check_stop)
    except ProviderError as error:
        return _skip(context, error, reachable=False)
    except ShowcaseError as error:
        _remember(context, "retrieve", "fail", str(error), query=QUESTION)
        raise
    values = {"provider": found.provider, "query": QUESTION}
    hits = [
        {"source": hit.source, "heading": hit.heading, "passage": hit.passage, "score": hit.score} for hit in found.hits
    ]
    if not found.hits:
        detail = "the user guide has no answer; was it indexed?"
        _remember(context, "retrieve", "warn", detail, query=QUESTION, reachable=True)
        return warned(detail, **values, hits=hits)
    detail = f"{len(found.hits)} passages, the best from {found.hits[0].source}"
    _remember(
        context, "retrieve", "pass", detail, query=QUESTION, count=len(found.hits), hits=found.hits, reachable=True
    )
    return passed(detail, **values, hits=hits)
