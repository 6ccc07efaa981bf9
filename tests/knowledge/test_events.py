"""The entries of the slot rag_events have the promised keys, and nothing that does not belong there."""

from __future__ import annotations

from datetime import UTC, datetime

from showcase.knowledge.events import RagEvent
from showcase.knowledge.ranking import Hit

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_entry_has_exactly_the_keys_of_the_slot() -> None:
    hit = Hit("first-run.md", "First run", "a passage", 0.5)
    entry = RagEvent("retrieve", "pass", "one passage", NOW, "text_search", 1, True, "how?", [hit]).as_json()
    assert entry == {
        "event": "retrieve",
        "status": "pass",
        "detail": "one passage",
        "count": 1,
        "occurred_at": "2026-11-22T12:00:00+00:00",
        "provider": "text_search",
        "reachable": True,
        "query": "how?",
        "hits": [{"source": "first-run.md", "score": 0.5}],
    }


def test_an_entry_stays_small_whatever_a_provider_said() -> None:
    entry = RagEvent("probe", "skip", "x" * 10_000, NOW, "openai:m", reachable=False, query="q" * 10_000).as_json()
    assert (len(entry["detail"]), len(entry["query"]), entry["hits"]) == (500, 500, [])
