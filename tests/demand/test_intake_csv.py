"""The reader of CSV against Python's own one, cut into blocks of any size."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showcase.demand.intake_columns import MappedColumn
from showcase.demand.intake_csv import guess_delimiter
from showcase.demand.intake_read import open_source
from showcase.demand.intake_report import RowError
from showcase.demand.intake_text import MAX_RECORD_BYTES, find_records, record_end
from showcase.demand.intake_values import IntakeOptions
from tests.demand.sales_files import written

_CELLS = st.text(st.sampled_from('ab,;" \né\r'), max_size=6).map(lambda text: text.replace("\r", "\r\n"))
# what is read to know the columns, at least 4,096 bytes, is never cut smaller
_LONGER_THAN_THE_HEAD = "1;2;3\n" * 682
_WANTED = [MappedColumn("product", "c", 2, "given"), MappedColumn("store", "a", 0, "given")]


def _read(path: Path, block_bytes: int) -> tuple[list[int], list[str], list[str], list[RowError]]:
    lines: list[int] = []
    texts: dict[str, list[str]] = {"product": [], "store": []}
    errors: list[RowError] = []
    with open_source(path, IntakeOptions(delimiter=";"), file_name="sales.csv", block_bytes=block_bytes) as source:
        for chunk in source.chunks(_WANTED):
            lines += chunk.lines.tolist()
            errors += [*chunk.errors, *([chunk.fatal] if chunk.fatal else [])]
            for field, column in chunk.columns.items():
                texts[field] += [column.distinct[at] for at in column.indices]
    return lines, texts["product"], texts["store"], errors


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=15),
    line_end=st.sampled_from(["\n", "\r\n"]),
    block_bytes=st.integers(1, 200),
    ends_with_line_end=st.booleans(),
)
def test_rows_and_their_lines_are_those_of_pythons_reader(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    line_end: str,
    block_bytes: int,
    ends_with_line_end: bool,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator=line_end)
    writer.writerow("abc")
    writer.writerows(["123"] * 682)
    writer.writerows(rows)
    content = text.getvalue() if ends_with_line_end else text.getvalue().removesuffix(line_end)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    expected, before = [], 0
    for row in reader:
        expected.append((before + 1, *row))
        before = reader.line_num
    path = written(tmp_path_factory.mktemp("sales"), content)
    lines, products, stores, errors = _read(path, block_bytes)
    assert errors == []
    assert lines == [row[0] for row in expected[1:]]
    assert products == [row[3] for row in expected[1:]]
    assert stores == [row[1] for row in expected[1:]]


@settings(max_examples=60)
@given(body=st.text(st.sampled_from('a;"\n\r\0é'), max_size=40), block_bytes=st.integers(1, 60))
def test_any_bytes_are_read_alike_however_they_are_cut(
    tmp_path_factory: pytest.TempPathFactory, body: str, block_bytes: int
) -> None:
    path = written(tmp_path_factory.mktemp("sales"), "a;b;c\n" + _LONGER_THAN_THE_HEAD + body)
    assert _read(path, block_bytes) == _read(path, 1_000_000)


def test_the_first_record_ends_at_the_first_line_end_outside_quotes() -> None:
    assert record_end(b'a,"b\nc",d\ne') == 10
    assert record_end(b'a,"b\nc') == 0
    assert record_end(b"a,b") == 0
    assert record_end(b"\na") == 1


def test_the_longest_record_is_read_and_one_byte_more_is_refused() -> None:
    longest = b"x" * (MAX_RECORD_BYTES - 1) + b"\n"
    assert find_records(longest, 1, ",", is_last=False).fatal is None
    refused = find_records(b"x" + longest, 1, ",", is_last=False).fatal
    assert refused is not None
    assert refused.rule == "record_length"


def test_a_quoted_line_break_moves_the_lines_after_it() -> None:
    structure = find_records(b'a,"b\nc"\nd,e\n\nf,g\nh', 10, ",", is_last=False)
    assert structure.lines.tolist() == [10, 12, 13, 14]
    assert np.flatnonzero(structure.is_blank).tolist() == [2]
    assert (structure.end, structure.next_line, structure.fatal) == (17, 15, None)


@pytest.mark.parametrize(
    ("header", "delimiter"), [("a,b,c", ","), ("a;b", ";"), ("a\tb,c\td", "\t"), ("a|b", "|"), ('"a,b,c,d";e;f', ";")]
)
def test_the_delimiter_is_guessed_from_the_header_outside_quotes(header: str, delimiter: str) -> None:
    assert guess_delimiter("sales.csv", header, 1) == delimiter
