"""An id is known by its first characters where they are enough, and told apart where they are not."""

from __future__ import annotations

from typing import get_args

import pytest

from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.identity import RunId, SessionId
from showcase.services.decisions import DecisionService, Question
from showcase.services.ids import SHORTEST, IdService, Kind
from showcase.store.engine import Database
from showcase.store.references import find_beginning
from showcase.store.runs import insert_run
from tests.store.plans import plan_of


@pytest.fixture
def ids(database: Database) -> IdService:
    return IdService(database)


def _insert(database: Database, *beginnings: str) -> list[RunId]:
    """Runs whose ids begin so, and go on with zeros."""
    made = [RunId(one.ljust(32, "0")) for one in beginnings]
    with database.begin() as connection:
        for one in made:
            insert_run(
                connection, one, scenario="demo_minimal", request={}, token=1, holder="a test", total_steps=11,
                workspace_id=None,
            )  # fmt: skip
    return made


def test_a_beginning_that_one_id_has_is_that_id(database: Database, ids: IdService) -> None:
    # 9 and f are the last of the digits and of the letters: behind them other signs come
    first, second, third, fourth = _insert(database, "abcde9", "abcdea", "abcdef", "abcdf0")
    for beginning, whole in (("abcde9", first), ("abcdea", second), ("abcdef", third), ("abcdf00", fourth)):
        assert ids.complete(beginning, "run") == whole
        assert ids.complete(whole[:31], "run") == whole


def test_a_whole_id_stays_as_it_is_whether_it_is_there_or_not(ids: IdService) -> None:
    assert ids.complete("f" * 32, "run") == "f" * 32


def test_a_beginning_that_several_ids_have_names_at_most_five_of_them(database: Database, ids: IdService) -> None:
    two = _insert(database, "abcdef1", "abcdef2")
    with pytest.raises(InvalidInputError) as refused:
        ids.complete("abcdef", "run")
    assert refused.value.message == f"More than one run id begins with abcdef: {', '.join(two)}."
    assert refused.value.remedy == "Give more of its characters."
    more = _insert(database, *(f"abcdef{number}" for number in range(3, 7)))
    with pytest.raises(InvalidInputError) as refused:
        ids.complete("abcdef", "run")
    assert f"{more[2]} and others." in refused.value.message
    assert more[3] not in refused.value.message


@pytest.mark.parametrize("text", ["", "abcde", "ABCDEF", "abcdeg", "0" * 33, "%", "abc%ef", "абвгде", "abcdef\n", " "])
def test_what_begins_no_id_is_refused(database: Database, ids: IdService, text: str) -> None:
    _insert(database, "abcdef")
    with pytest.raises(InvalidInputError) as refused:
        ids.complete(text, "run")
    assert f"{SHORTEST} and more" in refused.value.remedy


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_no_id_begins_with_is_not_there(database: Database, ids: IdService, kind: Kind) -> None:
    if kind != "run":
        _insert(database, "abcdef")  # a run, and nothing of this kind
    with pytest.raises(NotFoundError) as missing:
        ids.complete("abcdef", kind)
    assert "`showcase " in missing.value.remedy


def test_one_name_may_mean_things_of_two_kinds(database: Database, ids: IdService) -> None:
    asked = DecisionService(database).ask(Question("save", {}, "Save it", {}, SessionId.new(), "rules"))
    assert ids.complete(asked.action_id[:12], "run", "decision") == asked.action_id
    (run,) = _insert(database, asked.action_id[:12])
    with pytest.raises(InvalidInputError, match=f"More than one run id or action id .* {run}, {asked.action_id}"):
        ids.complete(asked.action_id[:12], "run", "decision")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_beginning_is_looked_up_by_an_index(database: Database, kind: Kind) -> None:
    with database.begin() as connection:
        plan = plan_of(connection, lambda asked: find_beginning(asked, kind, "abcdef", 6))
    assert "Index Cond: ((" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
