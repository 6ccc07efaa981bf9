"""Whoever computes does so on one thread, whoever else comes and goes; afterwards all is as it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from showcase.forecasting.threads import one_thread

DEADLINE_S = 60  # far beyond what a handshake takes; a hang fails instead of standing still


def blas_threads() -> set[int]:
    found = {library["num_threads"] for library in ThreadpoolController().info() if library["user_api"] == "blas"}
    assert found, f"numpy {np.__version__} without a BLAS that can be limited"
    return found


@pytest.fixture(autouse=True)
def before() -> Iterator[set[int]]:
    """Two threads of BLAS, on a machine with one core too where its BLAS goes along."""
    with threadpool_limits(limits=2, user_api="blas"):
        yield blas_threads()


def test_within_there_is_one_thread_and_afterwards_as_many_as_before(before: set[int]) -> None:
    with one_thread():
        with one_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == before


def test_a_failure_gives_the_threads_back_too(before: set[int]) -> None:
    with pytest.raises(ZeroDivisionError), one_thread():
        raise ZeroDivisionError
    assert blas_threads() == before


@pytest.mark.parametrize("who_leaves_first", ["the first", "the last"])
def test_nobody_who_leaves_gives_others_more_threads(who_leaves_first: str, before: set[int]) -> None:
    inside, may_leave = threading.Event(), threading.Event()
    seen: list[set[int]] = []

    def compute() -> None:
        with one_thread():
            seen.append(blas_threads())
            inside.set()
            may_leave.wait(DEADLINE_S)

    def leave() -> None:
        may_leave.set()
        other.join(DEADLINE_S)
        assert not other.is_alive()

    other = threading.Thread(target=compute)
    try:
        if who_leaves_first == "the first":
            other.start()
            assert inside.wait(DEADLINE_S)
            with one_thread():
                leave()
                assert blas_threads() == {1}
        else:
            with one_thread():
                other.start()
                assert inside.wait(DEADLINE_S)
            assert blas_threads() == {1}
            leave()
    finally:
        may_leave.set()
    assert seen == [{1}]
    assert blas_threads() == before
