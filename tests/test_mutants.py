"""The changes of `make mutants`, and that those which are explained are still made."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.__main__ import explained, is_chosen
from tests.mutants.areas import AREAS
from tests.mutants.changes import mutants_of

ROOT = Path(__file__).resolve().parents[1]


def said(source: str) -> list[str]:
    return [mutant.said for mutant in mutants_of(textwrap.dedent(source))]


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("x = a < 1", ["a < 1 became a <= 1", "1 became 2"]),
        ("x = a is None", ["a is None became a is not None"]),
        ("x = 0 < a <= b", ["0 < a <= b became 0 <= a <= b", "0 < a <= b became 0 < a < b", "0 became 1"]),
        ("x = a and b", ["a and b became a or b"]),
        ("x = not a", ["not a became a"]),
        ("x = a + b", ["a + b became a - b"]),
        ("x = True", ["True became False"]),
        ("x = a == 'text'", ["a == 'text' became a != 'text'", "'text' became 'not text'"]),
        ("self.x = a", ["self.x = a became pass"]),
        ("call(a)", ["call(a) became pass"]),
        ("raise Wrong('a text', 7)", ["raise Wrong('a text', 7) became pass"]),
    ],
)
def test_each_kind_of_change_is_made(line: str, changes: list[str]) -> None:
    assert said(line) == changes


def test_conditions_and_returns_are_changed() -> None:
    source = """
        def choose(a):
            if a:
                return a
            for b in a:
                continue
    """
    assert said(source) == ["a became not a", "return a became return None", "continue became break"]


def test_words_for_people_and_types_are_not_changed() -> None:
    source = '''
        def choose(a: Literal["one", 1], b: int = 2) -> Annotated[int, 3]:
            """A sentence."""
            log.info("of %d", 1)
            assert a == 1
            text = f"{a[:8]} of 5"
    '''
    assert said(source) == ["2 became 3"]


def test_a_mutant_is_a_module_with_one_change_and_knows_its_place() -> None:
    (mutant,) = mutants_of("class A:\n    def b(self):\n        return self.c")
    assert (mutant.where, list(mutant.lines)) == ("A.b", [3])
    assert mutant.source == "class A:\n\n    def b(self):\n        return None"


def test_a_sample_is_every_so_manieth_from_one_on() -> None:
    assert [number for number in range(1, 12) if is_chosen(number, every=4, first=3)] == [3, 7, 11]
    assert [number for number in range(1, 4) if is_chosen(number, every=1, first=1)] == [1, 2, 3]


def test_what_is_explained_is_still_made_and_has_its_reason() -> None:
    known = explained()
    modules = {module for module, _, _ in known}
    assert modules <= {module for area in AREAS.values() for module in area.modules}
    made = Counter(
        (module, mutant.where, mutant.said)
        for module in modules
        for mutant in mutants_of((ROOT / module).read_text(encoding="utf-8"))
    )
    assert [key for key in known if key not in made] == []
    assert all(known.values())
