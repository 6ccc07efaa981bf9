"""CSV and gzipped CSV, read in blocks of whole records, so that memory does not grow with the file."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

import numpy as np

from showcase.demand.intake_chunks import MAX_TEXT_BYTES, HashingReader, RawChunk, text_column
from showcase.demand.intake_columns import MappedColumn
from showcase.demand.intake_report import MAX_LISTED, IntakeRefusedError, RowError, refuse_file, shown
from showcase.demand.intake_text import MAX_RECORD_BYTES, Structure, find_records, record_end
from showcase.kernel.identity import Digest

BLOCK_BYTES = 4 * 1024 * 1024
DELIMITERS = (",", ";", "\t", "|")
_BOM = b"\xef\xbb\xbf"


class CsvSource:
    """One CSV text, plain or gzipped, opened at its header."""

    unit = "line"
    typed: frozenset[str] = frozenset()

    def __init__(
        self, file_name: str, raw: BinaryIO, size_bytes: int, *, is_gzip: bool, delimiter: str | None, block_bytes: int
    ) -> None:
        self._name = file_name
        self._hashing = HashingReader(raw, size_bytes)
        self._text: Any = gzip.GzipFile(fileobj=cast("BinaryIO", self._hashing)) if is_gzip else self._hashing
        self._block_bytes = block_bytes
        self._text_bytes = 0
        self._is_last = False
        self._held = self._first_block()
        self._line = 1
        self.delimiter, self.columns = self._take_header(delimiter)

    def share_done(self) -> float:
        return self._hashing.share_done

    def digest(self) -> Digest:
        return self._hashing.digest()

    def chunks(self, wanted: Sequence[MappedColumn]) -> Iterator[RawChunk]:
        while self._held or not self._is_last:
            self._fill()
            if not self._held:
                return
            structure = find_records(self._held, self._line, self.delimiter, is_last=self._is_last)
            if structure.end or structure.fatal:
                yield self._parse(self._held[: structure.end], structure, wanted)
            if structure.fatal:
                return
            self._held = self._held[structure.end :]
            self._line = structure.next_line

    def _more(self, size: int) -> bytes:
        try:
            found = bytes(self._text.read(size))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise refuse_file(self._name, "gzip_whole") from error
        self._text_bytes += len(found)
        if self._text_bytes > MAX_TEXT_BYTES:
            raise refuse_file(self._name, "file_size")
        return found

    def _fill(self) -> None:
        """Hold one block more; the last one ends with a line end."""
        if self._is_last:
            return
        found = self._more(self._block_bytes)
        if not found:
            self._is_last = True
            if self._held and not self._held.endswith(b"\n"):
                self._held += b"\n"
        self._held += found

    def _first_block(self) -> bytes:
        head = self._more(max(self._block_bytes, 4096))
        if not head:
            raise refuse_file(self._name, "file_empty", note="the file has no bytes")
        refuse_wide_text(self._name, head)
        return head.removeprefix(_BOM)

    def _take_header(self, given: str | None) -> tuple[str, tuple[str, ...]]:
        line, record = self._line, self._take_record()
        while not record.rstrip(b"\r\n"):
            line, record = self._line, self._take_record()
        text = record.decode(errors="replace").rstrip("\r\n")
        delimiter = given or guess_delimiter(self._name, text, line)
        fatal = find_records(record, line, delimiter, is_last=True).fatal
        if fatal:
            raise IntakeRefusedError(self._name, [fatal])
        try:
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise refuse_file(self._name, "record_length", line=line, note="a column name is too long") from error
        return delimiter, tuple(name.strip() for name in names)

    def _take_record(self) -> bytes:
        """Take the first record, with its line end, off what is held."""
        while (end := record_end(self._held)) == 0:
            if self._is_last and not self._held:
                raise refuse_file(self._name, "file_empty", note="the file has blank lines only")
            if self._is_last or len(self._held) > MAX_RECORD_BYTES:
                fatal = find_records(self._held, self._line, ",", is_last=True).fatal
                assert fatal is not None
                raise IntakeRefusedError(self._name, [fatal])
            self._fill()
        record, self._held = self._held[:end], self._held[end:]
        self._line += record.count(b"\n")
        return record

    def _parse(self, block: bytes, structure: Structure, wanted: Sequence[MappedColumn]) -> RawChunk:
        lines = structure.lines[~structure.is_blank]
        blank_lines = int(structure.is_blank.sum())
        if not lines.size:
            return RawChunk(lines, {}, (), structure.fatal, blank_lines)
        ragged: list[Any] = []
        table = _read_block(block, self.delimiter, len(self.columns), wanted, structure.has_quotes, ragged)
        errors: tuple[RowError, ...] = ()
        if ragged:
            places = np.array([row.number for row in ragged], dtype=np.int64) - 1
            errors = tuple(
                _ragged_error(int(lines[place]), row) for place, row in zip(places[:MAX_LISTED], ragged, strict=False)
            )
            lines = np.delete(lines, places)
        columns = (
            {entry.field: text_column(table.column(str(entry.position)).combine_chunks()) for entry in wanted}
            if lines.size
            else {}
        )
        return RawChunk(lines, columns, errors, structure.fatal, blank_lines)


def _ragged_error(line: int, row: Any) -> RowError:
    note = f"{row.actual_columns} fields, the header has {row.expected_columns}"
    return RowError(line, "", shown(row.text), "field_count", note)


def _read_block(
    block: bytes, delimiter: str, n_columns: int, wanted: Sequence[MappedColumn], has_quotes: bool, ragged: list[Any]
) -> Any:
    """The wanted columns of a block as dictionaries of texts; rows of another width go to `ragged` instead."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(position) for position in range(n_columns)]

    def leave_out(row: Any) -> str:
        ragged.append(row)
        return "skip"

    def read(*, use_threads: bool) -> Any:
        ragged.clear()
        return arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=use_threads),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=has_quotes, invalid_row_handler=leave_out
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=[str(entry.position) for entry in wanted],
                column_types={str(entry.position): pa.dictionary(pa.int32(), pa.string()) for entry in wanted},
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )

    table = read(use_threads=True)
    # only the reader with one thread numbers the rows that it leaves out
    return read(use_threads=False) if ragged else table


def guess_delimiter(file_name: str, header: str, line: int) -> str:
    """The sign that separates the most columns of the header; none, or two alike, is refused."""
    plain = re.sub(r'"[^"]*"', "", header)
    counts = sorted(((plain.count(sign), sign) for sign in DELIMITERS), reverse=True)
    if counts[0][0] == 0:
        raise refuse_file(file_name, "delimiter", value=header, line=line, note="the header is one column")
    if counts[0][0] == counts[1][0]:
        note = f"{counts[0][1]!r} and {counts[1][1]!r} stand there equally often"
        raise refuse_file(file_name, "delimiter", value=header, line=line, note=note)
    return counts[0][1]


def refuse_wide_text(file_name: str, head: bytes) -> None:
    """Refuse UTF-16 and UTF-32, with or without a mark at the start: half or more of their bytes are NUL."""
    marks = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
    for mark, name in marks.items():
        if head.startswith(mark):
            raise refuse_file(file_name, "utf8", note=f"it looks like {name}")
    sample = head[:4096]
    # a damaged text has NUL bytes in runs; in UTF-16 they stand at every other place
    fewer, more = sorted(sample[parity::2].count(0) * 2 / len(sample) for parity in (0, 1))
    if len(sample) >= 8 and more > 0.4 and fewer < 0.1:
        raise refuse_file(file_name, "utf8", note="it looks like UTF-16")
