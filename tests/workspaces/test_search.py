"""Searches are read as they are documented, printed as they were read, and refused at the place that is wrong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.workspaces.search import (
    DEEPEST,
    FIELDS,
    FLAGS,
    LONGEST_SEARCH,
    And,
    Compare,
    Flag,
    Not,
    Or,
    Query,
    SearchError,
    Word,
    parse_search,
    print_search,
)
from tests.workspaces.queries import queries

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "search-language.md"
A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("  \n", None),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a and b", And((A, Word("and"), B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("NOT a b", And((Not(A), B))),
        ("NOT NOT a", Not(Not(A))),
        ("NOT (a b)", Not(And((A, B)))),
        ("(a b) c", And((A, B, C))),
        ("((a))", A),
        ("pinned", Flag("pinned")),
        ('"pinned"', Word("pinned")),
        ('"two words"', Word("two words")),
        (r'"say \"hi\" \\"', Word(r'say "hi" \ '.strip())),
        ("tag:x", Compare("tag", "=", "x")),
        ('tag:"x y"', Compare("tag", "=", "x y")),
        ("tag:OR", Compare("tag", "=", "OR")),
        ("status:failed", Compare("status", "=", "failed")),
        ("scenario:sparse", Compare("scenario", "=", "sparse")),
        ("wape<20", Compare("wape", "<", 20.0)),
        ("wape<=20.5", Compare("wape", "<=", 20.5)),
        ("seed:7", Compare("seed", "=", 7.0)),
        ("created>2026-01-01", Compare("created", ">", date(2026, 1, 1))),
        ("tag:x status:failed OR pinned",
         Or((And((Compare("tag", "=", "x"), Compare("status", "=", "failed"))), Flag("pinned")))),
        ("Überraschung-1.5/2", Word("Überraschung-1.5/2")),
    ],
)  # fmt: skip
def test_a_search_is_read_as_documented(text: str, tree: Query | None) -> None:
    assert parse_search(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("a OR", 5, "a word, a field"),
        ("OR a", 1, "a word, a field"),
        ("a AND OR b", 7, "a word, a field"),
        ("(a b", 5, "a closing parenthesis"),
        ("a )", 3, "a word, AND, OR or the end"),
        ("()", 2, "a word, a field"),
        ("NOT", 4, "a word, a field"),
        ('a "b', 3, "a closing quote"),
        ('""', 1, "a text between the quotes"),
        ("colour:red", 1, "one of the fields tag, name"),
        ("a colour:red", 3, "one of the fields tag, name"),
        ("status:asleep", 8, "one of running, completed"),
        ("scenario:nope", 10, "one of demo_minimal"),
        ("wape<many", 6, "a number such as 20"),
        ("wape<", 6, "a number such as 20"),
        ("wape<nan", 6, "a number such as 20"),
        ("created>2026-02-30", 9, "a day such as 2026-01-31"),
        ("tag<x", 1, "tag: with a value"),
        ("tag:", 5, "a value of tag"),
        ("tag:(x)", 5, "a value of tag"),
        ("<5", 1, "a field before it"),
        ("x" * (LONGEST_SEARCH + 1), LONGEST_SEARCH + 1, "at most 1000 characters"),
        (" ".join(["x"] * 101), 201, "at most 100 words"),
        ("NOT " * (DEEPEST + 1) + "x", 4 * (DEEPEST + 1) + 1, "at most 30 levels"),
        ("(" * 500, DEEPEST + 2, "at most 30 levels"),
    ],
)
def test_a_search_that_is_wrong_is_refused_at_the_place(text: str, position: int, expected: str) -> None:
    with pytest.raises(SearchError) as refused:
        parse_search(text)
    assert refused.value.position == position
    assert expected in refused.value.expected
    assert f"character {position}" in refused.value.message


@given(queries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)))
def test_what_is_printed_is_read_as_the_same_tree(query: Query) -> None:
    assert parse_search(print_search(query)) == query


@pytest.mark.fault("I4")
@given(st.text(st.sampled_from('ab ()"\\:<>=ANDORT1-'), max_size=30))
def test_any_text_is_read_or_refused_inside_itself(text: str) -> None:
    refused_at = None
    query = None
    try:
        query = parse_search(text)
    except SearchError as refused:
        refused_at = refused.position
    if refused_at is not None:
        assert 1 <= refused_at <= len(text) + 1
    else:
        assert (query is None) == (not text.strip())
        assert query is None or parse_search(print_search(query)) == query


def test_the_document_names_every_field_and_every_claim() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [*FIELDS, *FLAGS]
