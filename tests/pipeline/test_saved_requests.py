"""Run requests under a name."""

from __future__ import annotations

import pytest

from showcase.errors import InvalidInputError, NotFoundError
from showcase.pipeline.saved_requests import SavedRequests
from showcase.store.engine import Database
from showcase.store.saved_requests import put_saved_request
from tests.store.contended import meet

SENT = {"scenario": "sparse", "skip_seed": False}


def test_a_request_comes_back_under_its_name_and_a_later_one_takes_its_place(database: Database) -> None:
    saved = SavedRequests(database)
    saved.save("b", SENT)
    assert saved.save(" a ", {"seed": 7}) == {"seed": 7}
    assert list(saved.list()) == ["a", "b"]
    saved.save("b", {"seed": 9})
    assert saved.show("b") == {"seed": 9}
    saved.forget("b")
    assert list(saved.list()) == ["a"]
    for unknown in (saved.show, saved.forget):
        with pytest.raises(NotFoundError, match="no configuration 'b'"):
            unknown("b")


def test_a_name_is_found_however_its_letters_are_made(database: Database) -> None:
    saved = SavedRequests(database)
    saved.save("Cafe\u0301", SENT)
    assert saved.show("Caf\u00e9") == saved.show("Cafe\u0301") == SENT
    saved.forget("Cafe\u0301")
    assert saved.list() == {}


def test_what_belongs_to_one_replay_is_not_kept(database: Database) -> None:
    sent = SENT | {"preservation": "keep", "replayed_from_workspace_id": "ab" * 16, "confirm": "once"}
    assert SavedRequests(database).save("a", sent) == SENT | {"preservation": "keep"}


@pytest.mark.parametrize(("name", "request_"), [("", SENT), ("x" * 101, SENT), ("a", {"seed": -1}), ("a\x00", SENT)])
def test_what_cannot_be_kept_is_refused(database: Database, name: str, request_: dict[str, object]) -> None:
    saved = SavedRequests(database)
    with pytest.raises(InvalidInputError):
        saved.save(name, request_)
    assert saved.list() == {}


def test_two_who_give_a_request_one_name_at_once_both_do(database: Database) -> None:
    saved = SavedRequests(database)
    meet(
        database,
        lambda connection: put_saved_request(connection, "mine", {"seed": 1}),
        lambda: saved.save("mine", {"seed": 2}),
    )
    assert saved.show("mine") == {"seed": 2}
