"""The table of rules, and how a refusal is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from showcase.demand.intake_report import RULES, IntakeRefusedError, RowError, refuse_file, shown

_PACKAGE = Path(__file__).parents[2] / "showcase" / "demand"
_GUIDE = Path(__file__).parents[2] / "docs" / "import.md"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_used_documented_and_has_a_remedy(name: str) -> None:
    rule = RULES[name]
    row = f"| {name} | {rule.expects} | {rule.remedy} |".replace(" or |", " or \\|")
    assert row in _GUIDE.read_text()
    assert re.fullmatch(r"[A-Z].*[.]", rule.remedy)
    assert rule.expects[0].islower() or not rule.expects[0].isalpha() or rule.expects.startswith("CSV")
    sources = [path.read_text() for path in _PACKAGE.glob("intake_*.py")] + [(_PACKAGE / "intake.py").read_text()]
    # once in the table, and once or more where it is applied
    assert sum(source.count(f'"{name}"') for source in sources) >= 2


def test_one_place_is_told_in_one_sentence() -> None:
    refused = IntakeRefusedError("sales.csv", [RowError(7, "qty", "2.5", "units_whole")])
    assert str(refused) == (
        "sales.csv was refused, line 7, column qty: found '2.5', expected a whole number of units (3 or 3.0)."
        " Nothing was imported. Round the quantities, or give them in a smaller unit, such as grams."
    )
    assert str(refused.errors[0]) == "line 7, column qty: found '2.5', allowed is a whole number of units (3 or 3.0)"
    assert refused.kind == "invalid_input"


def test_places_stand_in_the_order_of_their_lines_whatever_the_order_they_were_found_in() -> None:
    places = [RowError(line, "qty", "x", "number") for line in (9, 3, 70, 4)]
    assert [row.line for row in IntakeRefusedError("sales.csv", places, "row").rows] == [3, 4, 9, 70]


def test_a_place_without_line_and_column_is_the_file() -> None:
    assert refuse_file("sales.csv", "file_empty", note="the file has no bytes").message == (
        "sales.csv was refused, the file: expected a header and at least one row (the file has no bytes)."
        " Nothing was imported."
    )


def test_values_are_shown_cut_and_with_control_characters_made_visible() -> None:
    assert shown("a\tb\x1b[31m") == "a\\tb\\x1b[31m"
    assert shown("x" * 81) == "x" * 80 + "..."
    assert shown("caf\u00e9 \u202e") == "caf\u00e9 \\u202e"
