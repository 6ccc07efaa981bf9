"""What an import makes of sound sales: tables worked out by hand, and properties that hold for any file."""

from __future__ import annotations

import errno
import hashlib
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from showcase.demand.intake import Intake, ReadingSizes, read_sales
from showcase.demand.intake_preview import preview_sales
from showcase.demand.intake_values import IntakeOptions
from showcase.demand.tables import SCHEMAS, fingerprint
from showcase.errors import UnavailableError
from tests.demand.sales_files import HEADER, SOUND, TODAY, gzipped, real_sales, refusal, take, written

_TINY = ReadingSizes(block_bytes=50, batch_rows=3, bucket_rows=4)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _rows(intake: Intake, table: str, *columns: str) -> list[tuple[object, ...]]:
    return getattr(intake.tables, table).select(columns).rows()  # type: ignore[no-any-return]


def test_a_small_file_becomes_the_tables_of_a_data_set(tmp_path: Path) -> None:
    content = (
        "Date;SKU;Shop;Qty;Price;revenue;open\n"
        "2026-03-02;x;B;0;;0;0\n"
        "2026-03-01;x;B;3.0;1.005;3.0;1\n"
        "2026-03-04;x;B;+2;1.1;2.2;1\n"
        "2026-03-01;y;A;007;;0;\n"
    )
    intake = take(tmp_path, content)
    assert intake.row_counts() == {
        "stores": 2, "products": 2, "calendar": 4, "prices": 2, "promotions": 0, "sales": 4, "stock": 0,
    }  # fmt: skip
    tables = intake.tables
    assert tables.stores.rows() == [("A", "A", "", "", ""), ("B", "B", "", "", "")]
    # the lower median of x's two prices; y has none
    assert tables.products.rows() == [("x", "x", "", "", 101, None), ("y", "y", "", "", 0, None)]
    assert tables.sales.rows() == [
        (0, 1, _day("2026-03-01"), 7, 0, 0, 0, True),
        (1, 0, _day("2026-03-01"), 3, 101, 303, 0, True),
        (1, 0, _day("2026-03-02"), 0, 101, 0, 0, False),
        (1, 0, _day("2026-03-04"), 2, 110, 220, 0, True),
    ]
    assert tables.prices.rows() == [
        (1, 0, _day("2026-03-01"), _day("2026-03-03"), 101),
        (1, 0, _day("2026-03-04"), _day("2026-03-04"), 110),
    ]
    assert tables.calendar.rows() == [(_day(f"2026-03-0{n}"), False, None) for n in (1, 2, 3, 4)]
    assert intake.ignored_columns == ("revenue",)
    assert intake.mapping_shown == [
        "date <- Date (guessed)", "store <- Shop (guessed)", "product <- SKU (guessed)", "quantity <- Qty (guessed)",
        "unit_price <- Price (guessed)", "open <- open (guessed)",
    ]  # fmt: skip
    for name, columns in SCHEMAS.items():
        assert dict(getattr(tables, name).schema) == columns
    assert intake.sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert (intake.file_name, intake.window.days) == ("sales.csv", 4)


def test_a_blank_price_is_the_last_known_one_and_before_the_first_the_first(tmp_path: Path) -> None:
    prices = ["", "2.00", "", "", "2.50", ""]
    rows = "".join(f"2026-03-0{n},A,x,1,{price}\n" for n, price in enumerate(prices, start=1))
    intake = take(tmp_path, "date,store,product,quantity,unit_price\n" + rows + "2026-03-03,A,y,1,\n")
    assert _rows(intake, "sales", "product", "unit_price_cents") == [
        (0, 200), (0, 200), (0, 200), (0, 200), (0, 250), (0, 250), (1, 0),
    ]  # fmt: skip
    quality = intake.quality
    assert (quality.own_prices, quality.carried_prices, quality.carried_back_prices, quality.no_prices) == (2, 3, 1, 1)


def test_a_promotion_keeps_the_regular_price_on_the_list(tmp_path: Path) -> None:
    # paid 8.00 in a promotion after 10.00: a fall of 20 %; the flag before any regular price tells no discount
    cells = [("1", "9.00"), ("0", "10.00"), ("1", "8.00"), ("yes", "8.00"), ("", "10.00")]
    rows = "".join(f"2026-03-0{n},A,x,1,{price},{promo}\n" for n, (promo, price) in enumerate(cells, start=1))
    intake = take(tmp_path, "date,store,product,quantity,unit_price,promo\n" + rows)
    assert _rows(intake, "sales", "unit_price_cents", "promo_percent") == [
        (900, 1), (1000, 0), (800, 20), (800, 20), (1000, 0),
    ]  # fmt: skip
    assert _rows(intake, "prices", "valid_from", "valid_to", "price_cents") == [
        (_day("2026-03-01"), _day("2026-03-01"), 900),
        (_day("2026-03-02"), _day("2026-03-05"), 1000),
    ]
    assert intake.promotions.rows() == [
        (0, _day("2026-03-01"), _day("2026-03-01"), "imported", 1),
        (0, _day("2026-03-03"), _day("2026-03-04"), "imported", 20),
    ]
    assert intake.mapping_shown[-1] == "promo holds 0 and 1"


def test_a_day_without_a_sale_is_counted_where_the_shop_was_open(tmp_path: Path) -> None:
    cells = ("0,1", "0,0", "2,1", "3,1")
    rows = "".join(f"2026-03-0{n},A,x,{cell}\n" for n, cell in enumerate(cells, start=1))
    quality = take(tmp_path, "date,store,product,quantity,open\n" + rows).quality
    assert (quality.zero_days, quality.closed_days) == (1, 1)


@pytest.mark.parametrize(
    ("promos", "percents", "reading"),
    [
        (["0", "1", "true"], [0, 1, 1], "0 and 1"),
        (["0.2", "0.125", "1"], [20, 13, 1], "shares of the price"),
        (["20", "1", "0"], [20, 1, 0], "percentages"),
        (["20%", "12.5 %", "0.4%"], [20, 13, 1], "0 and 1"),
        (["99.9", "no", ""], [99, 0, 0], "percentages"),
    ],
)
def test_promotions_are_read_as_flags_shares_or_percentages(
    tmp_path: Path, promos: list[str], percents: list[int], reading: str
) -> None:
    rows = "".join(f"2026-03-0{n},A,x,1,{promo}\n" for n, promo in enumerate(promos, start=1))
    intake = take(tmp_path, "date,store,product,quantity,promo\n" + rows)
    assert [row[0] for row in _rows(intake, "sales", "promo_percent")] == percents
    assert intake.promo_reading == reading


def test_the_same_promotion_in_two_stores_stands_once_with_the_larger_discount(tmp_path: Path) -> None:
    rows = "".join(
        f"2026-03-0{day},{store},x,1,{promo}\n"
        for store, promos in (("A", "20 20 0 30"), ("B", "25 25 0 0"), ("C", "20 0 20 0"))
        for day, promo in enumerate(promos.split(), start=1)
    )
    intake = take(tmp_path, "date,store,product,quantity,promo\n" + rows, sizes=_TINY)
    assert intake.promotions.select("start_date", "end_date", "discount_percent").rows() == [
        (_day("2026-03-01"), _day("2026-03-01"), 20),
        (_day("2026-03-01"), _day("2026-03-02"), 25),
        (_day("2026-03-03"), _day("2026-03-03"), 20),
        (_day("2026-03-04"), _day("2026-03-04"), 30),
    ]


def test_an_event_marks_its_day_for_every_store(tmp_path: Path) -> None:
    content = (
        "date,store,product,quantity,event\n"
        "2026-03-01,A,x,1,Derby\n2026-03-01,B,x,1, Carnival \n2026-03-01,C,x,1,Derby\n"
        "2026-03-02,A,x,1,0\n2026-03-04,A,x,1,yes\n"
    )
    assert take(tmp_path, content).calendar.rows() == [
        (_day("2026-03-01"), True, "Carnival / Derby"),
        (_day("2026-03-02"), False, None),
        (_day("2026-03-03"), False, None),
        (_day("2026-03-04"), True, "event"),
    ]


def test_stock_tells_what_came_in_and_when_the_shelf_was_empty(tmp_path: Path) -> None:
    content = (
        "date,store,product,quantity,on_hand,open\n"
        "2026-03-01,A,x,4,10,1\n2026-03-02,A,x,10,0,1\n2026-03-03,A,x,5,25,1\n2026-03-05,A,x,1,9,1\n2026-03-06,A,x,1,,1\n"
        "2026-03-07,A,x,0,0,0\n2026-03-01,B,x,3,7,1\n"
    )
    # 25 = 0 + received - 5; before a day without stock nothing can be told; a closed day is no stockout
    assert take(tmp_path, content).tables.stock.rows() == [
        (0, 0, _day("2026-03-01"), 10, 0, False),
        (0, 0, _day("2026-03-02"), 0, 0, True),
        (0, 0, _day("2026-03-03"), 25, 30, False),
        (0, 0, _day("2026-03-05"), 9, 0, False),
        (0, 0, _day("2026-03-07"), 0, 0, False),
        (1, 0, _day("2026-03-01"), 7, 0, False),
    ]


def test_returns_are_taken_off_the_sales_of_their_day_when_asked_for(tmp_path: Path) -> None:
    content = (
        "date,store,product,quantity,unit_price\n"
        "2026-03-01,A,x,-2,3.00\n2026-03-01,A,x,5,4.00\n2026-03-01,A,x,-1,5.00\n2026-03-02,A,x,-4,6.00\n2026-03-03,A,x,1,\n"
    )
    intake = take(tmp_path, content, options=IntakeOptions(returns="net"))
    assert _rows(intake, "sales", "units", "unit_price_cents") == [(2, 400), (0, 600), (1, 600)]
    assert (intake.quality.returned_units, intake.quality.days_below_zero) == (7, 1)
    two_sales = content + "2026-03-01,A,x,6,4.00\n"
    refused = refusal(tmp_path, two_sales, options=IntakeOptions(returns="net"))
    assert [(row.line, row.note) for row in refused.rows] == [(7, "first on line 3")]


def test_a_closed_day_may_leave_its_quantity_blank(tmp_path: Path) -> None:
    intake = take(tmp_path, "date,store,product,quantity,open\n2026-03-01,A,x,,0\n2026-03-02,A,x,5,TRUE\n")
    assert _rows(intake, "sales", "units", "is_open") == [(0, False), (5, True)]
    assert intake.quality.closed_days == 1


def test_declared_dates_decimals_and_delimiters_are_obeyed(tmp_path: Path) -> None:
    content = "date\tstore\tproduct\tquantity\tunit_price\n03.04.2025\tA\tx\t3,0\t1,25\n13.4.2025\tA\tx\t2\t,5\n"
    options = IntakeOptions(date_format="%d.%m.%Y", decimal=",")
    intake = take(tmp_path, content, options=options)
    assert _rows(intake, "sales", "date", "units", "unit_price_cents") == [
        (_day("2025-04-03"), 3, 125),
        (_day("2025-04-13"), 2, 50),
    ]
    colons = content.replace("\t", ":")
    assert (
        take(tmp_path, colons, options=IntakeOptions(date_format="%d.%m.%Y", decimal=",", delimiter=":")).quality.rows
        == 2
    )
    assert refusal(tmp_path, content.replace("1,25", "1.25"), options=options).rows[0].rule == "decimal_sign"
    assert refusal(tmp_path, content.replace("03.04", "31.02"), options=options).rows[0].rule == "date_declared"


def test_tomorrow_is_still_allowed_for_stores_ahead_of_utc(tmp_path: Path) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert take(tmp_path, HEADER + f"{tomorrow},A,x,1\n").window.end == tomorrow


def test_flags_map_columns_and_switch_guesses_off(tmp_path: Path) -> None:
    content = "date,store,product,quantity,Pcs,price\n2026-03-01,A,x,1,2,9\n"
    intake = take(tmp_path, content, mapping={"quantity": "Pcs", "unit_price": ""})
    assert _rows(intake, "sales", "units", "unit_price_cents") == [(2, 0)]
    assert intake.ignored_columns == ("quantity", "price")
    assert "quantity <- Pcs (given)" in intake.mapping_shown


@pytest.mark.parametrize(
    "dress",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no last line end"),
        pytest.param(lambda text: ("\n" + text.replace("\n", "\n\n")).encode(), id="blank lines"),
        pytest.param(lambda text: text.replace("A", '"A"').encode(), id="quotes"),
        pytest.param(lambda text: text.replace(",", " , ").encode(), id="blanks"),
        pytest.param(lambda text: text.replace(",", "|").encode(), id="another delimiter"),
        pytest.param(lambda text: text.replace("-01,", "-01 00:00:00,").encode(), id="midnight"),
        pytest.param(gzipped, id="gzip"),
        pytest.param(lambda text: gzipped(text[:30]) + gzipped(text[30:]), id="gzip in two members"),
    ],
)
def test_the_same_sales_in_another_dress_are_the_same_data_set(tmp_path: Path, dress) -> None:  # type: ignore[no-untyped-def]
    plain = take(tmp_path, SOUND)
    assert take(tmp_path, dress(SOUND)).fingerprint() == plain.fingerprint()
    assert take(tmp_path, dress(SOUND), sizes=_TINY).fingerprint() == plain.fingerprint()


def test_codes_that_look_the_same_are_the_same(tmp_path: Path) -> None:
    composed, decomposed = "Caf\u00e9", "Cafe\u0301"
    intake = take(tmp_path, HEADER + f"2026-03-01,{composed},x,1\n2026-03-02,{decomposed},x,1\n")
    assert intake.stores["code"].to_list() == [composed]


_PRICES = st.sampled_from(["", "1", "1.5", "2.25"])
_SALES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.sampled_from("AB"), st.sampled_from("xyz")),
    st.tuples(st.integers(0, 5), _PRICES, st.sampled_from(["", "0", "20", "1"]), st.sampled_from(["", "Fair"]),
              st.sampled_from(["", "0", "4"]), st.sampled_from(["0", "1"])),
    min_size=1, max_size=40,
)  # fmt: skip
_FULL_HEADER = "date,store,product,quantity,unit_price,promo,event,on_hand,open\n"


def _lines(sales: dict[tuple[int, str, str], tuple[object, ...]]) -> list[str]:
    return [
        ",".join([(date(2026, 2, 1) + timedelta(days=day)).isoformat(), store, sku, *map(str, cells)]) + "\n"
        for (day, store, sku), cells in sales.items()
    ]


@settings(max_examples=40)
@given(sales=_SALES, order=st.randoms(use_true_random=False), block=st.integers(5, 400), bucket=st.integers(1, 50))
def test_neither_the_order_of_rows_nor_the_way_of_reading_changes_the_data_set(
    tmp_path_factory: pytest.TempPathFactory,
    sales: dict[tuple[int, str, str], tuple[object, ...]],
    order: random.Random,
    block: int,
    bucket: int,
) -> None:
    folder = tmp_path_factory.mktemp("sales")
    lines = _lines(sales)
    plain = take(folder, _FULL_HEADER + "".join(lines))
    order.shuffle(lines)
    shuffled = take(folder, _FULL_HEADER + "".join(lines), sizes=ReadingSizes(block_bytes=block, bucket_rows=bucket))
    for name in SCHEMAS:
        assert_frame_equal(getattr(shuffled.tables, name), getattr(plain.tables, name))
    assert shuffled.quality == plain.quality
    assert shuffled.fingerprint() == plain.fingerprint() == fingerprint(plain.tables)
    shuffled.discard()


@settings(max_examples=40)
@given(sales=_SALES)
def test_prices_cover_every_day_of_a_series_once_and_sales_add_up(
    tmp_path_factory: pytest.TempPathFactory, sales: dict[tuple[int, str, str], tuple[object, ...]]
) -> None:
    intake = take(tmp_path_factory.mktemp("sales"), _FULL_HEADER + "".join(_lines(sales)))
    tables = intake.tables
    assert tables.sales["units"].sum() == sum(cells[0] for cells in sales.values())  # type: ignore[misc]
    assert (tables.sales["revenue_cents"] == tables.sales["units"] * tables.sales["unit_price_cents"]).all()
    for (store, product), spans in tables.prices.group_by("store", "product"):
        ordered = spans.sort("valid_from")
        of_series = tables.sales.filter((pl.col("store") == store) & (pl.col("product") == product))
        assert ordered["valid_from"][0] == of_series["date"].min()
        assert ordered["valid_to"][-1] == intake.window.end
        gaps = ordered["valid_from"].shift(-1) - ordered["valid_to"]
        assert set(gaps.drop_nulls()) <= {timedelta(days=1)}
        assert (ordered["price_cents"].diff().drop_nulls() != 0).all()


def test_a_file_that_does_not_fit_into_memory_comes_in_parts(tmp_path: Path) -> None:
    rows = [
        f"2026-0{1 + day // 28}-{1 + day % 28:02},S{s},p{p},{day}\n"
        for day in range(56)
        for s in range(3)
        for p in range(4)
    ]
    whole = take(tmp_path, HEADER + "".join(rows))
    assert whole.folder is None
    assert list((tmp_path / "spill").iterdir()) == []
    parted = take(tmp_path, HEADER + "".join(rows), sizes=ReadingSizes(bucket_rows=100))
    batches = list(parted.batches("sales"))
    # 12 series of 56 rows, from rows 0, 56, 112 ... 616: those that begin within the same hundred rows are one part
    assert [batch.height for batch in batches] == [112, 112, 112, 112, 56, 112, 56]
    assert_frame_equal(pl.concat(batches), whole.tables.sales)
    assert parted.folder is not None
    assert {path.suffix for path in parted.folder.iterdir()} == {".parquet"}
    assert parted.row_counts() == whole.row_counts()
    assert parted.fingerprint() == whole.fingerprint() == fingerprint(parted.tables)
    parted.discard()
    assert list((tmp_path / "spill").iterdir()) == []


def test_the_fingerprint_tells_any_change_of_a_sale(tmp_path: Path) -> None:
    content = "date,store,product,quantity,unit_price,event,on_hand\n2026-03-01,A,x,1,2,Fair,4\n2026-03-02,A,x,1,2,,4\n"
    prints = {take(tmp_path, content).fingerprint()}
    for old, new in [
        ("x,1,2,Fair", "x,2,2,Fair"),
        ("Fair", "Expo"),
        (",A,", ",B,"),
        ("Fair,4", "Fair,5"),
        ("1,2,,4", "1,3,,4"),
    ]:
        prints.add(take(tmp_path, content.replace(old, new)).fingerprint())
    assert len(prints) == 6


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    path = tmp_path / "sales.csv"
    path.write_text(HEADER + "".join(f"2026-03-01,A,p{n},1\n" for n in range(50)))
    read_sales(
        path, today=TODAY, spill_folder=tmp_path / "spill", sizes=_TINY, progress=lambda share, _: told.append(share)
    )
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 10


_FULL_DISK = """
import resource, sys
from datetime import date
from pathlib import Path
from showcase.demand.intake import ReadingSizes, read_sales
from showcase.errors import UnavailableError

folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    read_sales(folder / "sales.csv", today=date(2026, 3, 10), spill_folder=folder / "spill",
               sizes=ReadingSizes(bucket_rows=1500))
except UnavailableError as error:
    print(error.message, len(list((folder / "spill").iterdir())))
"""


@pytest.mark.fault("D1")
@pytest.mark.parametrize(
    ("file_bytes", "said"),
    [
        # 2,000 rows of 35 bytes lie in one file at first
        (
            60_000,
            "The disk is full: the import of sales.csv needs about 70 bytes for each row. Nothing was imported. 0\n",
        ),
        (71_000, ""),
    ],
)
def test_a_full_disk_is_said_so_and_leaves_nothing(tmp_path: Path, file_bytes: int, said: str) -> None:
    rows = "".join(f"2026-03-01,S{n % 40},p{n // 40},{n}\n" for n in range(2000))
    (tmp_path / "sales.csv").write_text(HEADER + rows)
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path), str(file_bytes)], check=True, capture_output=True, text=True
    )
    assert done.stdout == said


@pytest.mark.fault("D1")
def test_a_disk_that_fills_up_late_is_said_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, SOUND)

    def full(self: Path, content: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UnavailableError, match="The disk is full"):
        read_sales(path, today=TODAY, spill_folder=tmp_path / "spill", sizes=ReadingSizes(bucket_rows=1))
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_folder_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "spill").write_text("a file")
    with pytest.raises(UnavailableError, match=r"cannot be used: File exists\. Nothing was imported\."):
        take(tmp_path, SOUND)


def test_a_preview_shows_the_mapping_and_the_first_rows_without_judging_them(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("Day,Shop,Menge,note\n03/04/2026,A,?,n\n" + "2026-03-01,B,2,n\n" * 9)
    preview = preview_sales(path)
    assert preview.columns == ("Day", "Shop", "Menge", "note")
    assert preview.mapping.missing == ("product",)
    assert preview.mapping.ignored == ("note",)
    assert preview.rows[0] == {"date": "03/04/2026", "store": "A", "quantity": "?"}
    assert len(preview.rows) == 5


def test_the_bakery_is_imported_without_flags(tmp_path: Path) -> None:
    intake = read_sales(real_sales("bakery.csv.gz"), today=TODAY, spill_folder=tmp_path)
    assert intake.row_counts() == {
        "stores": 1, "products": 20, "calendar": 637, "prices": 57, "promotions": 0, "sales": 12697, "stock": 0,
    }  # fmt: skip
    assert intake.ignored_columns == ("revenue",)
    assert (str(intake.window), intake.quality.closed_days) == ("2021-01-02 .. 2022-09-30", 734)
    assert fingerprint(intake.tables) == intake.fingerprint()


def test_the_m5_sample_is_imported_without_flags(tmp_path: Path) -> None:
    intake = read_sales(real_sales("m5.csv.gz"), today=TODAY, spill_folder=tmp_path)
    assert intake.row_counts() == {
        "stores": 1, "products": 8, "calendar": 1969, "prices": 24, "promotions": 0, "sales": 15752, "stock": 0,
    }  # fmt: skip
    # 1,296 rows of 8 items have an event: 162 days
    assert int(intake.calendar["is_holiday"].sum()) == intake.quality.event_days == 162
    assert intake.quality.carried_back_prices == 1057
    assert round(intake.quality.zero_share, 4) == 0.5729
