"""Work on buckets on this machine: one after the other, or in a pool of processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from showcase.adapters.compute.mapping import WORKER_DIED, Files, Submit, end_of, ended
from showcase.adapters.compute.worker import do_bucket, versions
from showcase.ports import BucketEnd, BucketWork, Effort, Tick


@dataclass(frozen=True, slots=True)
class InTurn:
    """One bucket after the other, in a thread of this process, so that whoever waits can still leave."""

    def map(self, work: BucketWork, buckets: Sequence[Files], tick: Tick) -> Iterator[BucketEnd]:
        executor = ThreadPoolExecutor(1, thread_name_prefix="bucket")
        try:
            for place, future in ended(_to(executor, work), dict(enumerate(buckets)), tick, at_once=1):
                yield end_of(place, future)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """There is nothing to let go of."""


@dataclass(frozen=True, slots=True)
class LocalPool:
    """At most `workers` processes at once. A single bucket is done in this process: a worker's start costs more."""

    workers: int

    def map(self, work: BucketWork, buckets: Sequence[Files], tick: Tick) -> Iterator[BucketEnd]:
        if len(buckets) < 2 or self.workers < 2:
            yield from InTurn().map(work, buckets, tick)
            return
        left, suspects = dict(enumerate(buckets)), list[int]()
        # one dead worker breaks the whole pool: what was not handed over yet goes on in a new one
        while left:
            for end in self._in_pool(work, dict(left), tick):
                del left[end.place]
                if end.failure == WORKER_DIED:
                    suspects.append(end.place)
                else:
                    yield end
        # and what was open with it is done again, each alone, so that the one that killed it is known
        for place in suspects:
            yield from self._in_pool(work, {place: buckets[place]}, tick)

    def close(self) -> None:
        """There is nothing to let go of: a pool lives as long as its map."""

    def _in_pool(self, work: BucketWork, buckets: Mapping[int, Files], tick: Tick) -> Iterator[BucketEnd]:
        """Do the buckets in a pool, up to the death of a worker; those that were open then ended by it."""
        # spawn: a fork would take the threads' locks and the database's connections along
        context = multiprocessing.get_context("spawn")
        others = set(multiprocessing.active_children())
        executor = ProcessPoolExecutor(min(self.workers, len(buckets)), mp_context=context)
        is_done = False
        try:
            for place, future in ended(_to(executor, work), buckets, tick, at_once=self.workers):
                if not isinstance(future.exception(), _NotBegunError):
                    yield end_of(place, future, (BrokenProcessPool,))
            is_done = True
        finally:
            executor.shutdown(wait=is_done, cancel_futures=True)
            if not is_done:
                for worker in set(multiprocessing.active_children()) - others:
                    worker.terminate()


class _NotBegunError(BrokenProcessPool):
    """A pool took no bucket any more, since a worker had died."""


def _to(executor: Executor, work: BucketWork) -> Submit:
    expected = versions()

    def submit(source: Path, target: Path) -> Future[Effort]:
        try:
            return executor.submit(do_bucket, work, source, target, expected)
        except BrokenProcessPool as error:
            refused: Future[Effort] = Future()
            refused.set_exception(_NotBegunError(str(error)))
            return refused

    return submit
