"""The query language of the library: text in, a small tree out, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from showcase.demand.presets import Scenario
from showcase.errors import FieldError, InvalidInputError

Kind = Literal["text", "part", "prefix", "status", "scenario", "number", "day"]
Operator = Literal["=", "<", "<=", ">", ">="]

STATUSES = ("running", "completed", "failed", "cancelled", "interrupted")
FIELDS: Mapping[str, tuple[Kind, str]] = {
    "tag": ("text", "has this tag"),
    "name": ("part", "the name contains this"),
    "notes": ("part", "the notes contain this"),
    "id": ("prefix", "the id begins with this"),
    "model": ("text", "the model type that won"),
    "status": ("status", "the run's status"),
    "scenario": ("scenario", "the preset"),
    "seed": ("number", "the seed"),
    "wape": ("number", "the winner's wape, in percent"),
    "score": ("number", "the winner's value of the metric that decided"),
    "seconds": ("number", "how long the run took"),
    "created": ("day", "the day it was made, in UTC"),
}
"""Every field: what its value is, and what it says."""
FLAGS: Mapping[str, str] = {
    "pinned": "it is pinned",
    "archived": "it is archived (ask for the archived ones too)",
    "replay": "it replays another workspace",
}
LONGEST_SEARCH = 1000
MOST_TERMS = 100
DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Word:
    """The text stands in the name, the notes or a tag, whatever its case."""

    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value: text, a finite number or a day. A workspace without the field never agrees."""

    field: str
    operator: Operator
    value: str | float | date


@dataclass(frozen=True, slots=True)
class Flag:
    """A claim without a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    part: Query


@dataclass(frozen=True, slots=True)
class And:
    """All of them; at least two."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them; at least two."""

    parts: tuple[Query, ...]


type Query = Word | Compare | Flag | Not | And | Or


class SearchError(InvalidInputError):
    """A search that was refused; `position` counts characters from 1."""

    def __init__(self, position: int, expected: str, found: str) -> None:
        super().__init__(
            f"The search cannot be read at character {position}: expected {expected}, found {found}.",
            "Correct the search at that place; quote a text to search for it as it is.",
            [FieldError(f"search, character {position}", found, expected)],
        )
        self.position, self.expected, self.found = position, expected, found


@dataclass(frozen=True, slots=True)
class _Token:
    """One piece of the text: "(" , ")", "word", "quoted", "term" (its field and operator; the value comes after)."""

    kind: str
    text: str
    position: int
    operator: str = ""


_OPERATOR = r"<=|>=|:|=|<|>"
_TOKEN = re.compile(
    rf'\s*(?:(?P<bracket>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<open>")'
    rf'|(?P<term>[^\s()":=<>]+)(?P<operator>{_OPERATOR})|(?P<word>[^\s()":=<>]+)|(?P<stray>{_OPERATOR}))',
    re.DOTALL,
)
_END = "the end"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _cut(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        assert match is not None  # every character begins some token
        kind = str(match.lastgroup if match.lastgroup != "operator" else "term")
        position = match.start(kind) + 1
        found = match.group(kind)
        if kind == "open":
            raise SearchError(position, "a closing quote", _END)
        if kind == "stray":
            raise SearchError(position, f"a field before it, one of {', '.join(FIELDS)}", _shown(found))
        if kind == "quoted":
            found = re.sub(r"\\(.)", r"\1", found, flags=re.DOTALL)
        tokens.append(_Token(kind, found, position - (kind == "quoted"), match.group("operator") or ""))
        at = match.end()
    return tokens


@dataclass(slots=True)
class _Reader:
    """Reads the tokens from left to right: OR binds least, then AND (or nothing between), then NOT."""

    tokens: list[_Token]
    end: int
    at: int = 0

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def is_next(self, kind: str, text: str) -> bool:
        token = self.peek()
        return token is not None and (token.kind, token.text) == (kind, text)

    def refuse(self, expected: str) -> SearchError:
        token = self.peek()
        if token is None:
            return SearchError(self.end, expected, _END)
        return SearchError(token.position, expected, _shown(token.text))

    def read_or(self, depth: int) -> Query:
        parts = [self.read_and(depth)]
        while self.is_next("word", "OR"):
            self.at += 1
            parts.append(self.read_and(depth))
        return parts[0] if len(parts) == 1 else Or(_flat(Or, parts))

    def read_and(self, depth: int) -> Query:
        parts = [self.read_not(depth)]
        while self.peek() is not None and not self.is_next("word", "OR") and not self.is_next("bracket", ")"):
            if self.is_next("word", "AND"):
                self.at += 1
            parts.append(self.read_not(depth))
        return parts[0] if len(parts) == 1 else And(_flat(And, parts))

    def read_not(self, depth: int) -> Query:
        if depth > DEEPEST:
            raise self.refuse(f"at most {DEEPEST} levels of NOT and parentheses")
        if self.is_next("word", "NOT"):
            self.at += 1
            return Not(self.read_not(depth + 1))
        if self.is_next("bracket", "("):
            self.at += 1
            inner = self.read_or(depth + 1)
            if not self.is_next("bracket", ")"):
                raise self.refuse("a closing parenthesis")
            self.at += 1
            return inner
        return self.read_term()

    def read_term(self) -> Query:
        token = self.peek()
        if token is None or token.kind == "bracket" or (token.kind == "word" and token.text in ("AND", "OR")):
            raise self.refuse("a word, a field or an opening parenthesis")
        self.at += 1
        if token.kind == "term":
            return self.read_value(token)
        if token.kind == "word" and token.text in FLAGS:
            return Flag(token.text)
        if not token.text:
            raise SearchError(token.position, "a text between the quotes", "nothing")
        return Word(token.text)

    def read_value(self, term: _Token) -> Compare:
        if term.text not in FIELDS:
            raise SearchError(term.position, f"one of the fields {', '.join(FIELDS)}", _shown(term.text))
        kind, _ = FIELDS[term.text]
        operator = "=" if term.operator == ":" else term.operator
        if operator != "=" and kind not in ("number", "day"):
            raise SearchError(term.position, f"{term.text}: with a value", _shown(term.text + term.operator))
        token = self.peek()
        if token is None or token.kind not in ("word", "quoted") or not token.text:
            raise self.refuse(f"a value of {term.text}, {_allowed(kind)}")
        self.at += 1
        value = _value(kind, token.text)
        if value is None:
            raise SearchError(token.position, f"a value of {term.text}, {_allowed(kind)}", _shown(token.text))
        return Compare(term.text, operator, value)  # type: ignore[arg-type]  # the pattern knows no other operator


def _flat(kind: type[And] | type[Or], parts: list[Query]) -> tuple[Query, ...]:
    """The parts, those of the same kind taken apart: (a b) c says what a b c says."""
    return tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,)))


def _allowed(kind: Kind) -> str:
    names = {"status": ", ".join(STATUSES), "scenario": ", ".join(Scenario)}
    if kind in names:
        return f"one of {names[kind]}"
    return {"number": "a number such as 20", "day": "a day such as 2026-01-31"}.get(kind, "a text")


def _value(kind: Kind, text: str) -> str | float | date | None:
    """The value of a field; None where the text is none."""
    if kind == "number":
        return float(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,12})?", text, re.ASCII) else None
    if kind == "day":
        try:
            return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
        except ValueError:
            return None
    known = {"status": STATUSES, "scenario": tuple(Scenario)}.get(kind)
    return text if known is None or text in known else None


def parse_search(text: str) -> Query | None:
    """The tree of a search, None for a blank one; SearchError says at which character what was expected."""
    if len(text) > LONGEST_SEARCH:
        raise SearchError(LONGEST_SEARCH + 1, f"at most {LONGEST_SEARCH} characters", f"{len(text)} characters")
    tokens = _cut(text)
    if not tokens:
        return None
    terms = [token for token in tokens if token.kind in ("word", "quoted", "term")]
    if len(terms) > MOST_TERMS:
        raise SearchError(terms[MOST_TERMS].position, f"at most {MOST_TERMS} words", "more of them")
    reader = _Reader(tokens, len(text) + 1)
    query = reader.read_or(0)
    if reader.peek() is not None:
        raise reader.refuse("a word, AND, OR or the end")
    return query


def _quoted(text: str, *, is_word: bool) -> str:
    is_plain = re.fullmatch(r'[^\s()":=<>\\]+', text) is not None
    if is_plain and not (is_word and (text in FLAGS or text in ("AND", "OR", "NOT"))):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _number(value: float) -> str:
    return f"{value:.12f}".rstrip("0").rstrip(".")


def print_search(query: Query) -> str:
    """The search as text; parsing it gives the same tree."""
    match query:
        case Word(text):
            return _quoted(text, is_word=True)
        case Flag(name):
            return name
        case Compare(field, operator, value):
            sign = ":" if operator == "=" and isinstance(value, str) else operator
            shown = _quoted(value, is_word=False) if isinstance(value, str) else ""
            return f"{field}{sign}{shown or (_number(value) if isinstance(value, float) else value)}"
        case Not(part):
            return f"NOT {_bracketed(part, And, Or)}"
        case And(parts):
            return " ".join(_bracketed(part, Or) for part in parts)
        case Or(parts):
            return " OR ".join(print_search(part) for part in parts)


def _bracketed(query: Query, *kinds: type[And] | type[Or]) -> str:
    return f"({print_search(query)})" if isinstance(query, kinds) else print_search(query)
