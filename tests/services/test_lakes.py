"""Lakes are made once, go on where they stopped, tell every change of a row, and go only when they were shown."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from showcase.adapters.compute.local import InTurn, LocalPool
from showcase.demand.lake_files import exclusive
from showcase.demand.lake_recipe import LakePlan, lake_recipe
from showcase.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.window import Window
from showcase.ports import BucketEnd, BucketWork, Tick
from showcase.services.lake_forecasts import LakeForecasts
from showcase.services.lake_proof import Lake, open_lake
from showcase.services.lakes import LakeService

PLAN = LakePlan(lake_recipe("demo_minimal", 7, 5, 4, Window.ending(date(2026, 11, 22), 75)), 1)


@dataclass(slots=True)
class Counted:
    """Buckets in turn, and which were asked for; `breaks_after` so many somebody leaves."""

    breaks_after: int | None = None
    asked: list[str] = field(default_factory=list)

    def map(self, work: BucketWork, buckets: Sequence[tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
        for place, files in enumerate(buckets):
            if place == self.breaks_after:
                raise KeyboardInterrupt
            self.asked.append(files[1].name)
            for end in InTurn().map(work, [files], tick):
                yield BucketEnd(place, end.failure, end.effort)

    def close(self) -> None:
        """Nothing was opened."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one whole lake, to be copied."""
    root = tmp_path_factory.mktemp("lakes")
    LakeService(root, InTurn()).make("small", PLAN)
    return root


@pytest.fixture
def lakes(made: Path, tmp_path: Path) -> LakeService:
    return LakeService(shutil.copytree(made, tmp_path / "lake"), InTurn())


def test_a_pool_of_processes_makes_and_checks_the_same_lake(lakes: LakeService, tmp_path: Path) -> None:
    pooled = LakeService(tmp_path / "pooled", LocalPool(2))
    made = pooled.make("small", PLAN)
    assert made.fingerprint == lakes.look("small").fingerprint
    assert made.truth_digest == lakes.look("small").truth_digest
    assert pooled.verify("small").ok


def test_a_lake_that_was_left_goes_on_with_what_is_missing(lakes: LakeService, tmp_path: Path) -> None:
    root = tmp_path / "left"
    with pytest.raises(KeyboardInterrupt):
        LakeService(root, Counted(breaks_after=2)).make("small", PLAN)
    left = LakeService(root, InTurn()).look("small")
    assert (left.is_whole, left.buckets) == (False, 2)
    (root / "small" / ".staged-bucket=00002-0a1b2c3d").mkdir()
    again = Counted()
    done = LakeService(root, again).make("small", PLAN)
    assert again.asked == ["bucket=00002", "bucket=00003", "bucket=00004"]
    assert done.fingerprint == lakes.look("small").fingerprint
    assert not list((root / "small").glob(".*"))


def test_a_whole_lake_is_left_as_it_is(lakes: LakeService) -> None:
    counted = Counted()
    assert LakeService(lakes.root, counted).make("small", PLAN) == lakes.look("small")
    assert not counted.asked


def test_another_lake_is_never_written_over(lakes: LakeService) -> None:
    before = lakes.look("small")
    other = LakePlan(lake_recipe("demo_minimal", 8, 5, 4, PLAN.recipe.window), 1)
    with pytest.raises(ConflictError) as refused:
        lakes.make("small", other)
    assert refused.value.reason == "exists"
    assert "seed 7, 5 stores x 4 products" in refused.value.message
    assert "showcase lake remove small" in refused.value.remedy
    assert lakes.look("small") == before


def test_whoever_is_at_work_on_a_lake_keeps_others_out(lakes: LakeService) -> None:
    acts: list[Callable[[], object]] = [
        lambda: lakes.make("small", PLAN), lambda: lakes.verify("small"), lambda: lakes.remove("small"),
    ]  # fmt: skip
    with exclusive(lakes.root / "small"):
        for act in acts:
            with pytest.raises(ConflictError) as refused:
                act()
            assert refused.value.reason == "busy"
    assert lakes.verify("small").ok


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))
    with pytest.raises(UnavailableError, match=r"needs about 0\.5 GB, and 0\.0 GB are free") as refused:
        LakeService(tmp_path, InTurn()).make("small", PLAN)
    assert "fewer stores" in refused.value.remedy
    assert not (tmp_path / "small").exists()


def test_a_bucket_that_cannot_be_made_says_why_and_what_is_there_stays(tmp_path: Path) -> None:
    lakes = LakeService(tmp_path, Counted())
    with pytest.raises(KeyboardInterrupt):
        LakeService(tmp_path, Counted(breaks_after=1)).make("small", PLAN)
    (tmp_path / "small" / "plan.json").write_text(
        (tmp_path / "small" / "plan.json").read_text().replace('"generator_version": "1"', '"generator_version": "0"')
    )
    with pytest.raises(ConflictError, match="made otherwise"):
        lakes.make("small", PLAN)
    with pytest.raises(UnavailableError, match="generator version 0"):
        lakes.make("small", lakes.look("small").plan)
    assert lakes.look("small").buckets == 1


def _rewritten(path: Path) -> None:
    frame = pl.read_parquet(path)
    frame[0, -1] = not frame[0, -1] if frame.dtypes[-1] == pl.Boolean else frame[0, -1] + 1
    frame.write_parquet(path)


def _edited(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a unit of sales": (lambda lake: _rewritten(lake / "bucket=00001" / "sales.parquet"), "bucket=00001 holds other"),
    "a unit of stock": (lambda lake: _rewritten(lake / "bucket=00004" / "stock.parquet"), "bucket=00004 holds other"),
    "a price": (lambda lake: _rewritten(lake / "bucket=00000" / "prices.parquet"), "bucket=00000 holds other"),
    "known truth": (lambda lake: _rewritten(lake / "bucket=00001" / "truth_demand.parquet"), "holds other rows"),
    "a receipt": (lambda lake: _edited(lake / "bucket=00002" / "receipt.json", '": "', '": "0'), "holds other rows"),
    "a store": (lambda lake: _edited_store(lake / "shared" / "stores.parquet"), "come to the fingerprint"),
    "the seal": (lambda lake: _edited(lake / "lake.json", '"sales": ', '"sales": 1'), "come to the fingerprint"),
    "a bucket gone": (lambda lake: shutil.rmtree(lake / "bucket=00003"), "bucket=00003 is missing"),
    "a bucket more": (lambda lake: shutil.copytree(lake / "bucket=00003", lake / "bucket=00005"), "none of this lake"),
    "two exchanged": (lambda lake: _exchanged(lake / "bucket=00000", lake / "bucket=00001"), "holds other rows"),
    "a file more": (lambda lake: (lake / "bucket=00003" / "notes.txt").write_text("x"), "the stranger 'notes.txt'"),
    "a file gone": (lambda lake: (lake / "bucket=00003" / "prices.parquet").unlink(), "has no prices.parquet"),
    "half a file": (lambda lake: (lake / "bucket=00003" / "stock.parquet").write_bytes(b"PAR1"), "cannot be read"),
    "a table of all": (lambda lake: (lake / "shared" / "products.parquet").write_bytes(b"PAR1"), "cannot be read"),
}


def _edited_store(path: Path) -> None:
    pl.read_parquet(path).with_columns(pl.col("region").reverse()).write_parquet(path)


def _exchanged(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_in_a_lake_is_found(what: str, lakes: LakeService) -> None:
    assert lakes.verify("small").ok
    change, reason = CHANGES[what]
    change(lakes.root / "small")
    proof = lakes.verify("small")
    assert not proof.ok
    assert reason in proof.reasons[0]
    assert not list((lakes.root / "small").glob(".*"))


def test_a_bucket_that_was_removed_is_made_again_alone(lakes: LakeService) -> None:
    before = lakes.look("small")
    shutil.rmtree(lakes.root / "small" / "bucket=00003")
    counted = Counted()
    assert LakeService(lakes.root, counted).make("small", PLAN) == before
    assert counted.asked == ["bucket=00003"]


def test_a_lake_goes_with_all_that_is_in_it(lakes: LakeService) -> None:
    gone = lakes.remove("small")
    assert (gone.name, gone.buckets) == ("small", 5)
    assert not lakes.list_lakes()
    assert not list(lakes.root.iterdir()), "its lock goes with it"
    with pytest.raises(NotFoundError):
        lakes.remove("small")


def test_what_a_killed_removal_left_goes_with_the_next_lake(lakes: LakeService) -> None:
    (lakes.root / "small").rename(lakes.root / ".removed-small-0a1b2c3d")
    (lakes.root / ".lock-small").touch()
    with exclusive(lakes.root / "other"):
        lakes.make("new", PLAN)
        assert {path.name for path in lakes.root.iterdir()} == {".lock-other", "new"}


@pytest.mark.fault("C10")
@pytest.mark.parametrize("act", ["verify", "remove", "forecast"])
def test_a_lake_that_went_before_its_lock_was_had_is_not_found(
    act: str, lakes: LakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def too_late(folder: Path) -> Iterator[None]:
        shutil.rmtree(folder)
        with exclusive(folder):
            yield

    monkeypatch.setattr("showcase.services.lakes.exclusive", too_late)
    forecasts = LakeForecasts(lakes, frozenset())
    acts: dict[str, Callable[[], object]] = {
        "verify": lambda: lakes.verify("small"),
        "remove": lambda: lakes.remove("small"),
        "forecast": lambda: forecasts.forecast("small", [ModelConfig(model_type=ModelType.NAIVE)], BacktestPlan()),
    }
    with pytest.raises(NotFoundError):
        acts[act]()
    assert not list(lakes.root.iterdir()), "nothing is made in the place of what went"


@pytest.mark.fault("C10")
def test_a_lake_that_goes_while_it_is_looked_at_is_not_listed(
    lakes: LakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(lakes.root / "small", lakes.root / "also")

    def meanwhile(folder: Path) -> Lake:
        if folder.name == "also":
            shutil.rmtree(folder)
        return open_lake(folder)

    monkeypatch.setattr("showcase.services.lakes.open_lake", meanwhile)
    assert [one.name for one in lakes.list_lakes()] == ["small"]


def test_a_file_that_goes_while_a_lake_is_measured_counts_for_nothing(
    lakes: LakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, look = lakes.look("small").size_bytes, Path.lstat
    (lakes.root / "small" / ".lake.json.0a1b2c3d").write_text("half")

    def meanwhile(path: Path) -> os.stat_result:
        if path.name == ".lake.json.0a1b2c3d":
            path.unlink()
        return look(path)

    monkeypatch.setattr(Path, "lstat", meanwhile)
    assert lakes.look("small").size_bytes == size


def test_a_name_never_becomes_another_path(lakes: LakeService) -> None:
    for name in ("../small", "", ".lock-small", "Small", "a" * 64, "small/bucket=00000"):
        with pytest.raises(InvalidInputError):
            lakes.look(name)


def test_lakes_are_listed_by_name(lakes: LakeService) -> None:
    shutil.copytree(lakes.root / "small", lakes.root / "also")
    (lakes.root / "no-lake").mkdir()
    assert [one.name for one in lakes.list_lakes()] == ["also", "small"]
    assert json.loads(json.dumps(lakes.list_lakes()[0].as_json()))["buckets_planned"] == 5
