"""Long work goes on beside the page, tells how far it is, and hands over what came of it."""

from __future__ import annotations

import threading

import pytest

from showcase.console.work import Work
from showcase.errors import ConflictError
from showcase.ports import Progress


def test_work_tells_how_far_it_is_and_what_came_of_it() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def do(progress: Progress) -> str:
        progress(0.5, "half")
        begun.set()
        may_end.wait()
        return "done"

    work = Work(do)
    begun.wait()
    assert (work.share, work.what, work.is_done) == (0.5, "half", False)
    may_end.set()
    assert work.outcome() == "done"
    assert work.is_done
    after: list[bool] = []
    work.afterwards(lambda: after.append(work.is_done))
    assert after == [True]


def test_what_it_failed_of_comes_out_where_it_is_asked_for() -> None:
    def do(progress: Progress) -> None:
        raise ConflictError("The pipeline is held.", "Wait.", reason="busy")

    with pytest.raises(ConflictError, match="held"):
        Work(do).outcome()
