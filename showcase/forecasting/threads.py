"""Fitting and predicting on one thread: the same bytes each time, and workers that do not fight for cores."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """BLAS and OpenMP compute on one thread within."""
    with _controller(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _controller(_modules: int) -> ThreadpoolController:
    """The libraries that are loaded. Looking for them takes longer than a small fit, so only a new import asks anew."""
    return ThreadpoolController()
