"""Cuts Markdown documents into chunks by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from showcase.errors import InvalidInputError
from showcase.kernel.canonical import digest_of
from showcase.kernel.clean import plain_text
from showcase.kernel.identity import Digest

LONGEST_BODY = 1500
"""Characters of a chunk's body at most: what one passage can say, and far below PostgreSQL's limit of a tsvector."""
LARGEST_DOCUMENT = 1_000_000
_LONGEST_HEADING = 200
_LONGEST_SOURCE = 200

_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown text and where it comes from; `source` is a relative path such as first-run.md."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """One section of a document, or a part of a long one.

    `heading` is the path of headings above it, as "Troubleshooting > The run does not start"; `position` counts the
    chunks of the document from 0.
    """

    source: str
    position: int
    heading: str
    body: str

    @property
    def digest(self) -> Digest:
        """The digest of what the chunk says; where it stands has no part in it."""
        return digest_of([self.heading, self.body])


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    lines: list[str]


def cut_into_chunks(document: Document) -> tuple[Chunk, ...]:
    """The document's sections as chunks, in their order; sections without text are left out.

    A line that looks like a heading inside a fenced block is text. A section longer than LONGEST_BODY is cut between
    paragraphs, a longer paragraph between lines or words. InvalidInputError for a document above LARGEST_DOCUMENT.
    """
    if not document.source or len(document.source) > _LONGEST_SOURCE:
        raise InvalidInputError(
            f"A document's source has 1 to {_LONGEST_SOURCE} characters, found {len(document.source)}.",
            "Name the document by a short path such as guide/first-run.md.",
        )
    if len(document.text) > LARGEST_DOCUMENT:
        raise InvalidInputError(
            f"{document.source} has {len(document.text):,} characters; a document has at most {LARGEST_DOCUMENT:,}.",
            "Split the document.",
        )
    bodies = [
        (section.heading, part)
        for section in _sections(plain_text(document.text))
        for part in _parts("\n".join(section.lines).strip("\n"))
    ]
    return tuple(Chunk(document.source, position, heading, body) for position, (heading, body) in enumerate(bodies))


def _sections(text: str) -> list[_Section]:
    path: dict[int, str] = {}
    sections = [_Section("", [])]
    fence: str | None = None
    for line in text.split("\n"):
        marks = _FENCE.match(line)
        if fence is not None:
            if marks and marks[1].startswith(fence) and not line.strip(" `~"):
                fence = None
        elif marks:
            fence = marks[1]
        elif heading := _HEADING.match(line):
            level = len(heading[1])
            path = {depth: title for depth, title in path.items() if depth < level}
            path[level] = (heading[2] or "").strip()
            sections.append(_Section(" > ".join(filter(None, path.values()))[:_LONGEST_HEADING], []))
            continue
        sections[-1].lines.append(line)
    return [section for section in sections if any(line.strip() for line in section.lines)]


def _parts(body: str) -> Iterator[str]:
    """The body in parts of at most LONGEST_BODY, cut where it reads best."""
    while len(body) > LONGEST_BODY:
        cut = _cut(body)
        if body[:cut].strip():
            yield body[:cut].strip("\n")
        body = body[cut:].strip("\n")
    if body.strip():
        yield body


def _cut(body: str) -> int:
    head = body[: LONGEST_BODY + 1]
    for mark in ("\n\n", "\n", " "):
        found = head.rfind(mark, 1)
        if found > 0:
            return found
    return LONGEST_BODY
