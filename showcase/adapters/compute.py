"""Work on buckets on this machine: one after the other, or in a pool of processes."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from showcase.errors import ShowcaseError
from showcase.ports import BucketEnd, BucketWork, Tick

log = logging.getLogger(__name__)
_TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class InTurn:
    """One bucket after the other, in a thread of this process, so that whoever waits can still leave."""

    def map(self, work: BucketWork, buckets: Sequence[tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
        executor = ThreadPoolExecutor(1, thread_name_prefix="bucket")
        try:
            for place, future in _ended(executor, work, dict(enumerate(buckets)), tick):
                yield BucketEnd(place, _failure_of(future.exception()))
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class LocalPool:
    """At most `workers` processes at once. A single bucket is done in this process: a worker's start costs more."""

    workers: int

    def map(self, work: BucketWork, buckets: Sequence[tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
        if len(buckets) < 2 or self.workers < 2:
            yield from InTurn().map(work, buckets, tick)
            return
        lost = []
        for end in self._in_pool(work, dict(enumerate(buckets)), tick):
            if end.failure == _WORKER_DIED:
                lost.append(end.place)
            else:
                yield end
        # one dead worker takes all that was open with it: each alone, so that the one that killed it is known
        for place in lost:
            yield from self._in_pool(work, {place: buckets[place]}, tick)

    def _in_pool(self, work: BucketWork, buckets: dict[int, tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
        # spawn: a fork would take the threads' locks and the database's connections along
        context = multiprocessing.get_context("spawn")
        others = set(multiprocessing.active_children())
        executor = ProcessPoolExecutor(min(self.workers, len(buckets)), mp_context=context)
        is_done = False
        try:
            for place, future in _ended(executor, work, buckets, tick):
                yield BucketEnd(place, _failure_of(future.exception()))
            is_done = True
        finally:
            executor.shutdown(wait=is_done, cancel_futures=True)
            if not is_done:
                for worker in set(multiprocessing.active_children()) - others:
                    worker.terminate()


_WORKER_DIED = "the worker process died"


def _ended(
    executor: Executor, work: BucketWork, buckets: dict[int, tuple[Path, Path]], tick: Tick
) -> Iterator[tuple[int, Future[None]]]:
    """Each future as it ends, with its place; `tick` is called while they are waited for."""
    places = {_submit(executor, work, files): place for place, files in buckets.items()}
    waiting = set(places)
    while waiting:
        tick()
        done, waiting = wait(waiting, timeout=_TICK_S, return_when=FIRST_COMPLETED)
        yield from ((places[future], future) for future in done)


def _submit(executor: Executor, work: BucketWork, files: tuple[Path, Path]) -> Future[None]:
    try:
        return executor.submit(work, *files)
    except BrokenProcessPool as error:
        # a worker died before all buckets were handed over
        refused: Future[None] = Future()
        refused.set_exception(error)
        return refused


def _failure_of(error: BaseException | None) -> str | None:
    """Why a bucket failed, in words of this program; what a library said goes to the log."""
    if error is None:
        return None
    if isinstance(error, BrokenProcessPool):
        return _WORKER_DIED
    if isinstance(error, ShowcaseError):
        return error.message
    log.warning("a bucket failed: %r", error)
    return f"{type(error).__name__} in the work on this series"
