"""What the library is asked for, as the URL says it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from showcase.console.choices import ORDERS, Choices, of_saved, read_choices, written
from showcase.console.library_columns import COLUMNS
from showcase.workspaces.listing import parse_filter, parse_list_request
from showcase.workspaces.search import parse_search

texts = st.text(max_size=8)
filters = st.dictionaries(
    st.one_of(st.sampled_from(["tag", "status", "archived", "order", "at", "columns", "other"]), texts),
    st.lists(st.one_of(st.sampled_from(["completed", "best", "yes", "name", "pin", "demo"]), texts), max_size=4),
    max_size=6,
)


@given(filters)
def test_whatever_a_link_says_can_be_asked_for(found: dict[str, list[str]]) -> None:
    choices = read_choices("", found, tuple(COLUMNS))
    assert choices.order in ORDERS
    assert choices.columns is None or set(choices.columns) <= set(COLUMNS)
    request = choices.request(50)
    assert request["limit"] == 50
    if choices.cursor is None and all(tag and tag.isprintable() for tag in choices.tags):
        parse_list_request(request)


@given(filters)
def test_a_change_leaves_the_choices_of_other_views_alone(found: dict[str, list[str]]) -> None:
    changed = written(found, status="failed", tag=["a"])
    assert changed.get("other") == (found.get("other") or None)
    assert read_choices("", changed).status == "failed"
    assert all(changed.values())


def test_a_new_wish_begins_at_the_first_page_and_other_columns_do_not() -> None:
    assert "at" not in written({"at": ["there"]}, status="failed")
    assert written({"at": ["there"]}, columns=["name"]) == {"at": ["there"], "columns": ["name"]}
    assert written({"at": ["there"], "tag": ["a"]}, at="further")["at"] == ["further"]


def test_the_filter_says_only_what_was_chosen() -> None:
    assert Choices().filter() == {}
    chosen = Choices(search=" tag:a ", tags=("b",), status="failed", with_archived=True)
    assert chosen.filter() == {"search": "tag:a", "tags": ["b"], "status": "failed", "include_archived": True}
    assert not Choices(with_archived=True).is_filtered
    assert chosen.is_filtered


def test_a_saved_search_of_another_door_is_said_in_the_language() -> None:
    saved = parse_filter({"q": 'a "b"', "scenario": "sparse", "since": "2026-11-01", "tags": ["x"], "status": "failed"})
    search, chosen = of_saved(saved.given(), {"order": ["best"], "tag": ["old"]})
    assert parse_search(search) == parse_search('"a \\"b\\"" scenario:sparse created>=2026-11-01')
    assert chosen == {"order": ["best"], "tag": ["x"], "status": ["failed"]}


def test_a_saved_search_of_the_console_comes_back_as_it_was() -> None:
    wanted = Choices(search="tag:a OR pinned", tags=("b",), with_archived=True)
    search, chosen = of_saved(wanted.filter(), {})
    assert read_choices(search, chosen) == wanted
