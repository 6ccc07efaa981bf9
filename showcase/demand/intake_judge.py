"""Judges raw rows: each distinct text once, then all rows at once; what comes out is a few bytes a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from showcase.demand.intake_chunks import RawChunk, TextColumn
from showcase.demand.intake_columns import ColumnMap
from showcase.demand.intake_report import MAX_LISTED, Broken, RowError, shown
from showcase.demand.intake_values import (
    BARE_PERCENT,
    BARE_SHARE,
    EPOCH,
    FLAGGED,
    FLAGGED_OR_ONE_PERCENT,
    IntakeOptions,
    Parsed,
    day_parser,
    on_hand_parser,
    parse_code,
    parse_event,
    parse_open,
    price_parser,
    promo_parser,
    units_parser,
)

ROW = np.dtype(
    [("store", "<i4"), ("product", "<i4"), ("day", "<i4"), ("units", "<i4"), ("price", "<i4"), ("on_hand", "<i4"),
     ("promo", "<i2"), ("is_open", "?"), ("line", "<i8")]
)  # fmt: skip
"""A judged row: positions in order of first appearance, days since 1970-01-01, cents; UNKNOWN where blank."""
Rows = NDArray[np.void]

UNKNOWN = -1
MAX_STORES = 20_000
MAX_PRODUCTS = 200_000
MAX_EVENTS_A_DAY = 10
MAX_SPAN_DAYS = 9_132
_BLANK = np.iinfo(np.int64).min
_CACHED_TEXTS = 200_000
_CACHED_CHARS = 120


def day_of(number: int) -> date:
    """The day that is `number` days after 1970-01-01."""
    return EPOCH + timedelta(days=number)


class _Codes:
    """The codes of one dimension by order of first appearance."""

    def __init__(self, most: int, rule: str) -> None:
        self.positions: dict[str, int] = {}
        self._most = most
        self._rule = rule

    def __call__(self, text: str) -> Parsed:
        code = parse_code(text)
        if isinstance(code, Broken):
            return code
        if code not in self.positions and len(self.positions) >= self._most:
            return Broken(self._rule)
        return self.positions.setdefault(code, len(self.positions))


class _Events:
    """The texts of events by order of first appearance, and those of each day."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self.by_day: dict[int, set[int]] = {}

    def __call__(self, text: str) -> Parsed:
        event = parse_event(text)
        if event is None or isinstance(event, Broken):
            return event
        return self.positions.setdefault(event, len(self.positions))


@dataclass(slots=True)
class _FirstSeen:
    """The first line on which something stood, with the text that stood there."""

    line: int = 0
    text: str = ""


class RowJudge:
    """Judges the chunks of one file in file order and remembers what only the whole file can say."""

    def __init__(
        self, mapped: ColumnMap, typed: frozenset[str], options: IntakeOptions, today: date, unit: str = "line"
    ) -> None:
        self._unit = unit
        self._columns = {entry.field: entry.column for entry in mapped.mapped}
        self.stores = _Codes(MAX_STORES, "store_count")
        self.products = _Codes(MAX_PRODUCTS, "product_count")
        self.events = _Events()
        self.first_share = _FirstSeen()
        self.first_percent = _FirstSeen()
        self.earliest: tuple[int, int] | None = None
        self.latest: tuple[int, int] | None = None
        self.rows = 0
        self._parsers = self._choose_parsers(typed, options, today)
        self._known: dict[str, dict[str, Parsed]] = {field: {} for field in self._columns}

    def _choose_parsers(
        self, typed: frozenset[str], options: IntakeOptions, today: date
    ) -> dict[str, Callable[[str], Parsed]]:
        def sign(field: str) -> str:
            return "." if self._columns.get(field) in typed else options.decimal

        date_format = None if self._columns.get("date") in typed else options.date_format
        return {
            "date": day_parser(date_format, today),
            "store": self.stores,
            "product": self.products,
            "quantity": units_parser(sign("quantity"), takes_returns=options.returns == "net"),
            "unit_price": price_parser(sign("unit_price")),
            "promo": promo_parser(sign("promo")),
            "event": self.events,
            "on_hand": on_hand_parser(sign("on_hand")),
            "open": parse_open,
        }

    def judge(self, chunk: RawChunk) -> tuple[Rows, list[RowError]]:
        """The sound rows of a chunk, and at most 50 broken places a column, the first ones."""
        count = chunk.lines.size
        is_sound = np.ones(count, dtype=np.bool_)
        errors: list[RowError] = []
        numbers: dict[str, NDArray[np.int64]] = {}
        for field, column in chunk.columns.items():
            numbers[field], wrong = self._parse(field, column)
            if wrong:
                errors += self._broken_rows(field, column, wrong, chunk.lines, is_sound)
        if "quantity" in numbers:
            errors += self._blank_quantities(numbers, chunk.lines, is_sound)
        if "promo" in numbers:
            self._see_promos(chunk, numbers["promo"])
        if "event" in numbers:
            errors += self._see_events(numbers, chunk.lines, is_sound)
        rows = self._compact(numbers, chunk.lines, is_sound)
        self._see_days(rows)
        self.rows += rows.size
        return rows, errors

    def _parse(self, field: str, column: TextColumn) -> tuple[NDArray[np.int64], dict[int, Broken]]:
        """The number of every row, and what is broken by position in the distinct texts."""
        parse, known = self._parsers[field], self._known[field]
        if len(known) > _CACHED_TEXTS:
            known.clear()
        numbers = np.empty(len(column.distinct), dtype=np.int64)
        wrong: dict[int, Broken] = {}
        for at, text in enumerate(column.distinct):
            if text in known:
                parsed = known[text]
            else:
                parsed = parse(text)
                if len(text) <= _CACHED_CHARS:
                    known[text] = parsed
            if isinstance(parsed, Broken):
                wrong[at] = parsed
                numbers[at] = _BLANK
            else:
                numbers[at] = _BLANK if parsed is None else parsed
        return numbers[column.indices], wrong

    def _broken_rows(
        self,
        field: str,
        column: TextColumn,
        wrong: dict[int, Broken],
        lines: NDArray[np.int64],
        is_sound: NDArray[np.bool_],
    ) -> list[RowError]:
        is_wrong = np.isin(column.indices, np.fromiter(wrong, dtype=np.int32))
        is_sound &= ~is_wrong
        errors = []
        for row in np.flatnonzero(is_wrong)[:MAX_LISTED].tolist():
            at = int(column.indices[row])
            broken = wrong[at]
            errors.append(
                RowError(int(lines[row]), self._columns[field], shown(column.distinct[at]), broken.rule, broken.note)
            )
        return errors

    def _blank_quantities(
        self, numbers: dict[str, NDArray[np.int64]], lines: NDArray[np.int64], is_sound: NDArray[np.bool_]
    ) -> list[RowError]:
        """A closed day may leave its quantity blank, an open one may not; refused quantities were listed before."""
        is_blank = (numbers["quantity"] == _BLANK) & is_sound
        if "open" in numbers:
            is_blank &= numbers["open"] != 0
        is_sound &= ~is_blank
        column = self._columns["quantity"]
        return [RowError(int(lines[row]), column, "", "blank") for row in np.flatnonzero(is_blank)[:MAX_LISTED]]

    def _see_promos(self, chunk: RawChunk, numbers: NDArray[np.int64]) -> None:
        for first, base in ((self.first_share, BARE_SHARE), (self.first_percent, BARE_PERCENT)):
            if not first.line:
                rows = np.flatnonzero((numbers > base) & (numbers < base + 100))
                if rows.size:
                    column = chunk.columns["promo"]
                    first.line = int(chunk.lines[rows[0]])
                    first.text = column.distinct[int(column.indices[rows[0]])]

    def _see_events(
        self, numbers: dict[str, NDArray[np.int64]], lines: NDArray[np.int64], is_sound: NDArray[np.bool_]
    ) -> list[RowError]:
        rows = np.flatnonzero((numbers["event"] != _BLANK) & is_sound)
        pairs = numbers["date"][rows] << 32 | numbers["event"][rows]
        _, firsts = np.unique(pairs, return_index=True)
        errors = []
        names = list(self.events.positions)
        for row in np.sort(rows[firsts]).tolist():
            day, event = int(numbers["date"][row]), int(numbers["event"][row])
            of_day = self.events.by_day.setdefault(day, set())
            if event not in of_day and len(of_day) >= MAX_EVENTS_A_DAY:
                errors.append(RowError(int(lines[row]), self._columns["event"], shown(names[event]), "event_count"))
            else:
                of_day.add(event)
        return errors[:MAX_LISTED]

    def _compact(
        self, numbers: dict[str, NDArray[np.int64]], lines: NDArray[np.int64], is_sound: NDArray[np.bool_]
    ) -> Rows:
        kept = np.flatnonzero(is_sound)
        rows = np.empty(kept.size, dtype=ROW)
        rows["line"] = lines[kept]
        blanks = {"units": 0, "price": UNKNOWN, "on_hand": UNKNOWN, "promo": 0, "is_open": 1}
        sources = {"store": "store", "product": "product", "day": "date", "units": "quantity", "price": "unit_price",
                   "on_hand": "on_hand", "promo": "promo", "is_open": "open"}  # fmt: skip
        for name, field in sources.items():
            if field in numbers:
                found = numbers[field][kept]
                rows[name] = np.where(found == _BLANK, blanks[name], found) if name in blanks else found
            elif name in blanks:  # what has none is required, and missing only where there are no rows at all
                rows[name] = blanks[name]
        return rows

    def _see_days(self, rows: Rows) -> None:
        if not rows.size:
            return
        days = rows["day"]
        low, high = int(days.argmin()), int(days.argmax())
        if self.earliest is None or days[low] < self.earliest[0]:
            self.earliest = (int(days[low]), int(rows["line"][low]))
        if self.latest is None or days[high] > self.latest[0]:
            self.latest = (int(days[high]), int(rows["line"][high]))

    def whole_file_errors(self) -> list[RowError]:
        """What only shows at the end: shares beside percentages, and a span of days that is too long."""
        errors = []
        share, percent = self.first_share, self.first_percent
        if share.line and percent.line:
            later, earlier = (share, percent) if share.line > percent.line else (percent, share)
            note = f"{earlier.text.strip()!r} stands on {self._unit} {earlier.line}"
            errors.append(RowError(later.line, self._columns["promo"], shown(later.text), "promo_mixed", note))
        if self.earliest and self.latest and self.latest[0] - self.earliest[0] >= MAX_SPAN_DAYS:
            (first, line), (last, last_line) = self.earliest, self.latest
            note = f"the last day is {day_of(last)}, on {self._unit} {last_line}"
            errors.append(RowError(line, self._columns["date"], day_of(first).isoformat(), "date_span", note))
        return errors

    def promo_percents(self, promo: NDArray[np.int16]) -> NDArray[np.int64]:
        """Whole percentages, 0 without promotion, FLAGGED where the discount is not known."""
        percents = promo.astype(np.int64)
        percents[percents == FLAGGED_OR_ONE_PERCENT] = 1 if self.first_percent.line else FLAGGED
        return np.where(percents > 0, percents % 1000, percents)

    def calendar_events(self) -> dict[int, str]:
        """The event text of each day that has one; several stand in the order of their names, between " / "."""
        names = list(self.events.positions)
        return {day: " / ".join(sorted(names[at] for at in found)) for day, found in self.events.by_day.items()}
