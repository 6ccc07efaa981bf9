"""Long work of a page: done on a thread of its own, looked at from time to time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import panel as pn

from showcase.ports import Progress

_LOOK_MS = 250


class Work[T]:
    """Work that has begun: how far it is, and what came of it. It goes on when its page is closed."""

    def __init__(self, do: Callable[[Progress], T]) -> None:
        self.share, self.what = 0.0, "waiting for the pipeline"
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="console-work")
        self._future: Future[T] = worker.submit(do, self._tell)
        worker.shutdown(wait=False)

    @property
    def is_done(self) -> bool:
        return self._future.done()

    def afterwards(self, do: Callable[[], None]) -> None:
        """Call `do` once when it is done, at once where it is; on the work's own thread, whether its page is open."""
        self._future.add_done_callback(lambda _done: do())

    def outcome(self) -> T:
        """What came of it, waited for; whatever it failed of is raised."""
        return self._future.result()

    def _tell(self, share: float, what: str) -> None:
        self.share, self.what = share, what


def follow(work: Work[object], look: Callable[[], None], ended: Callable[[], None]) -> None:
    """Call `look` a few times a second while the work goes on, and `ended` once when it is done.

    Both are called as the session's own callbacks are, between others, so that the page stays usable meanwhile.
    """

    def tick() -> None:
        if work.is_done:
            ticking.stop()
            ended()
        else:
            look()

    ticking = pn.state.add_periodic_callback(tick, period=_LOOK_MS)
