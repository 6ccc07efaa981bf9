"""docs/faults.md and the tests that inject faults speak of the same faults."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.faults_plugin import PAGE, faults_of_the_page

TESTS = Path(__file__).resolve().parent


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
