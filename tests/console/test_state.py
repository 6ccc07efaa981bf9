"""The URL carries the console's state: reload, bookmark and share give the same screen."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.state import VIEWS, ConsoleState, read_search

values = st.one_of(st.integers(-5, 5), st.booleans(), st.text(max_size=12), st.none(), st.floats(0, 1))
drafts = st.dictionaries(st.text(min_size=1, max_size=12), values, max_size=4).map(
    lambda draft: {name: value for name, value in draft.items() if name not in ("reset", "confirm")}
)
states = st.fixed_dictionaries(
    {
        "view": st.sampled_from(VIEWS),
        "workspace": st.one_of(st.just(""), st.text("0123456789abcdef", min_size=32, max_size=32)),
        "draft": drafts,
        "dark": st.booleans(),
    }
)


@given(states)
def test_a_state_comes_back_from_its_url(wanted: dict[str, object]) -> None:
    search = ConsoleState(**wanted).search()
    again = ConsoleState()
    again.go(search)
    assert {name: getattr(again, name) for name in wanted} == wanted


def test_the_default_state_needs_no_query() -> None:
    assert ConsoleState().search() == ""


@given(st.text(max_size=200))
def test_any_query_gives_some_state(text: str) -> None:
    read_search(f"?{text}")
    ConsoleState().go(f"?draft={text}&view={text}&workspace={text}")


@pytest.mark.parametrize(
    "parts",
    [
        {"view": "nowhere"},
        {"workspace": "../../etc/passwd"},
        {"workspace": "AB" * 16},
        {"draft": "[1, 2]"},
        {"draft": "{"},
        {"draft": "x" * 5000},
    ],
)
def test_what_a_query_cannot_mean_is_left_at_its_default(parts: dict[str, str]) -> None:
    assert read_search(urlencode(parts)) == {"view": "run", "workspace": "", "draft": {}, "dark": False}


def test_a_link_never_carries_what_destroys() -> None:
    state = ConsoleState(draft={"reset": True, "seed": 7})
    assert "reset" not in state.search()
    assert read_search(urlencode({"draft": '{"reset": true, "seed": 7}'}))["draft"] == {"seed": 7}
