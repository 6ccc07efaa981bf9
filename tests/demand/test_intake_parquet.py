"""Parquet obeys the rules of CSV, and brings its own ways to be broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal
from pyarrow import parquet

from showcase.demand.intake import Intake, ReadingSizes, read_sales
from showcase.demand.intake_parquet import plain_text
from showcase.demand.intake_report import IntakeRefusedError
from showcase.demand.intake_settle import SHARE_READ
from showcase.demand.intake_values import IntakeOptions
from showcase.demand.tables import SCHEMAS
from tests.demand.sales_files import TODAY, take

_DAYS = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def _columns(**changes: object) -> dict[str, object]:
    return {"date": _DAYS, "store": ["A"] * 3, "product": ["x"] * 3, "quantity": [3, 0, 5]} | changes


def _written(folder: Path, columns: dict[str, object] | pa.Table, **settings: Any) -> Path:
    path = folder / "sales.parquet"
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    parquet.write_table(table, path, **settings)
    return path


def _take(path: Path, **settings: Any) -> Intake:
    return read_sales(path, today=TODAY, spill_folder=path.parent / "spill", **settings)


def _refusal(path: Path, **settings: Any) -> IntakeRefusedError:
    with pytest.raises(IntakeRefusedError) as caught:
        _take(path, **settings)
    assert list((path.parent / "spill").iterdir()) == []
    return caught.value


_DRESSES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "as polars reads it": lambda frame: frame,
    "all texts": lambda frame: frame.with_columns(pl.col("open").cast(pl.Int8)).cast(pl.String),
    "categories": lambda frame: frame.with_columns(pl.col("store", "product").cast(pl.Categorical)),
    "midnights": lambda frame: frame.with_columns(pl.col("date").cast(pl.Datetime("us"))),
    "nanoseconds": lambda frame: frame.with_columns(pl.col("date").cast(pl.Datetime("ns"))),
    "decimals": lambda frame: frame.with_columns(pl.col("unit_price").cast(pl.Decimal(10, 4))),
    "floats": lambda frame: frame.with_columns(pl.col("quantity", "on_hand").cast(pl.Float64)),
}


@pytest.mark.parametrize("dress", _DRESSES)
@pytest.mark.parametrize("sizes", [ReadingSizes(), ReadingSizes(batch_rows=1, bucket_rows=1)])
def test_parquet_and_csv_with_the_same_sales_are_the_same_data_set(
    tmp_path: Path, dress: str, sizes: ReadingSizes
) -> None:
    content = (
        "date,store,product,quantity,unit_price,promo,event,on_hand,open\n"
        "2026-03-02,B,x,4,1.25,0.2,Fair,7,1\n2026-03-01,A,y,0,,0,,,0\n2026-03-01,A,x,3,2.5,0,,9,1\n"
    )
    from_csv = take(tmp_path, content)
    frame = pl.read_csv(tmp_path / "sales.csv", try_parse_dates=True).with_columns(pl.col("open") == 1)
    path = tmp_path / "sales.parquet"
    _DRESSES[dress](frame).write_parquet(path)
    from_parquet = _take(path, sizes=sizes)
    for table in SCHEMAS:
        assert_frame_equal(getattr(from_parquet.tables, table), getattr(from_csv.tables, table))
    assert from_parquet.fingerprint() == from_csv.fingerprint()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "1"), (3, "3"), (3.0, "3.0"), (1e-7, "0.0000001"), (1e22, "10000000000000000000000"),
        (float("nan"), "nan"), (Decimal("1E+3"), "1000"), (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1), "2026-03-01 00:00:00.000000"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_typed_values_are_printed_as_a_csv_would_have_them(value: object, text: str) -> None:
    assert plain_text(value) == text


def test_declared_formats_hold_for_texts_alone(tmp_path: Path) -> None:
    options = IntakeOptions(date_format="%d.%m.%Y", decimal=",")
    path = _written(tmp_path, _columns(unit_price=["1,5", "", "2"], quantity=[3.0, 0.0, 5.0]))
    assert _take(path, options=options).tables.sales["unit_price_cents"].to_list() == [150, 150, 200]


@pytest.mark.parametrize(
    ("change", "row", "column", "value", "rule"),
    [
        ({"quantity": [3, -1, 5]}, 2, "quantity", "-1", "units_negative"),
        ({"quantity": [3, 2.5, 5]}, 2, "quantity", "2.5", "units_whole"),
        ({"quantity": [3.0, 1.0, float("nan")]}, 3, "quantity", "nan", "number"),
        ({"quantity": [3, None, 5]}, 2, "quantity", "", "blank"),
        ({"store": ["A", None, "A"]}, 2, "store", "", "blank"),
        ({"date": [_DAYS[0], None, _DAYS[2]]}, 2, "date", "", "blank"),
        ({"date": [_DAYS[0], date(2027, 1, 1), _DAYS[2]]}, 2, "date", "2027-01-01", "date_future"),
        ({"date": [datetime(2026, 3, 1, 9, 30)] * 3}, 1, "date", "2026-03-01 09:30:00.000000", "date_midnight"),  # noqa: DTZ001
        ({"date": [20260301, 20260302, 20260303]}, 1, "date", "20260301", "date_iso"),
        ({"date": [_DAYS[0], _DAYS[1], _DAYS[0]]}, 3, "store, product, date", "A, x, 2026-03-01", "key_twice"),
        ({"date": [datetime(2026, 3, 1, tzinfo=UTC)] * 3}, 0, "date", "timestamp[us, tz=UTC]", "parquet_zone"),
        ({"product": [{"sku": "x"}] * 3}, 0, "product", "struct<sku: string>", "parquet_type"),
        ({"quantity": [[3], [0], [5]]}, 0, "quantity", "list<element: int64>", "parquet_type"),
        ({"product": [b"x"] * 3}, 0, "product", "binary", "parquet_type"),
    ],
)
def test_a_broken_parquet_file_is_refused_with_its_row_and_rule(
    tmp_path: Path, change: dict[str, object], row: int, column: str, value: str, rule: str
) -> None:
    refused = _refusal(_written(tmp_path, _columns(**change)))
    first = refused.rows[0]
    assert (first.line, first.column, first.value, first.rule) == (row, column, value, rule)
    if row:
        assert f"row {row}, column" in refused.message
        assert "line" not in refused.message


def test_nested_columns_that_are_not_read_do_not_matter(tmp_path: Path) -> None:
    path = _written(tmp_path, _columns(tags=[["a"], [], ["b"]], quantity=[1, 2, 3]))
    assert _take(path).ignored_columns == ("tags",)


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    empty = pa.table(_columns()).slice(0, 0)
    assert _refusal(_written(tmp_path, empty)).rows[0].rule == "file_empty"


def _cut(content: bytes) -> bytes:
    return content[:-20]


def _overwritten(content: bytes) -> bytes:
    return content[:4] + b"\xff" * 60 + content[64:]


def test_the_share_that_is_read_grows_batch_by_batch(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    _take(
        _written(tmp_path, _columns()),
        sizes=ReadingSizes(batch_rows=1),
        progress=lambda share, what: told.append((share, what)),
    )
    # the batch that was judged last counts with the next one
    assert told[:3] == [(pytest.approx(SHARE_READ * done / 3), f"read {done + 1} rows") for done in range(3)]


@pytest.mark.fault("I7")
@pytest.mark.parametrize("damage", [_cut, _overwritten])
def test_a_damaged_parquet_file_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = _written(tmp_path, _columns(), use_dictionary=False, compression="none")
    path.write_bytes(damage(path.read_bytes()))
    assert _refusal(path).rows[0].rule == "parquet_whole"


@pytest.mark.fault("I7")
def test_a_parquet_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path) -> None:
    long = pa.array(["x" * 1_000_000] * 300)
    bomb = pa.table({"date": [_DAYS[0]] * 300, "store": ["A"] * 300, "product": long, "quantity": [1] * 300})
    path = _written(tmp_path, bomb, use_dictionary=False, compression="zstd")
    assert path.stat().st_size < 1_000_000
    refused = _refusal(path)
    assert (refused.rows[0].column, refused.rows[0].value, refused.rows[0].rule) == (
        "product",
        "286 MiB",
        "parquet_chunk",
    )
    assert _refusal(path, mapping={"product": "store", "store": "product"}).rows[0].rule == "parquet_chunk"


def test_more_rows_than_can_be_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("showcase.demand.intake_parquet.MAX_ROWS", 2)
    refused = _refusal(_written(tmp_path, _columns()))
    assert (refused.rows[0].value, refused.rows[0].rule) == ("3 rows", "file_size")
