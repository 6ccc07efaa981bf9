"""Hands buckets to an executor of any engine, a few at once, and tells of each as it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from pathlib import Path

from showcase.errors import ShowcaseError
from showcase.ports import BucketEnd, Effort, Tick

log = logging.getLogger(__name__)
Files = tuple[Path, Path]
Submit = Callable[[Path, Path], Future[Effort]]
TICK_S = 0.2
WORKER_DIED = "the worker process died"


def ended(
    submit: Submit, buckets: Mapping[int, Files], tick: Tick, at_once: int
) -> Iterator[tuple[int, Future[Effort]]]:
    """Each future as it ends, with its place; never more than `at_once` are handed over and not ended.

    `tick` is called while they are waited for. Whoever leaves, leaves those that have not begun undone.
    """
    left = iter(buckets.items())
    open_: dict[Future[Effort], int] = {}
    try:
        while True:
            tick()
            for place, files in islice(left, at_once - len(open_)):
                open_[submit(*files)] = place
            if not open_:
                return
            for future in wait(open_, timeout=TICK_S, return_when=FIRST_COMPLETED).done:
                yield open_.pop(future), future
    finally:
        for future in open_:
            future.cancel()


def end_of(place: int, future: Future[Effort], deaths: tuple[type[BaseException], ...] = ()) -> BucketEnd:
    """How the bucket ended, in words of this program; what a library said goes to the log.

    `deaths` are the errors by which an engine says that a worker died.
    """
    error = future.exception()
    if error is None:
        return BucketEnd(place, None, future.result())
    if isinstance(error, deaths):
        return BucketEnd(place, WORKER_DIED)
    if isinstance(error, ShowcaseError):
        return BucketEnd(place, error.message)
    log.warning("a bucket failed: %r", error)
    return BucketEnd(place, f"{type(error).__name__} in the work on this series")
