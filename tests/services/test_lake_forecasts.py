"""A forecast of a lake is the same from every worker, goes on where it stopped, and tells what has no answer."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from showcase.adapters.compute.local import InTurn, LocalPool
from showcase.demand.lake_recipe import LakePlan, lake_recipe
from showcase.errors import ConflictError, InvalidInputError
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.window import Window
from showcase.services.lake_forecasts import LakeForecasts
from showcase.services.lakes import LakeService
from tests.services.test_lakes import Counted

PLAN = BacktestPlan(horizon=7, n_splits=2)
MODELS = [ModelConfig.of(name) for name in ("seasonal_average", "prophet_like")]
RECIPE = lake_recipe("demo_minimal", 7, 5, 4, Window.ending(date(2026, 11, 22), 75))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one whole lake, to be copied."""
    root = tmp_path_factory.mktemp("lakes")
    LakeService(root, InTurn()).make("small", LakePlan(RECIPE, 1))
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "lake")


def of(root: Path, compute: InTurn | LocalPool | Counted) -> LakeForecasts:
    return LakeForecasts(LakeService(root, compute), frozenset())


def answers(folder: Path, name: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in sorted(folder.glob(f"bucket=*/{name}.parquet"))])


def test_workers_and_the_size_of_buckets_change_no_answer(root: Path, tmp_path: Path) -> None:
    alone = of(root, InTurn()).forecast("small", MODELS, PLAN)
    shutil.copytree(root, tmp_path / "pooled", ignore=shutil.ignore_patterns("forecasts"))
    pooled = of(tmp_path / "pooled", LocalPool(2)).forecast("small", MODELS, PLAN)
    assert pooled.digest == alone.digest
    assert pooled.as_json() | {"folder": ""} == alone.as_json() | {"folder": ""}

    LakeService(tmp_path / "other", InTurn()).make("small", LakePlan(RECIPE, 3))
    other = of(tmp_path / "other", InTurn()).forecast("small", MODELS, PLAN)
    for name in ("forecasts", "scores", "left_out"):
        assert answers(other.folder, name).equals(answers(alone.folder, name)), name
    assert other.board.equals(alone.board)
    assert (other.fingerprint, other.best) == (alone.fingerprint, alone.best)


def test_it_goes_on_with_what_is_missing(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        of(root, Counted(breaks_after=3)).forecast("small", MODELS, PLAN)
    again = Counted()
    done = of(root, again).forecast("small", MODELS, PLAN)
    assert again.asked == ["bucket=00003", "bucket=00004"]
    assert done.series == 20
    assert sum(done.best.values()) == 20 - done.left_out
    assert done.winner in {"seasonal_average", "prophet_like"}
    assert set(done.board["model"]) == {"seasonal_average", "prophet_like", "naive", "seasonal_naive"}
    other = Counted()
    of(root, other).forecast("small", MODELS[:1], PLAN)
    assert len(other.asked) == 5, "another question is another forecast"


def test_a_bucket_without_an_answer_keeps_no_other_from_its_own(root: Path) -> None:
    (root / "small" / "bucket=00002" / "stock.parquet").unlink()
    done = of(root, InTurn()).forecast("small", MODELS[:1], PLAN)
    assert list(done.failed) == ["bucket=00002"]
    assert (done.series, done.digest) == (16, None)
    assert not list(done.folder.glob(".*"))


def test_what_cannot_be_forecast_is_refused_before_anything_is_written(root: Path) -> None:
    asked = of(root, InTurn())
    with pytest.raises(InvalidInputError, match="SHOWCASE_ENABLE_LIGHTGBM"):
        asked.forecast("small", [ModelConfig.of("lightgbm")], PLAN)
    with pytest.raises(InvalidInputError, match="the window has 75"):
        asked.forecast("small", MODELS, BacktestPlan(n_splits=9))
    shutil.rmtree(root / "small" / "bucket=00002")
    with pytest.raises(ConflictError, match="is not whole"):
        asked.forecast("small", MODELS, PLAN)
    assert not (root / "small" / "forecasts").exists()


def test_a_forecast_is_no_part_of_the_lake_that_is_verified(root: Path) -> None:
    asked = of(root, InTurn())
    asked.forecast("small", MODELS[:1], PLAN)
    assert asked.lakes.verify("small").ok
