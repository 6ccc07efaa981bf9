"""Words for screens: escaped, short, with units; numbers as a person reads them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import escape
from typing import Any

MISSING = "—"
_MINUTE_S, _HOUR_S = 60, 3600
_ISO = r"(?<![\w-])(\d{4}-\d\d-\d\d)"
_COMMAND = re.compile(r"`([^`]+)`")
_SPAN, _DAY = re.compile(rf"{_ISO} \.\. (\d{{4}}-\d\d-\d\d)(?![\w-])"), re.compile(rf"{_ISO}(?![\w-])")


def plain(value: object) -> str:
    """Any value as text that no browser reads as markup; nothing at all is a dash."""
    return MISSING if value is None or value == "" else escape(str(value), quote=True)


def told(value: object) -> str:
    """What a step says of itself, as `plain`, with its days as a person writes them."""
    return spoken(plain(value))


def advised(value: object) -> str:
    """A remedy, as `told`, with its commands as such: they stand in backticks where there is no page."""
    return _COMMAND.sub(r"<code>\1</code>", told(value))


def spoken(said: str) -> str:
    """A sentence with its ISO days as a person writes them: `27 Nov to 10 Dec 2026`; not escaped."""
    return _DAY.sub(_day_told, _SPAN.sub(_span_told, said))


def _day_told(found: re.Match[str]) -> str:
    known = _known_day(found[1])
    return found[0] if known is None else day(known)


def _span_told(found: re.Match[str]) -> str:
    first, last = _known_day(found[1]), _known_day(found[2])
    return found[0] if first is None or last is None else span(first, last)


def _known_day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def span(first: date, last: date) -> str:
    """Days from one to another, the year once where it is the same: `27 Nov to 10 Dec 2026`."""
    return f"{f'{first.day} {first:%b}' if first.year == last.year else day(first)} to {day(last)}"


def seconds(duration_ms: float | None) -> str:
    """A duration in milliseconds as `0.4 s` or `2:05`."""
    if duration_ms is None:
        return ""
    elapsed_s = duration_ms / 1000
    if elapsed_s < _MINUTE_S:
        return f"{elapsed_s:.1f} s"
    return clock(elapsed_s)


def clock(elapsed_s: float) -> str:
    """Seconds as `0:06` or `1:02:05`."""
    whole = int(elapsed_s)
    hours, rest = divmod(whole, _HOUR_S)
    minutes, left = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def score(value: float | None, metric: str | None = None) -> str:
    """A score with its unit: wape in percent, mae and rmse in units."""
    if value is None:
        return MISSING
    return f"{value:.1f}{' %' if metric == 'wape' else ''}"


def day(value: date | None) -> str:
    """A day as `22 Nov 2026`."""
    return MISSING if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime, now: datetime) -> str:
    """When something was made, seen from `now` (both with their zones): `today 14:02`, `19 Nov`, `19 Nov 2025`."""
    value, now = value.astimezone(UTC), now.astimezone(UTC)
    if value.date() == now.date():
        return f"today {value:%H:%M}"
    if value.year == now.year:
        return f"{value.day} {value:%b}"
    return f"{value.day} {value:%b %Y}"


def count(number: int, noun: str) -> str:
    """`1 store`, `2,760 rows`; `noun` is the singular of a noun whose plural ends in s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def brief(text: str, longest: int = 40) -> str:
    """A long name in at most so many characters, its beginning and its end; not escaped."""
    if len(text) <= longest:
        return text
    end = longest // 3
    return f"{text[: longest - end - 1].rstrip()}…{text[-end:].lstrip()}"


def words(values: Any) -> str:
    """A list as `a, b and c`."""
    parts = [str(value) for value in values]
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"
