"""Which column of a sales file means what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.intake_columns import FIELDS, map_columns
from showcase.demand.intake_report import IntakeRefusedError


def _mapped(columns: list[str], mapping: dict[str, str | None] | None = None) -> dict[str, str]:
    return {entry.field: entry.column for entry in map_columns("sales.csv", columns, mapping).mapped}


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        ("date,store,product,quantity", "date,store,product,quantity"),
        ("Sales Date,STORE_NBR,Item-Nbr,unit sales", "date,store,product,quantity"),
        ("ds,shopId,itemId,y", "date,store,product,quantity"),
        ("Datum,Filiale,Artikel,Menge,Preis,Bestand", "date,store,product,quantity,unit_price,on_hand"),
        ("day,branch,SKU,Qty,Price,OnPromotion,Holiday,Stock,Open", ",".join(field.name for field in FIELDS)),
    ],
)
def test_usual_names_are_guessed(columns: str, fields: str) -> None:
    assert _mapped(columns.split(",")) == dict(zip(fields.split(","), columns.split(","), strict=True))


def test_the_more_telling_name_is_taken_and_the_other_one_listed() -> None:
    mapping = map_columns("sales.csv", ["units", "store_id", "date", "quantity", "store", "sku", "item"])
    assert mapping.column("quantity") == "quantity"
    assert mapping.column("store") == "store"
    assert mapping.column("product") == "sku"
    assert mapping.ignored == ("units", "store_id", "item")


def test_sales_are_not_guessed_to_be_units_for_they_may_be_money() -> None:
    assert map_columns("sales.csv", ["date", "store", "item", "sales"]).missing == ("quantity",)


def test_a_column_that_was_given_is_not_guessed_for_another_field() -> None:
    mapped = _mapped(["date", "store", "product", "qty", "price"], {"quantity": "price"})
    assert mapped == {"date": "date", "store": "store", "product": "product", "quantity": "price"}


def test_a_column_without_a_name_is_listed_by_its_place() -> None:
    assert map_columns("sales.csv", ["", "date", "store", "product", "quantity", ""]).ignored == (
        "(column 1)",
        "(column 6)",
    )


@pytest.mark.parametrize(
    ("mapping", "rule"),
    [
        ({"colour": "date"}, "field_unknown"),
        ({"quantity": "Pcs"}, "column_unknown"),
        ({"quantity": "date", "date": "date"}, "column_unknown"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(mapping: dict[str, str | None], rule: str) -> None:
    with pytest.raises(IntakeRefusedError) as caught:
        map_columns("sales.csv", ["date", "store", "product", "quantity"], mapping)
    assert caught.value.rows[0].rule == rule


@given(
    columns=st.lists(st.sampled_from([name for field in FIELDS for name in field.names]), unique=True),
    order=st.randoms(),
)
def test_the_order_of_columns_does_not_change_the_guess(columns: list[str], order) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(columns)
    order.shuffle(shuffled)
    assert _mapped(columns) == _mapped(shuffled)
    mapping = map_columns("sales.csv", columns)
    assert sorted([entry.column for entry in mapping.mapped] + list(mapping.ignored)) == sorted(columns)
