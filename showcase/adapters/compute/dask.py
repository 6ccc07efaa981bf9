"""Work on buckets on Dask: on workers started here, or on a cluster by the address of its scheduler."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from showcase.adapters.compute.mapping import Files, end_of, ended
from showcase.adapters.compute.worker import do_bucket, versions
from showcase.errors import UnavailableError
from showcase.ports import BucketEnd, BucketWork, Effort, Tick

_DEATHS_ALLOWED = 1
"""A bucket is done again after its worker died, once; a cluster by address has its own number."""
_HERE = {
    "distributed.scheduler.allowed-failures": _DEATHS_ALLOWED,
    # Dask's own have each array's memory given back at once, and fetched anew for the next: two fifths more processor
    # time for a bucket of ours. How much a worker holds is bounded by the bucket.
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1},
    "distributed.worker.profile.enabled": False,  # a hundred looks a second, for a page that is not served
}
"""What workers that are started here are told."""


class OnDask:
    """At most `workers` buckets at once: this machine's cores by default, with an address all that the cluster takes.

    Workers that are started here are processes of one thread, as long as this lives.
    """

    def __init__(self, workers: int | None, address: str | None, connect_s: float = 10.0) -> None:
        self.workers, self.address, self.connect_s = workers, address, connect_s
        self._opening = threading.Lock()
        self._client: Any = None
        self._cluster: Any = None

    def map(self, work: BucketWork, buckets: Sequence[Files], tick: Tick) -> Iterator[BucketEnd]:
        if not buckets:
            return
        from distributed import KilledWorker

        # two calls with the same files are two pieces of work, so a call is not a pure function to Dask
        executor, expected = self._opened().get_executor(pure=False), versions()

        def submit(source: Path, target: Path) -> Future[Effort]:
            given: Future[Effort] = executor.submit(do_bucket, work, source, target, expected)
            return given

        at_once = self.workers or (len(buckets) if self.address else _cores())
        lost: list[int] = []
        try:
            for place, future in ended(submit, dict(enumerate(buckets)), tick, at_once):
                if isinstance(future.exception(), KilledWorker):
                    lost.append(place)
                else:
                    yield end_of(place, future)
            # a worker takes what waits for it along, so a bucket may have been lost to another one: alone, none is
            for place in lost:
                for _, future in ended(submit, {place: buckets[place]}, tick, 1):
                    yield end_of(place, future, (KilledWorker,))
        finally:
            executor.shutdown(wait=False)

    def close(self) -> None:
        with self._opening:
            opened = [one for one in (self._client, self._cluster) if one is not None]
            self._client = self._cluster = None
        for one in opened:
            one.close()

    def _opened(self) -> Any:
        with self._opening:
            if self._client is None:
                self._open()
            return self._client

    def _open(self) -> None:
        import dask
        from distributed import Client, LocalCluster

        if self.address is None:
            dask.config.set(_HERE)
            self._cluster = LocalCluster(
                n_workers=self.workers or _cores(),
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                # the scheduler's page has a port all the same: a free one, on loopback
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                env={"POLARS_MAX_THREADS": "1"},
            )
        try:
            self._client = Client(self._cluster or self.address, timeout=self.connect_s, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UnavailableError(
                f"No Dask scheduler answers at {self.address} ({type(error).__name__}).",
                "Start one there with `dask scheduler`, correct SHOWCASE_ENGINE_ADDRESS, or unset it.",
            ) from error


def _cores() -> int:
    return os.cpu_count() or 1
