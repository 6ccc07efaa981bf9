"""Every kind of compute maps a function over files: each once, a failure alone, and whoever waits can leave."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from showcase.adapters.compute import compute_of
from showcase.adapters.compute.dask import OnDask
from showcase.adapters.compute.local import InTurn, LocalPool
from showcase.adapters.compute.spark import OnSpark
from showcase.adapters.compute.worker import do_bucket, versions
from showcase.errors import ConflictError, InvalidInputError, UnavailableError
from showcase.evaluation.bucket_backtest import backtest_bucket, backtest_task
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.buckets import cut_into_buckets
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import Digest
from showcase.ports import BucketEnd, Compute
from showcase.settings import load_settings
from tests.adapters.bucket_works import upper
from tests.faults.waiting import TWO_S
from tests.forecasting.matrices import lively

ENGINES = ["in turn", "pool", "dask", "spark"]


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, Compute]]:
    """Each engine on two workers, started by the first test that maps and kept for the others."""
    engines: dict[str, Compute] = {
        "in turn": InTurn(),
        "pool": LocalPool(2),
        "dask": OnDask(2, None),
        "spark": OnSpark(2, None),
    }
    yield engines
    for engine in engines.values():
        engine.close()


@pytest.fixture
def compute(opened: dict[str, Compute], request: pytest.FixtureRequest) -> Compute:
    if request.param == "spark" and shutil.which("java") is None:
        pytest.skip("there is no Java on the PATH, and Spark runs on Java 17 or newer")
    return opened[request.param]


on_every_engine = pytest.mark.parametrize("compute", ENGINES, indirect=True)
where_workers_are_processes = pytest.mark.parametrize("compute", ENGINES[1:], indirect=True)


def _files(folder: Path, *texts: str) -> list[tuple[Path, Path]]:
    files = []
    for place, text in enumerate(texts):
        source = folder / f"{place}.txt"
        source.write_text(text)
        files.append((source, folder / f"{place}.answer"))
    return files


def _quiet() -> None:
    """Nobody wants to leave."""


def _map(compute: Compute, files: list[tuple[Path, Path]]) -> list[BucketEnd]:
    return sorted(compute.map(upper, files, _quiet), key=lambda end: end.place)


def _told(ends: list[BucketEnd]) -> list[tuple[int, str | None]]:
    return [(end.place, end.failure) for end in ends]


@on_every_engine
def test_every_bucket_is_done_once_and_says_what_it_took(compute: Compute, tmp_path: Path) -> None:
    files = _files(tmp_path, "a", "b", "c")
    ends = _map(compute, files)
    assert _told(ends) == [(0, None), (1, None), (2, None)]
    assert [target.read_text() for _, target in files] == ["A", "B", "C"]
    for end in ends:
        assert end.effort is not None
        assert end.effort.cpu_s >= 0
        assert end.effort.peak_bytes > 1_000_000
        assert ":" in end.effort.worker


@on_every_engine
def test_a_bucket_that_fails_keeps_no_other_from_its_end(
    compute: Compute, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = _files(tmp_path, "a", "refuse", "break", "d")
    ends = _map(compute, files)
    assert [end.failure for end in ends] == [
        None,
        "A better text was expected.",
        "ZeroDivisionError in the work on this series",
        None,
    ]
    assert "secret internals" in caplog.text, "what the library said is in the log"
    assert files[3][1].read_text() == "D"


@on_every_engine
def test_nothing_to_do_is_done_at_once(compute: Compute) -> None:
    assert _map(compute, []) == []


@on_every_engine
def test_the_same_files_twice_are_done_twice(compute: Compute, tmp_path: Path) -> None:
    files = _files(tmp_path, "a", "b")
    _map(compute, files)
    files[0][0].write_text("changed")
    _map(compute, files)
    assert files[0][1].read_text() == "CHANGED"


@on_every_engine
def test_whoever_waits_can_leave_within_two_seconds(compute: Compute, tmp_path: Path) -> None:
    _map(compute, _files(tmp_path, "a", "b"))  # so that the engine's own start is over
    calls = []

    def leave() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt

    files = _files(tmp_path, "hang", "hang", "c")
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(compute.map(upper, files, leave))
    took_s = time.monotonic() - began
    (tmp_path / "go").touch()  # lets work that was left alone come to its end
    assert took_s < TWO_S
    assert not files[2][1].exists()


@where_workers_are_processes
def test_the_bucket_of_a_worker_that_was_killed_is_done_again(compute: Compute, tmp_path: Path) -> None:
    files = _files(tmp_path, "a", "die once", "c", "d")
    ends = _map(compute, files)
    assert (tmp_path / "1.died").exists(), "a worker was killed"
    assert _told(ends) == [(0, None), (1, None), (2, None), (3, None)]
    assert [target.read_text() for _, target in files] == ["A", "DIE ONCE", "C", "D"]


@where_workers_are_processes
def test_a_bucket_that_kills_every_worker_fails_alone(compute: Compute, tmp_path: Path) -> None:
    files = _files(tmp_path, "die", "b", "c", "d")
    ends = _map(compute, files)
    assert [end.failure for end in ends] == ["the worker process died", None, None, None]
    assert [target.read_text() for _, target in files[1:]] == ["B", "C", "D"]


@on_every_engine
def test_the_answers_are_the_same_bytes_on_every_engine(compute: Compute, tmp_path: Path) -> None:
    plan = BacktestPlan(horizon=7, n_splits=2, min_train_size=30)
    task = backtest_task([ModelConfig.of(name) for name in ("moving_average", "trend_regression_baseline")], plan)
    matrix = lively(60, 60)
    answers = {}
    for name, engine in (("here", InTurn()), ("there", compute)):
        folder = tmp_path / name
        folder.mkdir()
        rows = np.arange(matrix.n_series)
        sources = [
            path
            for number, some in enumerate(np.array_split(rows, 3))
            for path in cut_into_buckets(matrix, some, task, _folder(folder / str(number)))
        ]
        files = [(source, source.with_suffix(".answer")) for source in sources]
        assert [end.failure for end in engine.map(backtest_bucket, files, _quiet)] == [None] * 3
        answers[name] = [Digest.of(target.read_bytes()) for _, target in files]
    assert answers["there"] == answers["here"]


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_pool_leaves_no_process_behind(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    _map(LocalPool(2), _files(tmp_path, "a", "b", "c"))
    assert set(multiprocessing.active_children()) <= before


def test_a_worker_of_another_version_refuses(tmp_path: Path) -> None:
    ((source, target),) = _files(tmp_path, "a")
    assert "numpy" in versions()
    with pytest.raises(ConflictError, match=r"expected is showcase 0\.0\.0"):
        do_bucket(upper, source, target, "showcase 0.0.0")
    assert not target.exists()


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="does not see the file"):
        do_bucket(upper, tmp_path / "elsewhere.txt", tmp_path / "answer", versions())


def test_the_engine_is_chosen_by_setting() -> None:
    assert compute_of(load_settings(engine="local", engine_workers=3)) == LocalPool(3)
    on_dask = compute_of(load_settings(engine="dask", engine_workers=4))
    assert isinstance(on_dask, OnDask)
    assert (on_dask.workers, on_dask.address) == (4, None)
    on_spark = compute_of(load_settings(engine="spark", engine_address="spark://host:7077"))
    assert isinstance(on_spark, OnSpark)
    assert (on_spark.workers, on_spark.address) == (None, "spark://host:7077")


def test_an_address_without_a_cluster_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="the local engine has no address"):
        compute_of(load_settings(engine="local", engine_address="tcp://host:8786"))


def test_an_engine_whose_library_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcase.adapters.compute.find_spec", lambda name: None)
    with pytest.raises(UnavailableError) as refused:
        compute_of(load_settings(engine="dask"))
    assert "showcase[dask]" in refused.value.remedy


def test_a_cluster_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No Dask scheduler answers at tcp://127"):
        _map(OnDask(None, "tcp://127.0.0.1:1", connect_s=0.5), _files(tmp_path, "a", "b"))
