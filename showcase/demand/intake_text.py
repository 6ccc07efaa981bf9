"""The structure of a CSV text: where records end, on which lines they start, and what is broken about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from showcase.demand.intake_report import RowError, shown

MAX_RECORD_BYTES = 1024 * 1024
_LF, _CR, _QUOTE = 10, 13, 34

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Structure:
    """The whole records at the head of a block.

    `end` is the byte after the last one; `lines` and `is_blank` (n,) belong to the records; `next_line` is the line
    after them. `fatal` is the first place that cannot be read; the records are then those before it.
    """

    end: int
    lines: Positions
    is_blank: NDArray[np.bool_]
    next_line: int
    has_quotes: bool
    fatal: RowError | None = None


def record_end(block: bytes) -> int:
    """The byte after the first record of `block`, 0 where the block does not hold a whole one."""
    end, quotes = 0, 0
    while (newline := block.find(b"\n", end)) >= 0:
        quotes += block.count(b'"', end, newline)
        end = newline + 1
        if quotes % 2 == 0:
            return end
    return 0


def _places(buffer: NDArray[np.uint8], sign: int) -> Positions:
    return np.flatnonzero(buffer == sign)


def _misplaced_quote(buffer: NDArray[np.uint8], quotes: Positions, delimiter: int) -> tuple[int, str] | None:
    """The first quote that RFC 4180 does not allow, and its rule.

    Quotes open and close in turn. An opening one stands at the start of a field or right after a closing one (a doubled
    quote); a closing one stands at the end of a field or right before an opening one.
    """
    before = buffer[np.maximum(quotes - 1, 0)]
    starts = (quotes == 0) | (before == delimiter) | (before == _LF) | (before == _QUOTE)
    after = buffer[np.minimum(quotes + 1, buffer.size - 1)]
    ends = (quotes == buffer.size - 1) | np.isin(after, (delimiter, _LF, _CR, _QUOTE))
    opens = np.arange(quotes.size) % 2 == 0
    wrong = np.flatnonzero(np.where(opens, ~starts, ~ends))
    if not wrong.size:
        return None
    at = int(wrong[0])
    if at % 2 == 0:
        return int(quotes[at]), "quote_place"
    # a field that runs over lines and then ends in the middle of another one was never meant to be closed there
    spans = bool((buffer[quotes[at - 1] : quotes[at]] == _LF).any())
    return int(quotes[at - 1]), "quote_closed" if spans else "quote_place"


def _encoding_fault(block: bytes) -> tuple[int, str, str] | None:
    try:
        block.decode()
    except UnicodeDecodeError as error:
        start = block.rfind(b"\n", 0, error.start) + 1
        stop = block.find(b"\n", error.start)
        line = block[start : stop if stop >= 0 else len(block)]
        try:
            line.decode("cp1252")
        except UnicodeDecodeError:
            note = "the encoding cannot be told"
        else:
            note = "it looks like Windows-1252"
        return error.start, f"0x{block[error.start]:02X}", note
    return None


def _faults(
    block: bytes, buffer: NDArray[np.uint8], quotes: Positions, ends: Positions, delimiter: int
) -> list[tuple[int, str, str, str]]:
    """The first fault of each kind as (position, rule, value, note)."""
    found: list[tuple[int, str, str, str]] = []
    nul = block.find(b"\0")
    if nul >= 0:
        found.append((nul, "nul", "", ""))
    encoding = _encoding_fault(block)
    if encoding:
        found.append((encoding[0], "utf8", encoding[1], encoding[2]))
    if quotes.size:
        misplaced = _misplaced_quote(buffer, quotes, delimiter)
        if misplaced:
            found.append((*misplaced, "", ""))
    if b"\r" in block:
        returns = _places(buffer, _CR)
        following = buffer[np.minimum(returns + 1, buffer.size - 1)]
        lone = returns[(following != _LF) & (np.searchsorted(quotes, returns) % 2 == 0)]
        if lone.size:
            found.append((int(lone[0]), "line_end", "", "a carriage return stands alone"))
    lengths = np.diff(ends, prepend=-1)
    long = np.flatnonzero(lengths > MAX_RECORD_BYTES)
    if long.size:
        start = int(ends[long[0] - 1]) + 1 if long[0] else 0
        held = quotes[(quotes >= start) & (quotes < ends[long[0]])]
        # a row of this length that holds a quoted field is a quote that was not closed where it was meant to be
        text = shown(block[start : start + 200].decode(errors="replace"))
        found.append((int(held[-2]), "quote_closed", "", "") if held.size else (start, "record_length", text, ""))
    return found


def _endless(block: bytes, line: int, delimiter: int, *, is_last: bool) -> Structure:
    """A block without the end of a record: more is needed, or, past the longest record, it is refused."""
    nothing = np.empty(0, dtype=np.int64)
    buffer = np.frombuffer(block, dtype=np.uint8)
    quotes = _places(buffer, _QUOTE)
    fatal = None
    if is_last or len(block) > MAX_RECORD_BYTES:
        faults = _faults(block, buffer, quotes, nothing, delimiter)
        if quotes.size % 2 and not any(fault[0] == quotes[-1] for fault in faults):
            # the last quote opens what is never closed; a fault before it comes first
            faults.append((int(quotes[-1]), "quote_closed", "", ""))
        if not faults:
            faults.append((0, "record_length", shown(block[:200].decode(errors="replace")), ""))
        position, rule, value, note = min(faults)
        fatal = RowError(line + block.count(b"\n", 0, position), "", value, rule, note)
    return Structure(0, nothing, nothing.astype(bool), line, bool(quotes.size), fatal)


def find_records(block: bytes, line: int, delimiter: str, *, is_last: bool) -> Structure:
    """The whole records at the head of `block`, which starts a record on line `line` of the file.

    In the last block a line end is there for every record (the reader adds a missing one).
    """
    buffer = np.frombuffer(block, dtype=np.uint8)
    newlines = _places(buffer, _LF)
    quotes = _places(buffer, _QUOTE) if b'"' in block else np.empty(0, dtype=np.int64)
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0] if quotes.size else newlines
    if not ends.size:
        return _endless(block, line, ord(delimiter), is_last=is_last)
    end = int(ends[-1]) + 1
    # quotes after the last whole record belong to the next block, where they can be judged
    inside = quotes[quotes < end]
    faults = _faults(block[:end], buffer[:end], inside, ends, ord(delimiter))
    fatal = None
    if faults:
        position, rule, value, note = min(faults)
        fatal = RowError(line + int(np.searchsorted(newlines, position)), "", value, rule, note)
        ends = ends[: int(np.searchsorted(ends, position))]
        end = int(ends[-1]) + 1 if ends.size else 0
    starts = np.concatenate(([0], ends[:-1] + 1))[: ends.size]
    lines = line + np.searchsorted(newlines, starts) if quotes.size else line + np.arange(ends.size)
    lengths = ends - starts
    is_blank = lengths == 0
    if b"\r" in block:
        is_blank |= (lengths == 1) & (buffer[starts] == _CR)
    next_line = line + int(np.searchsorted(newlines, end))
    return Structure(end, lines.astype(np.int64), is_blank, next_line, bool(inside.size), fatal)
