"""Both kinds of compute map a function over files: each once, a failure alone, and whoever waits can leave."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from showcase.adapters.compute import InTurn, LocalPool
from showcase.ports import BucketEnd, Compute
from tests.adapters.bucket_works import upper

COMPUTES = [pytest.param(InTurn(), id="in turn"), pytest.param(LocalPool(2), id="pool")]


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


@pytest.mark.parametrize("compute", COMPUTES)
def test_every_bucket_is_done_once(compute: Compute, tmp_path: Path) -> None:
    files = _files(tmp_path, "a", "b", "c")
    assert _map(compute, files) == [BucketEnd(0, None), BucketEnd(1, None), BucketEnd(2, None)]
    assert [target.read_text() for _, target in files] == ["A", "B", "C"]


@pytest.mark.parametrize("compute", COMPUTES)
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


@pytest.mark.parametrize("compute", COMPUTES)
def test_nothing_to_do_is_done_at_once(compute: Compute) -> None:
    assert _map(compute, []) == []


@pytest.mark.parametrize("compute", COMPUTES)
def test_whoever_waits_can_leave_within_two_seconds(compute: Compute, tmp_path: Path) -> None:
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
    (tmp_path / "go").touch()  # lets a thread that was left alone come to its end
    assert took_s < 2
    assert not files[2][1].exists()


def test_a_worker_that_dies_takes_its_own_bucket_alone(tmp_path: Path) -> None:
    files = _files(tmp_path, "die", "b", "c", "d")
    ends = _map(LocalPool(2), files)
    assert [end.failure for end in ends] == ["the worker process died", None, None, None]
    assert [target.read_text() for _, target in files[1:]] == ["B", "C", "D"]


def test_a_pool_leaves_no_process_behind(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    _map(LocalPool(2), _files(tmp_path, "a", "b", "c"))
    assert set(multiprocessing.active_children()) <= before
