"""Numbers and times as a person reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from showcase.console.text import MISSING, advised, brief, clock, count, day, moment, plain, score, seconds, told, words

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration_ms", "expected"), [(None, ""), (0.0, "0.0 s"), (449.0, "0.4 s"), (59_900, "59.9 s"), (125_000, "2:05")]
)
def test_a_duration(duration_ms: float | None, expected: str) -> None:
    assert seconds(duration_ms) == expected


def test_a_clock_shows_hours_where_there_are_some() -> None:
    assert clock(6.9) == "0:06"
    assert clock(3_725) == "1:02:05"


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(timedelta(minutes=58), "today 14:02"), (timedelta(days=3), "19 Nov"), (timedelta(days=366), "21 Nov 2025")],
)
def test_when_something_was_made(ago: timedelta, expected: str) -> None:
    assert moment(NOW - ago, NOW) == expected


def test_scores_have_their_units_and_the_undefined_is_a_dash() -> None:
    assert score(9.84, "wape") == "9.8 %"
    assert score(9.84, "mae") == "9.8"
    assert score(None, "wape") == MISSING


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("75 series over 2026-05-30 .. 2026-11-26, focus S1002", "75 series over 30 May to 26 Nov 2026, focus S1002"),
        ("cutoff 2026-11-12", "cutoff 12 Nov 2026"),
        ("2025-12-27 .. 2026-01-02", "27 Dec 2025 to 2 Jan 2026"),
        ("run-2026-11-12 of 2026-13-01", "run-2026-11-12 of 2026-13-01"),
        ("<b>2026-11-12", "&lt;b&gt;12 Nov 2026"),
    ],
)
def test_what_a_step_says_has_its_days_as_a_person_writes_them(said: str, expected: str) -> None:
    assert told(said) == expected


def test_a_command_in_a_remedy_is_one_on_a_page() -> None:
    assert advised("Look with `showcase runs watch <id>`.") == "Look with <code>showcase runs watch &lt;id&gt;</code>."
    assert advised("A lone ` stays.") == "A lone ` stays."


@pytest.mark.parametrize("longest", [8, 26, 40])
def test_a_long_name_keeps_its_beginning_and_its_end(longest: int) -> None:
    told_briefly = brief("begin" * 20 + "the-end", longest)
    assert len(told_briefly) == longest
    assert told_briefly.startswith("begi")
    assert told_briefly.endswith("nd")
    assert brief("x" * longest, longest) == "x" * longest


def test_small_words() -> None:
    assert (count(1, "store"), count(2760, "row")) == ("1 store", "2,760 rows")
    assert [words(["a"]), words(["a", "b"]), words(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert day(date(2026, 11, 2)) == "2 Nov 2026"
    assert plain(None) == day(None) == MISSING
