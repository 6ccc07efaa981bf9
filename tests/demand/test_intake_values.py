"""Single values of a sales file, one at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.intake_report import RULES, Broken
from showcase.demand.intake_values import (
    BARE_PERCENT,
    BARE_SHARE,
    EPOCH,
    FLAGGED,
    FLAGGED_OR_ONE_PERCENT,
    day_parser,
    on_hand_parser,
    parse_code,
    parse_event,
    parse_open,
    price_parser,
    promo_parser,
    units_parser,
)

TODAY = date(2026, 3, 10)
_DAYS = st.dates(EPOCH, TODAY + timedelta(days=1))


@given(day=_DAYS)
def test_every_iso_day_is_read_as_itself(day: date) -> None:
    parse = day_parser(None, TODAY)
    assert parse(f" {day.isoformat()} ") == (day - EPOCH).days
    assert parse(datetime(day.year, day.month, day.day).isoformat()) == (day - EPOCH).days  # noqa: DTZ001


@given(day=_DAYS, date_format=st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%m-%Y", "%Y/%m/%d"]))
def test_every_day_in_the_declared_format_is_read_as_itself(day: date, date_format: str) -> None:
    assert day_parser(date_format, TODAY)(day.strftime(date_format)) == (day - EPOCH).days


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "blank"),
        ("1/2/2026", "date_ambiguous"),
        ("01.02.26", "date_ambiguous"),
        ("12-11-2025", "date_ambiguous"),
        ("13/2/2026", "date_iso"),
        ("45000", "date_iso"),
        ("2026-3-1", "date_iso"),
        ("2026-W10-1", "date_iso"),
        ("yesterday", "date_iso"),
        ("2026-00-10", "date_calendar"),
        ("2026-03-01 00:00:01", "date_midnight"),
        ("2026-03-01T00:00+01:00", "date_midnight"),
        ("2026-03-12", "date_future"),
        ("1969-12-31", "date_past"),
        ("\u0662026-03-01", "date_iso"),
    ],
)
def test_a_day_that_is_no_sound_iso_day_breaks_its_rule(text: str, rule: str) -> None:
    parsed = day_parser(None, TODAY)(text)
    assert isinstance(parsed, Broken)
    assert parsed.rule == rule


@pytest.mark.parametrize(
    ("text", "units"),
    [("3", 3), ("3.0", 3), ("3.", 3), ("+3", 3), ("0", 0), ("-0", 0), ("007", 7), (" 12 ", 12), ("", None)],
)
def test_whole_quantities_are_read(text: str, units: int | None) -> None:
    assert units_parser(".", takes_returns=False)(text) == units


@given(units=st.integers(-(10**9), 10**9), zeros=st.integers(0, 3))
def test_every_quantity_is_read_as_itself_where_returns_are_taken(units: int, zeros: int) -> None:
    assert units_parser(".", takes_returns=True)(f"{units}" + "." * (zeros > 0) + "0" * zeros) == units
    assert units_parser(",", takes_returns=True)(f"{units}" + "," * (zeros > 0) + "0" * zeros) == units


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1", 100), ("1.5", 150), ("0.005", 1), ("1.005", 101), ("1.0049", 100), ("2.675", 268), (".99", 99),
        ("10000000", 10**9), ("", None),
    ],
)  # fmt: skip
def test_prices_are_whole_cents_rounded_half_up(text: str, cents: int | None) -> None:
    assert price_parser(".")(text) == cents


@given(price=st.decimals("0.01", "9999999", places=4, allow_nan=False, allow_infinity=False))
def test_every_price_is_read_as_its_cents(price: Decimal) -> None:
    cents = int((price * 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert price_parser(".")(format(price, "f")) == cents
    assert price_parser(",")(format(price, "f").replace(".", ",")) == cents


@pytest.mark.parametrize(
    ("decimal", "text", "rule"),
    [
        (".", "1,5", "decimal_sign"),
        (".", "1,234.50", "decimal_sign"),
        (".", "1 234", "decimal_sign"),
        (".", "1'234", "decimal_sign"),
        (",", "1.5", "decimal_sign"),
        (",", "1.234,50", "decimal_sign"),
        (",", "1,2,3", "decimal_sign"),
        (".", "1.2.3", "decimal_sign"),
        (".", "1e3", "number"),
        (".", "0x10", "number"),
        (".", "1_000", "number"),
        (".", "5 EUR", "number"),
        (".", "-", "number"),
        (".", ".", "number"),
        (".", "=1+1", "number"),
    ],
)
def test_a_number_that_could_be_another_breaks_a_rule(decimal: str, text: str, rule: str) -> None:
    parsed = price_parser(decimal)(text)
    assert isinstance(parsed, Broken)
    assert parsed.rule == rule


@pytest.mark.parametrize("text", ["9" * 900_000 + "x", "1 " * 500_000, "." * 900_000, "9" * 41])
def test_a_number_without_end_is_refused_without_being_looked_at(text: str) -> None:
    assert price_parser(".")(text) == promo_parser(",")(text) == Broken("number")


@pytest.mark.parametrize(
    ("text", "promo"),
    [
        ("", 0), ("0", 0), ("0.0", 0), ("No", 0), ("false", 0), ("0%", 0),
        ("TRUE", FLAGGED), ("yes", FLAGGED), ("1", FLAGGED_OR_ONE_PERCENT), ("1.0", FLAGGED_OR_ONE_PERCENT),
        ("0.2", 20 + BARE_SHARE), ("0.999", 99 + BARE_SHARE), ("20", 20 + BARE_PERCENT), ("12.5", 13 + BARE_PERCENT),
        ("1%", 1), ("20 %", 20), ("0.1%", 1),
    ],
)  # fmt: skip
def test_promotions_tell_how_they_were_written(text: str, promo: int) -> None:
    assert promo_parser(".")(text) == promo


@pytest.mark.parametrize("text", ["100", "100%", "-0.2", "-5", "150"])
def test_no_discount_is_negative_or_the_whole_price(text: str) -> None:
    assert promo_parser(".")(text) == Broken("promo")


@pytest.mark.parametrize(
    ("text", "is_open"),
    [("", 1), ("1", 1), ("1.0", 1), ("True", 1), ("YES", 1), ("0", 0), ("0.0", 0), ("FALSE", 0), ("no", 0)],
)
def test_open_days_are_told_from_closed_ones(text: str, is_open: int) -> None:
    assert parse_open(text) == is_open


@given(text=st.text(max_size=120))
def test_any_text_is_read_or_breaks_a_known_rule(text: str) -> None:
    parsers = [
        parse_code, parse_event, parse_open, day_parser(None, TODAY), day_parser("%d.%m.%Y", TODAY), price_parser("."),
        price_parser(","), promo_parser("."), on_hand_parser("."), units_parser(",", takes_returns=True),
    ]  # fmt: skip
    for parse in parsers:
        parsed = parse(text)
        assert parsed is None or isinstance(parsed, (int, str)) or parsed.rule in RULES


@given(text=st.text(max_size=30))
def test_a_code_that_was_read_reads_as_itself(text: str) -> None:
    code = parse_code(text)
    if isinstance(code, str):
        assert parse_code(code) == code
        assert 1 <= len(code) <= 100
