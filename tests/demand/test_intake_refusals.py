"""Broken sales files, each refused with its line, column, value and rule."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from showcase.demand import intake_csv
from showcase.demand.intake import ReadingSizes, read_sales
from showcase.demand.intake_report import RULES
from showcase.demand.intake_values import IntakeOptions
from showcase.errors import InvalidInputError, NotFoundError
from tests.demand.sales_files import HEADER, SOUND, TODAY, gzipped, refusal, take, written

_ROW = "2026-03-01,A,x,3\n"
_WIDE = "date,store,product,quantity,unit_price,promo,event,on_hand,open\n"


def _wide(**values: str) -> str:
    """A file whose third line has these values."""
    cells = {
        "date": "2026-03-02", "store": "A", "product": "x", "quantity": "3", "unit_price": "", "promo": "", "event": "",
        "on_hand": "", "open": "",
    } | values  # fmt: skip
    return _WIDE + "2026-03-01,A,x,3,,,,,\n" + ",".join(cells.values()) + "\n"


# what, content, then the place: line, column, value, rule
BROKEN_FILES: list[tuple[str, str | bytes, int, str, str, str]] = [
    ("no bytes", b"", 0, "", "", "file_empty"),
    ("blank lines alone", "\n\n\r\n", 0, "", "", "file_empty"),
    ("a header alone", HEADER, 0, "", "", "file_empty"),
    ("a header alone without line end", HEADER.rstrip(), 0, "", "", "file_empty"),
    ("an Excel workbook", b"PK\x03\x04rest", 0, "", "", "file_kind"),
    ("an old Excel workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "", "", "file_kind"),
    ("a zstd file", b"\x28\xb5\x2f\xfd\x04", 0, "", "", "file_kind"),
    ("half a gzip file", gzipped(SOUND * 50)[:40], 0, "", "", "gzip_whole"),
    ("a gzip file with a wrong checksum", gzipped(SOUND)[:-8] + b"\0" * 8, 0, "", "", "gzip_whole"),
    ("Windows-1252", (HEADER + "2026-03-01,Caf\xe9,x,3\n").encode("cp1252"), 2, "", "0xE9", "utf8"),
    ("Windows-1252 in the header", b"date,store,product,quantity,caf\xe9\na\n", 1, "", "0xE9", "utf8"),
    ("UTF-16 with a mark", SOUND.encode("utf-16"), 0, "", "", "utf8"),
    ("UTF-16 without a mark", SOUND.encode("utf-16-le"), 0, "", "", "utf8"),
    ("UTF-32 with a mark", SOUND.encode("utf-32"), 0, "", "", "utf8"),
    ("a NUL byte", SOUND + "2026-03-03,A,x\0,3\n", 4, "", "", "nul"),
    ("a NUL byte in the header", "date,store,product,quan\0tity\n" + _ROW, 1, "", "", "nul"),
    ("line ends CR alone", SOUND.replace("\n", "\r"), 1, "", "", "line_end"),
    ("one CR in a row", SOUND + "2026-03-03,A\r,x,3\n", 4, "", "", "line_end"),
    ("an unclosed quote", HEADER + _ROW + '2026-03-02,"A,x,3\n2026-03-03,A,x,3\n', 3, "", "", "quote_closed"),
    ("an unclosed quote before others", HEADER + '2026-03-01,"A,x,3\n2026-03-02,"B",x,3\n', 2, "", "", "quote_closed"),
    ("an unclosed quote in the header", 'date,"store,product,quantity\n' + _ROW, 1, "", "", "quote_closed"),
    ("a quote inside a field", HEADER + '2026-03-01,A,pipe 5",3\n', 2, "", "", "quote_place"),
    ("text after a quoted field", HEADER + '2026-03-01,"A"b,x,3\n', 2, "", "", "quote_place"),
    ("a row with too few fields", HEADER + _ROW + "2026-03-02,A,x\n", 3, "", "2026-03-02,A,x", "field_count"),
    ("a row with too many fields", HEADER + "2026-03-01,A,x,3,4\n", 2, "", "2026-03-01,A,x,3,4", "field_count"),
    ("one giant line", HEADER + "x" * 3_000_000, 2, "", "x" * 80 + "...", "record_length"),
    ("a giant header", "date," * 500_000, 1, "", "date," * 16 + "...", "record_length"),
    ("ten thousand columns", ",".join(f"c{n}" for n in range(10_000)) + "\n", 1, "", "10000 columns", "column_count"),
    ("a column that stands twice", "date,store,product,quantity,store\n" + _ROW, 1, "store", "store", "column_twice"),
    ("a missing column", "date,store,quantity\n2026-03-01,A,3\n", 1, "product", "", "column_missing"),
    ("one column", "date\n2026-03-01\n", 1, "", "date", "delimiter"),
    ("two delimiters alike", "date,store;product\n1,2;3\n", 1, "", "date,store;product", "delimiter"),
    ("a blank date", HEADER + ",A,x,3\n", 2, "date", "", "blank"),
    ("a blank store", HEADER + "2026-03-01, ,x,3\n", 2, "store", " ", "blank"),
    ("a blank product", HEADER + "2026-03-01,A,,3\n", 2, "product", "", "blank"),
    ("a blank quantity", HEADER + "2026-03-01,A,x,\n", 2, "quantity", "", "blank"),
    ("a row of commas", HEADER + _ROW + ",,,\n", 3, "date", "", "blank"),
    ("a store code too long", HEADER + f"2026-03-01,{'A' * 101},x,3\n", 2, "store", "A" * 80 + "...", "code"),
    ("a line break in a code", HEADER + '2026-03-01,A,"x\ny",3\n', 2, "product", "x\\ny", "code"),
    ("an invisible sign in a code", HEADER + "2026-03-01,A,x\u200by,3\n", 2, "product", "x\\u200by", "code"),
    ("a date that reads two ways", HEADER + "03/04/2026,A,x,3\n", 2, "date", "03/04/2026", "date_ambiguous"),
    ("a date with points", HEADER + "31.01.2026,A,x,3\n", 2, "date", "31.01.2026", "date_iso"),
    ("a date without signs", HEADER + "20260301,A,x,3\n", 2, "date", "20260301", "date_iso"),
    ("no 29 February", HEADER + "2025-02-29,A,x,3\n", 2, "date", "2025-02-29", "date_calendar"),
    ("a time of day", HEADER + "2026-03-01T09:30:00,A,x,3\n", 2, "date", "2026-03-01T09:30:00", "date_midnight"),
    ("a time zone", HEADER + "2026-03-01T00:00:00Z,A,x,3\n", 2, "date", "2026-03-01T00:00:00Z", "date_midnight"),
    ("a day in the future", HEADER + "2026-03-12,A,x,3\n", 2, "date", "2026-03-12", "date_future"),
    ("a year with two digits", HEADER + "0026-03-01,A,x,3\n", 2, "date", "0026-03-01", "date_past"),
    ("a wrong century", HEADER + _ROW + "1990-03-01,A,x,3\n", 3, "date", "1990-03-01", "date_span"),
    ("half a unit", HEADER + "2026-03-01,A,x,2.5\n", 2, "quantity", "2.5", "units_whole"),
    ("a negative quantity", HEADER + _ROW + "2026-03-02,A,x,-1\n", 3, "quantity", "-1", "units_negative"),
    ("a quantity in words", HEADER + "2026-03-01,A,x,three\n", 2, "quantity", "three", "number"),
    ("a quantity that is not a number", HEADER + "2026-03-01,A,x,NaN\n", 2, "quantity", "NaN", "number"),
    ("an infinite quantity", HEADER + "2026-03-01,A,x,inf\n", 2, "quantity", "inf", "number"),
    ("an exponent", HEADER + "2026-03-01,A,x,1e400\n", 2, "quantity", "1e400", "number"),
    ("digits of another script", HEADER + "2026-03-01,A,x,\u0663\n", 2, "quantity", "\u0663", "number"),
    ("a quantity beyond all shelves", HEADER + "2026-03-01,A,x,1000000001\n", 2, "quantity", "1000000001", "range"),
    ("a number of many digits", HEADER + f"2026-03-01,A,x,{'9' * 60}\n", 2, "quantity", "9" * 60, "number"),
    ("a decimal comma", _wide(unit_price='"1,50"'), 3, "unit_price", "1,50", "decimal_sign"),
    ("thousands signs", _wide(quantity='"1,234"'), 3, "quantity", "1,234", "decimal_sign"),
    ("a currency", _wide(unit_price="$2.00"), 3, "unit_price", "$2.00", "number"),
    ("a price of zero", _wide(unit_price="0"), 3, "unit_price", "0", "price"),
    ("a price below half a cent", _wide(unit_price="0.004"), 3, "unit_price", "0.004", "price"),
    ("a negative price", _wide(unit_price="-1"), 3, "unit_price", "-1", "price"),
    ("a price beyond all shelves", _wide(unit_price="10000001"), 3, "unit_price", "10000001", "price_range"),
    ("a discount of everything", _wide(promo="100"), 3, "promo", "100", "promo"),
    ("a negative discount", _wide(promo="-5"), 3, "promo", "-5", "promo"),
    ("a promotion in words", _wide(promo="buy one"), 3, "promo", "buy one", "number"),
    ("an event too long", _wide(event="E" * 101), 3, "event", "E" * 80 + "...", "event"),
    ("negative stock", _wide(on_hand="-2"), 3, "on_hand", "-2", "on_hand"),
    ("half a unit of stock", _wide(on_hand="2.5"), 3, "on_hand", "2.5", "units_whole"),
    ("open or not", _wide(open="maybe"), 3, "open", "maybe", "open"),
    ("a day that stands twice", SOUND + _ROW, 4, "store, product, date", "A, x, 2026-03-01", "key_twice"),
]  # fmt: skip


@pytest.mark.fault("I7")
@pytest.mark.parametrize(
    ("content", "line", "column", "value", "rule"),
    [row[1:] for row in BROKEN_FILES],
    ids=[row[0] for row in BROKEN_FILES],
)
def test_a_broken_file_is_refused_with_its_place_and_rule(
    tmp_path: Path, content: str | bytes, line: int, column: str, value: str, rule: str
) -> None:
    refused = refusal(tmp_path, content)
    first = refused.rows[0]
    assert (first.line, first.column, first.value, first.rule) == (line, column, value, rule)
    assert RULES[rule].expects in refused.message
    assert refused.remedy == RULES[rule].remedy
    assert refused.errors[0].found == repr(value)


def test_the_refusal_of_an_encoding_names_the_guess(tmp_path: Path) -> None:
    latin = refusal(tmp_path, (HEADER + "2026-03-01,Caf\xe9,x,3\n").encode("cp1252"))
    assert "Windows-1252" in latin.message
    assert "UTF-16" in refusal(tmp_path, SOUND.encode("utf-16")).message
    for mark, content in ((b"\xff\xfe\0\0", SOUND.encode("utf-32-le")), (b"\0\0\xfe\xff", SOUND.encode("utf-32-be"))):
        assert "looks like UTF-32" in refusal(tmp_path, mark + content).message
    assert "the encoding cannot be told" in refusal(tmp_path, HEADER.encode() + b"2026-03-01,\x81,x,3\n").message


def test_a_missing_column_lists_what_the_file_has_and_the_flag(tmp_path: Path) -> None:
    refused = refusal(tmp_path, "Day;Shop;Pcs\n2026-03-01;A;3\n")
    assert [row.column for row in refused.rows] == ["product"]
    assert "the file has Day, Shop, Pcs" in refused.message
    assert "--column" in refused.remedy


@pytest.mark.parametrize(("columns", "end"), [(20, "c19"), (21, "c19 and 1 more")])
def test_of_many_columns_twenty_are_named(tmp_path: Path, columns: int, end: str) -> None:
    refused = refusal(tmp_path, ",".join(f"c{number}" for number in range(columns)) + "\n" + "," * (columns - 1) + "\n")
    assert f"the file has c0, c1, {', '.join(f'c{number}' for number in range(2, 19))}, {end})" in refused.message


def test_the_same_row_may_break_rules_in_several_columns(tmp_path: Path) -> None:
    refused = refusal(tmp_path, HEADER + "2026-13-01,,x,y\n")
    assert [(row.line, row.column, row.rule) for row in refused.rows] == [
        (2, "date", "date_calendar"),
        (2, "quantity", "number"),
        (2, "store", "blank"),
    ]
    assert refused.is_complete
    assert refused.message.startswith(
        "3 places of sales.csv were refused; the first is line 2, column date: found '2026"
    )


def test_the_first_fifty_places_are_listed_in_order_of_their_lines(tmp_path: Path) -> None:
    rows = [f"2026-03-01,A,p{n},{'x' if n % 2 else 3}\n" for n in range(300)]
    refused = refusal(tmp_path, HEADER + "".join(rows))
    # row n stands on line n + 2, the odd ones are broken
    assert [row.line for row in refused.rows] == list(range(3, 103, 2))
    assert not refused.is_complete
    assert refused.message.startswith("At least 50 places")


def test_doubles_and_broken_values_are_listed_together_by_line(tmp_path: Path) -> None:
    refused = refusal(tmp_path, SOUND + "2026-03-01,A,x,9\n2026-03-03,A,x,?\n2026-03-02,A,x,1\n2026-03-02,A,x,1\n")
    assert [(row.line, row.rule, row.note) for row in refused.rows] == [
        (4, "key_twice", "first on line 2"),
        (5, "number", ""),
        (6, "key_twice", "first on line 3"),
        (7, "key_twice", "first on line 3"),
    ]
    assert refused.is_complete


def test_more_than_fifty_doubles_are_told_from_exactly_fifty(tmp_path: Path) -> None:
    exactly = refusal(tmp_path, HEADER + _ROW * 51)
    assert (len(exactly.rows), exactly.is_complete) == (50, True)
    more = refusal(tmp_path, HEADER + _ROW * 52)
    assert (len(more.rows), more.is_complete) == (50, False)


@pytest.mark.parametrize("block_bytes", [16, 64, 1000, 1_000_000])
def test_the_refusal_does_not_depend_on_how_the_file_is_cut(tmp_path: Path, block_bytes: int) -> None:
    content = (
        HEADER
        + "".join(f"2026-03-01,A,p{n},{n}\n" for n in range(40))
        + '2026-03-01,A,"two\nlines",1\n\n2026-03-01,A,p41\n2026-03-01,A,p3,-1\n'
        + "".join(f"2026-03-02,A,p{n},{n}\n" for n in range(40))
        + '2026-03-02,B,pipe 5",1\n2026-03-03,A,p1,x\n'
    )
    refused = refusal(tmp_path, content, sizes=ReadingSizes(block_bytes=block_bytes, bucket_rows=7))
    assert [(row.line, row.rule) for row in refused.rows] == [
        (42, "code"),
        (45, "field_count"),
        (46, "units_negative"),
        (87, "quote_place"),
    ]


def test_line_numbers_count_as_an_editor_does_after_quoted_line_breaks(tmp_path: Path) -> None:
    content = 'note,date,store,product,quantity\r\n"one\r\ntwo\r\nthree",2026-03-01,A,x,1\r\n\r\n,2026-03-02,A,x,-1\r\n'
    refused = refusal(tmp_path, content)
    assert [(row.line, row.value) for row in refused.rows] == [(6, "-1")]


def test_shares_beside_percentages_are_refused_with_both_lines(tmp_path: Path) -> None:
    content = "date,store,product,quantity,promo\n2026-03-01,A,x,1,0.2\n2026-03-02,A,x,1,0\n2026-03-03,A,x,1,20\n"
    refused = refusal(tmp_path, content)
    assert [(row.line, row.column, row.value, row.rule) for row in refused.rows] == [(4, "promo", "20", "promo_mixed")]
    assert "'0.2' stands on line 2" in refused.message


def test_a_column_with_eleven_events_on_a_day_is_no_event_column(tmp_path: Path) -> None:
    rows = "".join(f"2026-03-01,A,p{n},1,remark {n}\n" for n in range(12))
    refused = refusal(tmp_path, "date,store,product,quantity,event\n" + rows)
    assert [(row.line, row.value, row.rule) for row in refused.rows] == [
        (12, "remark 10", "event_count"),
        (13, "remark 11", "event_count"),
    ]


def test_the_limit_of_codes_is_told_as_a_wrong_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcase.demand.intake_judge.MAX_STORES", 2)
    content = HEADER + "".join(f"2026-03-01,S{n},x,1\n" for n in (1, 2, 1, 3))
    refused = refusal(tmp_path, content.replace("2026-03-01,S1,x,1\n", "2026-03-02,S1,x,1\n", 1))
    assert [(row.line, row.value, row.rule) for row in refused.rows] == [(5, "S3", "store_count")]


def test_too_many_series_or_promotions_are_refused_with_their_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("showcase.demand.intake.MAX_SERIES", 1)
    refused = refusal(tmp_path, HEADER + "2026-03-01,A,x,1\n2026-03-01,A,y,1\n")
    assert (refused.rows[0].value, refused.rows[0].rule) == ("2 series", "series_count")
    monkeypatch.undo()
    monkeypatch.setattr("showcase.demand.intake_settle.MAX_PROMOTIONS", 1)
    promos = "date,store,product,quantity,promo\n2026-03-01,A,x,1,1\n2026-03-01,A,y,1,1\n"
    refused = refusal(tmp_path, promos)
    assert (refused.rows[0].value, refused.rows[0].rule) == ("2 promotions", "promo_count")


@pytest.mark.fault("I7")
def test_text_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_csv, "MAX_TEXT_BYTES", 100_000)
    bomb = gzip.compress(HEADER.encode() + b"\n" * 1_000_000)
    assert len(bomb) < 2_000
    assert refusal(tmp_path, bomb).rows[0].rule == "file_size"
    monkeypatch.undo()
    monkeypatch.setattr("showcase.demand.intake.MAX_ROWS", 1)
    assert refusal(tmp_path, SOUND).rows[0].rule == "file_size"


def test_a_series_that_repeats_its_days_without_end_is_refused_without_holding_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("showcase.demand.intake_spool.MAX_SPAN_DAYS", 5)
    content = HEADER + _ROW * 60
    refused = refusal(tmp_path, content, sizes=ReadingSizes(bucket_rows=3))
    assert [row.line for row in refused.rows] == list(range(3, 22))
    returned = HEADER + "2026-03-01,A,x,-3\n" * 60
    refused = refusal(tmp_path, returned, sizes=ReadingSizes(bucket_rows=3), options=IntakeOptions(returns="net"))
    assert refused.rows[0].rule == "key_twice"


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"There is no file gone\.csv"):
        read_sales(tmp_path / "gone.csv", today=TODAY, spill_folder=tmp_path / "spill")
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_stop_from_outside_leaves_no_files(tmp_path: Path) -> None:
    def stop(share: float, what: str) -> None:
        if what.startswith("settled"):
            raise KeyboardInterrupt

    path = written(tmp_path, SOUND)
    with pytest.raises(KeyboardInterrupt):
        read_sales(path, today=TODAY, spill_folder=tmp_path / "spill", progress=stop, sizes=ReadingSizes(bucket_rows=1))
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"delimiter": ",,"},
        {"delimiter": '"'},
        {"decimal": ";"},
        {"decimal": ",", "delimiter": ","},
        {"returns": "keep"},
        {"date_format": "YYYY-MM-DD"},
        {"date_format": "%d.%m"},
        {"date_format": "%d.%m.%Y %y"},
        {"date_format": "%d %b %Y"},
    ],
)
def test_options_that_cannot_be_meant_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        IntakeOptions(**wrong)  # type: ignore[arg-type]
    assert caught.value.remedy
    assert caught.value.errors[0].field in wrong


def test_a_refused_file_is_sound_again_once_its_place_is_mended(tmp_path: Path) -> None:
    assert refusal(tmp_path, SOUND + "2026-03-03,A,x,2.5\n").rows[0].rule == "units_whole"
    assert take(tmp_path, SOUND + "2026-03-03,A,x,2.0\n").row_counts()["sales"] == 3
