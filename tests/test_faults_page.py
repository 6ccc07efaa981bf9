"""docs/faults.md and the tests that inject faults speak of the same faults."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.faults_plugin import faults_of_the_page

TESTS = Path(__file__).resolve().parent


def _injected() -> set[str]:
    """The faults that tests are marked with."""
    return {
        ast.literal_eval(node.args[0])
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault"
    }


def test_every_fault_of_the_page_is_injected_by_a_test_and_the_other_way_round() -> None:
    named = [name for name, _ in faults_of_the_page()]
    assert len(named) == len(set(named))
    assert set(named) == _injected()
