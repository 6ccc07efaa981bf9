"""Knowledge over HTTP: index documents, ask them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.strict import StrictRoute
from showcase.knowledge.chunks import Document
from showcase.services.knowledge import USER_GUIDE
from showcase.wiring import Installation

_Name = Field(USER_GUIDE, min_length=1, max_length=100, description="Which documents belong together.")


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class DocumentText(_Asked):
    """One document."""

    source: str = Field(min_length=1, max_length=200, description="What it is called, once in a collection.")
    text: str = Field(max_length=500_000, description="Its text, as Markdown.")


class IndexRequest(_Asked):
    """The documents that a collection is to hold; none at all takes the product's user guide."""

    collection: str = _Name
    documents: list[DocumentText] | None = Field(
        None, max_length=1000, description="All of them; null is the user guide."
    )


class RetrieveRequest(_Asked):
    """A question."""

    query: str = Field(min_length=1, max_length=500, description="A few words.")
    collection: str = _Name
    limit: int = Field(5, ge=1, le=20, description="How many passages at most.")


class IndexOutcome(Open):
    """What indexing did, and how many pieces the collection has now."""

    provider: str
    chunks: int
    changed: list[str]
    unchanged: list[str]
    removed: list[str]


class HitItem(Open):
    """One passage."""

    source: str
    heading: str
    passage: str
    score: float


class Answer(Open):
    """What was found, best first."""

    provider: str
    hits: list[HitItem]


def knowledge_router(installation: Installation) -> APIRouter:
    """POST /rag/index and /rag/retrieve."""
    router = APIRouter(prefix="/rag", tags=["knowledge"], route_class=StrictRoute)
    knowledge = installation.services.knowledge

    @router.post("/index", response_model=IndexOutcome, responses=problems(404, 502))
    def index(request: IndexRequest | None = None) -> dict[str, Any]:
        """Make these documents the collection; what has the same content stays as it is. 502 where the provider
        fails: the text can be searched all the same."""
        asked = request or IndexRequest()
        if asked.documents is None:
            documents = knowledge.read_guide()
        else:
            documents = tuple(Document(one.source, one.text) for one in asked.documents)
        return asdict(knowledge.index(documents, collection=asked.collection))

    @router.post("/retrieve", response_model=Answer, responses=problems(502))
    def retrieve(request: RetrieveRequest) -> dict[str, Any]:
        """The passages that say most about a question. 502 where the provider fails."""
        return asdict(knowledge.retrieve(request.query, collection=request.collection, limit=request.limit))

    return router
