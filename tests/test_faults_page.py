"""docs/faults.md and the tests that inject faults speak of the same faults."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _marked() -> dict[str, set[str]]:
    """The promise(s) that the tests give with each fault; every test that only names it adds nothing."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                name, *promise = [ast.literal_eval(each) for each in node.args]
                found.setdefault(name, set()).update(promise)
    return found


def _rows() -> list[str]:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    return re.findall(r"^\| ([A-Z]\d+) \|", page, re.MULTILINE)


def test_every_fault_of_the_page_is_injected_by_a_test_and_the_other_way_round() -> None:
    assert len(_rows()) == len(set(_rows()))
    assert set(_rows()) == set(_marked())


def test_each_fault_has_one_promise() -> None:
    assert {name: len(promises) for name, promises in _marked().items() if len(promises) != 1} == {}
