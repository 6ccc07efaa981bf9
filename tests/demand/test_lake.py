"""A lake holds the very rows that the generator makes, and its fingerprint tells any other row."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from showcase.demand.generate import generate
from showcase.demand.lake import check_bucket, lake_digests, make_bucket, read_shared, write_shared
from showcase.demand.lake_files import (
    LONG_SCHEMAS,
    LONG_TABLES,
    PLAN,
    RECEIPT,
    SHARED,
    SHARED_TABLES,
    bucket_name,
    buckets_there,
    read_stores,
    staged_folder,
    sweep,
    write_text,
)
from showcase.demand.lake_recipe import LakePlan, lake_plan_from_json, lake_recipe
from showcase.errors import IntegrityError, InvalidInputError, UnavailableError
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window

WINDOW = Window.ending(date(2026, 11, 30), 80)


def plan(scenario: str = "retail_standard", stores_a_bucket: int = 2) -> LakePlan:
    return LakePlan(lake_recipe(scenario, 42, 5, 6, WINDOW), stores_a_bucket)


def made(folder: Path, wanted: LakePlan) -> Path:
    """A lake of the plan without a seal, as the engines leave it."""
    folder.mkdir()
    write_text(folder / PLAN, json.dumps(wanted.as_json()))
    write_shared(folder / SHARED, wanted)
    for number in reversed(range(wanted.n_buckets)):
        make_bucket(folder / PLAN, folder / bucket_name(number))
    return folder


def shared(lake: Path) -> dict[str, pl.DataFrame]:
    return {name: read_shared(lake, name) for name in SHARED_TABLES}


def receipts(lake: Path) -> list[dict[str, object]]:
    return [json.loads((lake / bucket_name(number) / RECEIPT).read_text()) for number in buckets_there(lake)]


def digests(lake: Path) -> tuple[Digest, Digest]:
    return lake_digests(shared(lake), receipts(lake))


def rows(lake: Path, name: str) -> pl.DataFrame:
    paths = [lake / bucket_name(number) / f"{name}.parquet" for number in buckets_there(lake)]
    frames = [frame for path in paths for _, frame in read_stores(path)]
    return pl.concat([pl.DataFrame(schema=LONG_SCHEMAS[name]), *frames])


@pytest.mark.parametrize("scenario", ["retail_standard", "sparse", "new_launches", "showcase_rich"])
def test_a_lake_holds_the_rows_that_the_generator_makes(scenario: str, tmp_path: Path) -> None:
    wanted = plan(scenario)
    lake, whole = made(tmp_path / "lake", wanted), generate(wanted.recipe)
    for name in (*LONG_TABLES, *SHARED_TABLES):
        found = rows(lake, name) if name in LONG_TABLES else read_shared(lake, name)
        expected = getattr(whole, name)
        assert found.equals(expected), name
        assert found.schema == expected.schema, name


def test_the_fingerprint_is_the_same_on_every_machine(tmp_path: Path) -> None:
    fingerprint, truth = digests(made(tmp_path / "lake", plan()))
    assert (fingerprint[:12], truth[:12]) == ("dd47af567a5f", "4f547870b896")


def test_neither_the_size_of_the_buckets_nor_their_order_changes_the_fingerprint(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one", plan()), made(tmp_path / "other", plan(stores_a_bucket=5))
    assert digests(one) == digests(other)
    assert lake_digests(shared(one), reversed(receipts(one))) == digests(one)


@pytest.mark.parametrize("name", [*LONG_TABLES, "stores", "products", "calendar", "promotions", "truth_effects"])
def test_a_row_less_changes_the_digests(name: str, tmp_path: Path) -> None:
    lake = made(tmp_path / "lake", plan())
    before = digests(lake)
    path = (lake / bucket_name(1) if name in LONG_TABLES else lake / SHARED) / f"{name}.parquet"
    frame = pl.read_parquet(path)
    # a group of rows is a store, so the stores' rows stay apart
    frame.head(-1).write_parquet(path, row_group_size=max(frame.height // 2, 1))
    if name in LONG_TABLES:
        check_bucket(lake / bucket_name(1) / RECEIPT, tmp_path / "found.json")
        (lake / bucket_name(1) / RECEIPT).write_text((tmp_path / "found.json").read_text())
    after = digests(lake)
    is_truth = name.startswith("truth")
    assert (after[0] == before[0], after[1] == before[1]) == (is_truth, not is_truth)


def test_what_is_read_of_a_bucket_is_what_was_written_down(tmp_path: Path) -> None:
    lake = made(tmp_path / "lake", plan("sparse"))
    for number in buckets_there(lake):
        receipt = lake / bucket_name(number) / RECEIPT
        check_bucket(receipt, tmp_path / "found.json")
        assert json.loads((tmp_path / "found.json").read_text()) == json.loads(receipt.read_text())


def test_a_file_that_broke_off_is_told_with_its_bucket(tmp_path: Path) -> None:
    lake = made(tmp_path / "lake", plan())
    path = lake / bucket_name(2) / "stock.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IntegrityError, match=r"stock\.parquet of bucket=00002"):
        check_bucket(lake / bucket_name(2) / RECEIPT, tmp_path / "found.json")


def test_a_bucket_that_was_made_twice_stays_the_first_one(tmp_path: Path) -> None:
    with staged_folder(tmp_path / "bucket=00000") as slow:
        (slow / "a").write_text("slow")
        with staged_folder(tmp_path / "bucket=00000") as quick:
            (quick / "a").write_text("quick")
    assert [path.name for path in tmp_path.iterdir()] == ["bucket=00000"]
    assert (tmp_path / "bucket=00000" / "a").read_text() == "quick"


def test_nothing_is_left_where_the_writing_failed(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as refused, staged_folder(tmp_path / "bucket=00000"):
        raise OSError(28, "No space left on device")
    assert "the disk is full" in refused.value.message
    assert "SHOWCASE_HOME" in refused.value.remedy
    assert not list(tmp_path.iterdir())


def test_a_sweep_takes_what_killed_writers_left_and_nothing_else(tmp_path: Path) -> None:
    for name in (".staged-bucket=00003-0a1b2c3d", ".removed-chain-0a1b2c3d", "bucket=00003", "shared", ".staged"):
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".staged", "bucket=00003", "shared"]


def test_a_plan_comes_back_from_its_json() -> None:
    assert lake_plan_from_json(json.loads(json.dumps(plan().as_json()))) == plan()
    with pytest.raises(InvalidInputError, match="format 2"):
        lake_plan_from_json({**plan().as_json(), "lake_format": 2})


@pytest.mark.parametrize(
    ("stores", "products", "days", "named"),
    [
        (0, 10, 80, "stores"),
        (10, 10_001, 80, "products"),
        (10, 10, 3_661, "days"),
        (10_000, 10_000, 80, "stores x products"),
        (10, 10_000, 365, "products x days"),
    ],
)
def test_a_size_that_no_worker_could_hold_is_refused(stores: int, products: int, days: int, named: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        lake_recipe("retail_standard", 42, stores, products, Window.ending(date(2026, 11, 22), days))
    assert [error.field for error in refused.value.errors] == [named]


def test_a_lake_may_be_larger_than_a_database(tmp_path: Path) -> None:
    large = LakePlan(lake_recipe("retail_standard", 42, 1_000, 1_000, Window.ending(date(2026, 11, 22), 730)), 10)
    assert large.recipe.estimated_rows()["sales"] == 730_000_000
    assert (large.n_buckets, list(large.stores_of(99))) == (100, list(range(990, 1_000)))
    assert 4e9 < large.estimated_bytes() < 8e9
