"""What one text of a sales file means: for each field a pure function from a text to a number or a broken rule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from showcase.demand.intake_report import Broken
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.refusals import shown

EPOCH = date(1970, 1, 1)
MAX_UNITS = 1_000_000_000
MAX_PRICE_CENTS = 1_000_000_000
MAX_CODE_CHARS = 100

NO_PROMO = 0
FLAGGED = -1
"""A promotion of unknown discount, said by a word (true, yes)."""
FLAGGED_OR_ONE_PERCENT = -2
"""A bare 1: one percent where the column holds percentages, else a promotion of unknown discount."""
BARE_SHARE = 1000
"""Added to a percentage that was written as a share (0.2), so that both ways of writing can be told apart."""
BARE_PERCENT = 2000
"""Added to a percentage that was written as a bare number above 1 (20)."""

_TRUE = frozenset({"1", "true", "yes", "1.0"})
_FALSE = frozenset({"0", "false", "no", "0.0"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_NUMBER_SIGNS = re.compile(r"[+-]?[\d.,' ]*\d[\d.,' ]*")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](.*))?")
_MIDNIGHT = re.compile(r"00:00(?::00(?:\.0+)?)?")
_SLASHED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d{2})")
_MAX_NUMBER_CHARS = 40
_DATE_DIRECTIVES = {"%d", "%m", "%Y", "%y"}


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How the texts of a file are to be read; the defaults refuse whatever can be read two ways.

    `delimiter` None: guessed from the header among comma, semicolon, tab and |. `date_format` None: ISO days; else
    %d, %m and %Y or %y with any signs between. `returns`: "net" takes negative quantities off the day's sales.
    """

    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    date_format: str | None = None
    returns: Literal["refuse", "net"] = "refuse"

    def __post_init__(self) -> None:
        if self.delimiter is not None and (
            len(self.delimiter) != 1 or self.delimiter in '"\r\n' or not self.delimiter.isascii()
        ):
            raise _no_option("delimiter", self.delimiter, "one sign that separates columns, such as ;")
        if self.decimal not in (".", ","):
            raise _no_option("decimal", self.decimal, "the decimal sign: . or ,")
        if self.decimal == self.delimiter:
            raise _no_option("decimal", self.decimal, "another sign than the delimiter")
        if self.returns not in ("refuse", "net"):
            raise _no_option("returns", self.returns, "refuse or net")
        if self.date_format is not None:
            used = re.findall(r"%.?", self.date_format)
            if (
                not set(used) <= _DATE_DIRECTIVES
                or len(used) != 3
                or {part.lower() for part in used} != {"%d", "%m", "%y"}
            ):
                raise _no_option("date_format", self.date_format, "%d, %m and %Y once each, for instance %d.%m.%Y")


def _no_option(field: str, found: str, allowed: str) -> InvalidInputError:
    error = FieldError(field, shown(found), allowed)
    return InvalidInputError(f"The import was refused: {error}.", f"Give {allowed}.", [error])


Parsed = int | None | Broken
"""A whole number, None for blank, or the rule that is broken."""


def clean(text: str) -> str:
    """The text without blanks around it, in Unicode's composed form, so that twins that look the same are the same."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def parse_code(text: str) -> str | Broken:
    """The code of a store or product."""
    code = clean(text)
    if not code:
        return Broken("blank")
    if len(code) > MAX_CODE_CHARS or any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in code):
        return Broken("code")
    return code


def parse_event(text: str) -> str | Broken | None:
    """The event of a day, or None; 0, false and no are no event, 1, true and yes an event without a name."""
    event = clean(text)
    if not event or event.casefold() in _FALSE:
        return None
    if event.casefold() in _TRUE:
        return "event"
    if len(event) > MAX_CODE_CHARS or not event.isprintable():
        return Broken("event")
    return event


def _day(year: int, month: int, day: int, latest: date) -> int | Broken:
    try:
        found = date(year, month, day)
    except ValueError:
        return Broken("date_calendar")
    if found > latest:
        return Broken("date_future", f"tomorrow is {latest}")
    if found < EPOCH:
        return Broken("date_past")
    return (found - EPOCH).days


def _unreadable_day(text: str) -> Broken:
    numbers = _SLASHED.fullmatch(text)
    if not numbers:
        return Broken("date_iso")
    first, second = int(numbers[1]), int(numbers[2])
    if max(first, second) > 12 or min(first, second) < 1:
        return Broken("date_iso")
    return Broken("date_ambiguous", "day and month could be either way round")


def day_parser(date_format: str | None, today: date) -> Callable[[str], Parsed]:
    """The parser of days: days since 1970-01-01, not later than the day after `today` (zones ahead of UTC)."""
    latest = today + timedelta(days=1)

    def parse_iso(text: str) -> Parsed:
        text = text.strip()
        if not text:
            return Broken("blank")
        parts = _ISO_DAY.fullmatch(text)
        if not parts or not text.isascii():
            return _unreadable_day(text)
        if parts[4] is not None and not _MIDNIGHT.fullmatch(parts[4]):
            return Broken("date_midnight")
        return _day(int(parts[1]), int(parts[2]), int(parts[3]), latest)

    def parse_declared(text: str) -> Parsed:
        text = text.strip()
        if not text:
            return Broken("blank")
        try:
            found = datetime.strptime(text, date_format or "")  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return Broken("date_declared", f"declared is {date_format}")
        return _day(found.year, found.month, found.day, latest)

    return parse_iso if date_format is None else parse_declared


def _number(text: str, decimal: str) -> Decimal | Broken:
    # long texts are not even looked at: the pattern of number signs would take its time over them
    if not text.isascii() or len(text) > _MAX_NUMBER_CHARS:
        return Broken("number")
    plain = text
    if decimal == ",":
        if "." in text:
            return Broken("decimal_sign" if _NUMBER_SIGNS.fullmatch(text) else "number")
        plain = text.replace(",", ".", 1)
    if _NUMBER.fullmatch(plain):
        return Decimal(plain)
    return Broken("decimal_sign" if _NUMBER_SIGNS.fullmatch(text) else "number")


def units_parser(decimal: str, *, takes_returns: bool) -> Callable[[str], Parsed]:
    """The parser of quantities: whole units; None where blank, which only a closed day may be."""

    def parse_units(text: str) -> Parsed:
        text = text.strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        if not text:
            return None
        number = _number(text, decimal)
        if isinstance(number, Broken):
            return number
        if number != number.to_integral_value():
            return Broken("units_whole")
        if number < 0 and not takes_returns:
            return Broken("units_negative")
        return int(number) if abs(number) <= MAX_UNITS else Broken("range")

    return parse_units


def price_parser(decimal: str) -> Callable[[str], Parsed]:
    """The parser of prices: whole cents, rounded half up; None where blank."""

    def parse_price(text: str) -> Parsed:
        text = text.strip()
        if not text:
            return None
        number = _number(text, decimal)
        if isinstance(number, Broken):
            return number
        if number > MAX_PRICE_CENTS // 100:
            return Broken("price_range")
        cents = int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))
        return cents if cents > 0 else Broken("price", "it rounds to 0 cents" if number > 0 else "")

    return parse_price


def on_hand_parser(decimal: str) -> Callable[[str], Parsed]:
    """The parser of stock at the end of a day: whole units; None where blank."""
    parse_units = units_parser(decimal, takes_returns=True)

    def parse_on_hand(text: str) -> Parsed:
        units = parse_units(text)
        return Broken("on_hand") if isinstance(units, int) and units < 0 else units

    return parse_on_hand


def promo_parser(decimal: str) -> Callable[[str], Parsed]:
    """The parser of promotions: 0, a flag (FLAGGED...), or a whole percentage plus how it was written (BARE_...)."""

    def parse_promo(text: str) -> Parsed:
        text = text.strip().casefold()
        if not text or text in ("false", "no"):
            return NO_PROMO
        if text in ("true", "yes"):
            return FLAGGED
        has_sign = text.endswith("%")
        number = _number(text.removesuffix("%").rstrip(), decimal)
        if isinstance(number, Broken):
            return number
        if number == 0:
            return NO_PROMO
        if number == 1 and not has_sign:
            return FLAGGED_OR_ONE_PERCENT
        is_share = number < 1 and not has_sign
        percent = number * 100 if is_share else number
        if not 0 < percent < 100:
            return Broken("promo")
        whole = min(99, max(1, int(percent.quantize(Decimal(1), ROUND_HALF_UP))))
        return whole + (0 if has_sign else BARE_SHARE if is_share else BARE_PERCENT)

    return parse_promo


def parse_open(text: str) -> Parsed:
    """1 for an open day and for blank, 0 for a closed one."""
    word = text.strip().casefold()
    if not word or word in _TRUE:
        return 1
    return 0 if word in _FALSE else Broken("open")
