"""Work on buckets on Spark: on this machine, or on a cluster by the address of its master."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

from showcase.adapters.compute.mapping import Files, end_of, ended
from showcase.adapters.compute.worker import do_bucket, versions
from showcase.errors import UnavailableError
from showcase.ports import BucketEnd, BucketWork, Effort, Tick

log = logging.getLogger(__name__)
_TRIES = 2
"""A bucket is done again after its worker died, once; a cluster by address has its own number."""

_LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "512m",
    # the work is Python's: the quick compiler and one collector halve what Java takes to start
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto",
    "spark.executorEnv.OMP_NUM_THREADS": "1",
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
}
_ALWAYS = {
    "spark.app.name": "showcase",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # how long a worker may go on after its job was cancelled
    "spark.python.task.killTimeout": "500ms",
}


class OnSpark:
    """At most `workers` buckets at once: this machine's cores by default, with an address those of the cluster.

    Each bucket is a job of one task, so that it fails, is done again and is told of alone.
    """

    def __init__(self, workers: int | None, address: str | None) -> None:
        self.workers, self.address = workers, address
        self._opening = threading.Lock()
        self._context: Any = None

    def map(self, work: BucketWork, buckets: Sequence[Files], tick: Tick) -> Iterator[BucketEnd]:
        if not buckets:
            return
        context, expected = self._opened(), versions()
        at_once = self.workers or max(int(context.defaultParallelism), 1)
        threads = ThreadPoolExecutor(at_once, thread_name_prefix="spark-bucket")
        group, is_done = f"showcase-{uuid4().hex}", False

        def job(files: Files) -> Effort:
            # the group is the thread's own, and each of these threads works for this map alone
            context.setJobGroup(group, "buckets of series", interruptOnCancel=True)
            return _one_task(context, _Task(work, expected), files)

        def submit(source: Path, target: Path) -> Future[Effort]:
            return threads.submit(job, (source, target))

        try:
            for place, future in ended(submit, dict(enumerate(buckets)), tick, at_once):
                yield end_of(place, future, (_LostTaskError,))
            is_done = True
        finally:
            if not is_done:
                context.cancelJobGroup(group)
            threads.shutdown(wait=is_done, cancel_futures=True)

    def close(self) -> None:
        with self._opening:
            opened, self._context = self._context, None
        if opened is not None:
            opened.stop()

    def _opened(self) -> Any:
        with self._opening:
            if self._context is None:
                self._context = self._open()
            return self._context

    def _open(self) -> Any:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkRuntimeError

        here = self.address is None
        master = f"local[{self.workers or os.cpu_count() or 1},{_TRIES}]" if here else self.address
        paths = {"spark.executorEnv.PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        settings = _ALWAYS | (_LOCAL | paths if here else {})
        conf = SparkConf().setMaster(str(master)).setAll(list(settings.items()))
        try:
            context = SparkContext(conf=conf)
        except (OSError, ValueError, Py4JError, PySparkRuntimeError) as error:
            raise UnavailableError(
                f"Spark does not start with the master {master} ({type(error).__name__}).",
                "See that Java 17 or newer is on the PATH, and correct SHOWCASE_ENGINE_ADDRESS or unset it.",
            ) from error
        if here:
            context.pythonExec = sys.executable
        return context


class _LostTaskError(Exception):
    """Every try of a task ended with its worker."""


class _Task:
    """The work on one bucket as a task; an error is its value, for Spark would try a task that raises again."""

    def __init__(self, work: BucketWork, expected: str) -> None:
        self.work, self.expected = work, expected

    def __call__(self, files: tuple[str, str]) -> Effort | BaseException:
        with ThreadPoolExecutor(1) as alone:
            future = alone.submit(do_bucket, self.work, Path(files[0]), Path(files[1]), self.expected)
            return future.exception() or future.result()


def _one_task(context: Any, task: Callable[[tuple[str, str]], Effort | BaseException], files: Files) -> Effort:
    from py4j.protocol import Py4JError

    names = (str(files[0]), str(files[1]))
    try:
        (ended_as,) = context.parallelize([names], 1).map(task).collect()
    except Py4JError as error:
        log.warning("a task was lost: %s", error)
        raise _LostTaskError(type(error).__name__) from error
    if isinstance(ended_as, BaseException):
        raise ended_as
    assert isinstance(ended_as, Effort)
    return ended_as
