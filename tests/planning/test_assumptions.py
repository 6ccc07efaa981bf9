"""Assumptions are strict, and none about a day that is not forecast is let through."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.kernel.window import Window
from showcase.planning.assumptions import Assumptions, NewPlan, PlanLabels, PlanRequest, check_days, parse_plan

SPAN = {"start": "2026-11-25", "end": "2026-11-27"}
PRICE = {"price": {"change_pct": -0.1, **SPAN}}
DAYS = Window(date(2026, 11, 23), date(2026, 12, 6))


def asked(**fields: Any) -> dict[str, Any]:
    return {"assumptions": PRICE, **fields}


@pytest.mark.parametrize(
    "assumptions",
    [
        PRICE,
        {"price": {"change_pct": -0.9, **SPAN}},
        {"price": {"change_pct": 5, **SPAN}},
        {"promotion": {"kind": "bogo", "discount": 0.5, **SPAN}},
        {"promotion": {"kind": "pct_off", "discount": 0.9, **SPAN}, "inventory": {"on_hand_units": 0}},
        {"holiday": {"dates": ["2026-11-26", "2026-11-25"]}},
        {"inventory": {"on_hand_units": 10}, "lifecycle": {"stage": "decline"}},
    ],
)
def test_what_the_contract_allows_is_taken_and_told_again(assumptions: dict[str, Any]) -> None:
    request = parse_plan(PlanRequest, {"assumptions": assumptions})
    assert request.horizon == 14
    again = parse_plan(PlanRequest, json.dumps({"assumptions": request.assumptions.as_json()}))
    assert again == request


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({}, "assumptions"),
        ({"assumptions": {}}, "assumptions.price"),
        ({"assumptions": {"price": None}}, "assumptions.price"),
        ({"assumptions": {"cost": {}}}, "assumptions.cost"),
        ({"assumptions": {"price": {"change_pct": -0.91, **SPAN}}}, "assumptions.price.change_pct"),
        ({"assumptions": {"price": {"change_pct": 5.01, **SPAN}}}, "assumptions.price.change_pct"),
        ({"assumptions": {"price": {"change_pct": "-0.1", **SPAN}}}, "assumptions.price.change_pct"),
        ({"assumptions": {"price": {"change_pct": True, **SPAN}}}, "assumptions.price.change_pct"),
        ({"assumptions": {"price": {"change_pct": -0.1, "start": "2026-11-25"}}}, "assumptions.price.end"),
        (
            {"assumptions": {"price": {"change_pct": -0.1, "start": "2026-11-27", "end": "2026-11-25"}}},
            "assumptions.price.end",
        ),
        (
            {"assumptions": {"price": {"change_pct": -0.1, "start": "2026-02-30", "end": "2026-11-25"}}},
            "assumptions.price.start",
        ),
        ({"assumptions": {"price": {"change_pct": -0.1, **SPAN, "why": "x"}}}, "assumptions.price.why"),
        ({"assumptions": {"promotion": {"kind": "coupon", "discount": 0.1, **SPAN}}}, "assumptions.promotion.kind"),
        ({"assumptions": {"promotion": {"kind": "bogo", "discount": 0, **SPAN}}}, "assumptions.promotion.discount"),
        ({"assumptions": {"promotion": {"kind": "bogo", "discount": 20, **SPAN}}}, "assumptions.promotion.discount"),
        ({"assumptions": {"holiday": {"dates": []}}}, "assumptions.holiday.dates"),
        ({"assumptions": {"holiday": {"dates": ["2026-11-25"] * 2}}}, "assumptions.holiday.dates"),
        ({"assumptions": {"inventory": {"on_hand_units": -1}}}, "assumptions.inventory.on_hand_units"),
        ({"assumptions": {"inventory": {"on_hand_units": 1.0}}}, "assumptions.inventory.on_hand_units"),
        ({"assumptions": {"lifecycle": {"stage": "ended"}}}, "assumptions.lifecycle.stage"),
        (asked(horizon=0), "horizon"),
        (asked(horizon=91), "horizon"),
        (asked(horizon=14.0), "horizon"),
        (asked(store_id=1), "product_id"),
        (asked(product_id=1), "store_id"),
        (asked(store_id=0, product_id=1), "store_id"),
        (asked(run_id="abc"), "run_id"),
        (asked(surprise=1), "surprise"),
    ],
)
def test_a_refusal_names_the_field_what_was_found_and_what_is_allowed(frame: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_plan(PlanRequest, frame)
    assert field in [error.field for error in refused.value.errors]
    assert all(error.found and error.allowed for error in refused.value.errors)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("labels", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "tags": ["t"] * 2}, "tags"),
        ({"name": "x", "tags": [str(one) for one in range(21)]}, "tags"),
        ({"name": "x", "tags": [""]}, "tags.0"),
        ({"name": "x", "tags": ["x" * 41]}, "tags.0"),
        ({"name": "x", "tags": "one"}, "tags"),
        ({"tags": []}, "name"),
    ],
)
def test_names_and_tags_have_their_limits(labels: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_plan(NewPlan, {**asked(), **labels})
    assert field in [error.field for error in refused.value.errors]


def test_the_longest_name_and_the_most_tags_are_taken() -> None:
    tags = [str(one) for one in range(20)]
    new = parse_plan(NewPlan, asked(name="ü" * 200, tags=tags))
    assert (len(new.name), new.tags) == (200, tags)
    assert parse_plan(PlanLabels, {"name": "x"}).tags == []


@pytest.mark.parametrize("body", ["[]", "nonsense", '{"horizon": NaN}', '{"name": "\\u0000"}', 3, None])
def test_what_is_no_plan_at_all_is_refused(body: Any) -> None:
    with pytest.raises(InvalidInputError):
        parse_plan(PlanRequest, body)


@pytest.mark.parametrize(
    ("start", "end", "is_inside"),
    [
        ("2026-11-23", "2026-12-06", True),
        ("2026-11-23", "2026-11-23", True),
        ("2026-12-06", "2026-12-06", True),
        ("2026-11-22", "2026-11-23", False),
        ("2026-12-06", "2026-12-07", False),
        ("2026-10-01", "2026-10-02", False),
        ("2026-11-22", "2026-12-07", False),
    ],
)
def test_a_span_outside_the_forecast_days_is_refused_naming_them(start: str, end: str, is_inside: bool) -> None:
    for name, more in (("price", {"change_pct": 0.1}), ("promotion", {"kind": "bundle", "discount": 0.1})):
        assumptions = parse_plan(Assumptions, {name: {"start": start, "end": end, **more}})
        if is_inside:
            check_days(assumptions, DAYS)
            continue
        with pytest.raises(InvalidInputError) as refused:
            check_days(assumptions, DAYS)
        assert "2026-11-23 .. 2026-12-06" in refused.value.message
        assert {error.field for error in refused.value.errors} <= {
            f"assumptions.{name}.start",
            f"assumptions.{name}.end",
        }


def test_each_holiday_outside_the_forecast_days_is_named() -> None:
    assumptions = parse_plan(Assumptions, {"holiday": {"dates": ["2026-11-22", "2026-11-23", "2026-12-25"]}})
    with pytest.raises(InvalidInputError) as refused:
        check_days(assumptions, DAYS)
    assert [error.found for error in refused.value.errors] == ["2026-11-22", "2026-12-25"]


@given(st.dates(date(2026, 11, 1), date(2026, 12, 31)), st.integers(0, 30))
def test_whatever_span_is_assumed_it_is_inside_or_refused(start: date, length: int) -> None:
    end = date.fromordinal(start.toordinal() + length)
    assumptions = Assumptions.model_validate({"price": {"change_pct": 0.1, "start": start, "end": end}})
    if start in DAYS and end in DAYS:
        check_days(assumptions, DAYS)
    else:
        with pytest.raises(InvalidInputError):
            check_days(assumptions, DAYS)
