"""The URL carries the console's state: reload, bookmark and share give the same screen."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.state import PARTS, ConsoleState, read_query
from showcase.console.view_table import VIEWS

values = st.one_of(st.integers(-5, 5), st.booleans(), st.text(max_size=12), st.none(), st.floats(0, 1))
drafts = st.dictionaries(st.text(min_size=1, max_size=12), values, max_size=4).map(
    lambda draft: {name: value for name, value in draft.items() if name not in ("reset", "confirm")}
)
ids = st.text("0123456789abcdef", min_size=32, max_size=32)
names = st.text(min_size=1, max_size=12)
PLACES = {
    "view": st.sampled_from(list(VIEWS)),
    "workspace": st.one_of(st.just(""), ids),
    "search": st.text(max_size=60),
    "filters": st.dictionaries(names, st.lists(names, min_size=1, max_size=3), max_size=3),
    "compare": st.lists(ids, max_size=5, unique=True),
    "base": st.one_of(st.just(""), ids),
    "data_set": st.text("0123456789abcdef", max_size=64),
    "pair": st.one_of(st.just(""), st.tuples(st.integers(1), st.integers(1)).map(lambda ids: f"{ids[0]}-{ids[1]}")),
    "draft": drafts,
    "source": st.one_of(st.just({}), st.fixed_dictionaries({"name": names, "frame": drafts})),
    "dark": st.booleans(),
}


@given(st.fixed_dictionaries(PLACES))
def test_a_state_comes_back_from_its_url(wanted: dict[str, object]) -> None:
    query = ConsoleState(**wanted).query()
    again = ConsoleState()
    again.go(query)
    assert {name: getattr(again, name) for name in wanted} == wanted


def test_every_param_of_the_state_is_carried() -> None:
    assert {part.param for part in PARTS} == set(ConsoleState.param) - {"name"} == set(PLACES)


def test_the_default_state_needs_no_query() -> None:
    assert ConsoleState().query() == ""


@given(st.text(max_size=200))
def test_any_query_gives_some_state(text: str) -> None:
    read_query(f"?{text}")
    ConsoleState().go("?" + "&".join(f"{key}={text}" for key in (*PLACES, "filter.x", "theme")))


@pytest.mark.parametrize(
    "parts",
    [
        [("view", "nowhere")],
        [("workspace", "../../etc/passwd")],
        [("workspace", "AB" * 16)],
        [("pair", "3")],
        [("pair", "3-x")],
        [("workspace", "ab" * 16), ("workspace", "cd" * 16)],
        [("search", "x" * 501)],
        [("filter.tag", str(number)) for number in range(41)],
        [("filter.tag", "x" * 501)],
        [("compare", f"{number:032x}") for number in range(6)],
        [("compare", "ab" * 16), ("compare", "ab" * 16)],
        [("base", "x")],
        [("data_set", "../x")],
        [("draft", "[1, 2]")],
        [("draft", "{")],
        [("draft", "x" * 5000)],
        [("source", "[]")],
        [("source", '{"name": 1, "frame": {}}')],
        [("source", '{"name": "", "frame": {}}')],
        [("source", '{"name": "a run", "frame": []}')],
        [("source", "x" * 5000)],
    ],
)
def test_what_a_query_cannot_mean_is_left_at_its_default(parts: list[tuple[str, str]]) -> None:
    defaults = {part.param: ConsoleState.param[part.param].default for part in PARTS}
    assert read_query(urlencode(parts)) == defaults


def test_a_link_never_carries_what_destroys() -> None:
    state = ConsoleState(draft={"reset": True, "seed": 7})
    assert "reset" not in state.query()
    assert read_query(urlencode({"draft": '{"reset": true, "seed": 7}'}))["draft"] == {"seed": 7}


def test_a_view_is_opened_with_what_it_shows_in_one_change() -> None:
    state, seen = ConsoleState(), []
    state.param.watch(lambda *events: seen.append({event.name: event.new for event in events}), ["view", "workspace"])
    state.open("library", workspace="ab" * 16)
    assert seen == [{"view": "library", "workspace": "ab" * 16}]
