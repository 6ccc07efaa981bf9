"""docs/faults.md and the tests that inject faults speak of the same faults."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.faults_plugin import PAGE, faults_of_the_page

TESTS = Path(__file__).resolve().parent
ELSEWHERE = {f"pytest.mark.{mark}" for mark in ("long", "slow", "browser")}


def _marks(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """The marks of a test, without their arguments, each with its whole."""
    return {ast.unparse(one.func if isinstance(one, ast.Call) else one): one for one in function.decorator_list}


def _marked_tests() -> Iterator[tuple[Path, ast.FunctionDef, dict[str, ast.expr]]]:
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (marks := _marks(node)):
                yield path, node, marks


def _injected() -> dict[str, set[str]]:
    """The faults that tests are marked with, and the modules of those tests as the page names them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        name = path.relative_to(TESTS).with_suffix("").as_posix().replace("/test_", "/")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                found[ast.literal_eval(node.args[0])].add(name)
    return found


def test_every_fault_of_the_page_is_injected_by_a_test_and_the_other_way_round() -> None:
    named = [name for name, _ in faults_of_the_page()]
    assert len(named) == len(set(named))
    assert set(named) == set(_injected())


def test_every_fault_names_the_tests_that_inject_it() -> None:
    rows = re.findall(r"^\| ([A-Z]\d+) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: set(re.findall("`([^`]+)`", cells.split(" | ")[3])) for name, cells in rows}
    assert told == _injected()


def test_every_fault_has_a_quick_test_which_is_in_make_test() -> None:
    """A mark of one parameter leaves the others; a test whose every parameter is dear would be marked as a whole."""
    quick = {
        ast.literal_eval(marks["pytest.mark.fault"].args[0])  # type: ignore[attr-defined]
        for _, _, marks in _marked_tests()
        if "pytest.mark.fault" in marks and not marks.keys() & ELSEWHERE
    }
    assert {name for name, _ in faults_of_the_page()} - quick == set()


def test_only_what_make_faults_runs_is_left_out_of_make_test() -> None:
    long = [
        (path.name, test.name, marks)
        for path, test, marks in _marked_tests()
        if any("pytest.mark.long" in ast.unparse(each) for each in marks.values())
    ]
    assert long
    assert [(path, test) for path, test, marks in long if "pytest.mark.fault" not in marks] == []
    assert [(path, test) for path, test, marks in long if "pytest.mark.browser" in marks] == []
    makefile = (TESTS.parent / "Makefile").read_text(encoding="utf-8")
    assert '-m "not slow and not long and not browser" --numprocesses' in makefile
    assert '-m "fault and not slow and not browser"' in makefile
