"""Fitting and predicting on one thread: the same bytes each time, and workers that do not fight for cores."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController


class _Blas:
    """Keeps BLAS on one thread while anybody computes.

    Its number of threads is one for the whole process, and a product of matrices has other last digits on two: so
    whoever leaves first must not give it back while others, a run beside a what-if, are still at it.
    """

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._inside = 0
        self._limits: list[tuple[ThreadpoolController, Any]] = []

    def enter(self, libraries: ThreadpoolController) -> None:
        with self._gate:
            self._inside += 1
            if not self._limits or self._limits[-1][0] is not libraries:
                _free(libraries)
                self._limits.append((libraries, libraries.select(user_api="blas").limit(limits=1)))

    def leave(self) -> None:
        with self._gate:
            self._inside -= 1
            while self._limits and not self._inside:
                libraries, limit = self._limits.pop()
                _free(libraries)
                limit.restore_original_limits()
                _free(libraries)


_blas = _Blas()


@contextmanager
def one_thread() -> Iterator[None]:
    """BLAS and OpenMP compute on one thread within, whoever comes and goes meanwhile."""
    libraries = _controller(len(sys.modules))
    _blas.enter(libraries)
    try:
        # in OpenMP each thread that computes has a number of its own
        with libraries.select(user_api="openmp").limit(limits=1):
            yield
    finally:
        _blas.leave()


def _free(libraries: ThreadpoolController) -> None:
    """Let this thread set BLAS: from version 3.8 threadpoolctl heeds the thread that did so first alone."""
    for library in libraries.lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


@lru_cache(maxsize=1)
def _controller(_modules: int) -> ThreadpoolController:
    """The libraries that are loaded. Looking for them takes longer than a small fit, so only a new import asks anew."""
    return ThreadpoolController()
