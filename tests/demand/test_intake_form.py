"""How a form says what a file's columns are."""

from __future__ import annotations

import pytest

from showcase.demand.intake_form import parse_intake_form
from showcase.errors import InvalidInputError


def test_a_column_is_named_left_to_the_guess_or_not_read_at_all() -> None:
    mapping, options = parse_intake_form(
        {"mapping": '{"quantity": "Pcs", "unit_price": "", "promo": null}', "decimal": ",", "returns": ""}
    )
    assert mapping == {"quantity": "Pcs", "unit_price": None, "promo": None}
    assert (options.decimal, options.returns, options.delimiter) == (",", "refuse", None)
    assert parse_intake_form({"mapping": ""})[0] is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": '["date"]'}, "mapping"),
        ({"mapping": '{"date": 3}'}, "mapping"),
        ({"decimal": ";"}, "decimal"),
        ({"returns": "keep"}, "returns"),
    ],
)
def test_what_no_import_can_be_told_is_refused_by_its_name(fields: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_intake_form(fields)
    assert refused.value.errors[0].field == named
