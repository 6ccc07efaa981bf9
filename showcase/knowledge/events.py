"""What a run remembers of each look into its knowledge: the entries of the story slot rag_events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from showcase.knowledge.ranking import Hit

RagEventKind = Literal["probe", "index", "retrieve", "skip"]
RagStatus = Literal["pass", "warn", "skip", "fail"]
_LONGEST_DETAIL = 500
_LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class RagEvent:
    """One entry. `count` is chunks indexed or hits found; `reachable` is null where nobody was asked."""

    event: RagEventKind
    status: RagStatus
    detail: str
    occurred_at: datetime
    provider: str
    count: int = 0
    reachable: bool | None = None
    query: str | None = None
    hits: Sequence[Hit] = ()

    def as_json(self) -> dict[str, Any]:
        """The entry with exactly the keys of the slot; a passage is not part of it, its source and score are."""
        return {
            "event": self.event,
            "status": self.status,
            "detail": self.detail[:_LONGEST_DETAIL],
            "count": self.count,
            "occurred_at": self.occurred_at.isoformat(),
            "provider": self.provider,
            "reachable": self.reachable,
            "query": None if self.query is None else self.query[:_LONGEST_QUERY],
            "hits": [{"source": hit.source, "score": hit.score} for hit in self.hits],
        }
