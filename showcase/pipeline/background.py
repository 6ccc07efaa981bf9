"""Starts batches that go on in a thread of this process while whoever asked goes on too."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future

from showcase.errors import ShowcaseError, UnavailableError
from showcase.kernel.identity import BatchId
from showcase.pipeline.launcher import Launcher
from showcase.ports import silent
from showcase.services.batch import AskedBatch

log = logging.getLogger(__name__)


def start_batch(launcher: Launcher, asked: AskedBatch) -> BatchId:
    """Begin a batch on the current data set and return its id once all its items are recorded.

    What is refused before that is raised here: ConflictError (busy), NotFoundError without data, InvalidInputError.
    """
    opened: Future[BatchId] = Future()
    threading.Thread(target=_run, args=(launcher, asked, opened), name="batch", daemon=True).start()
    return opened.result()


def _run(launcher: Launcher, asked: AskedBatch, opened: Future[BatchId]) -> None:
    services = launcher.services
    try:
        data_set = services.demand.require_current()
        request = asked.request(data_set.window)
        with launcher.exclusive("a batch"):
            matrix = services.demand.matrix(data_set, with_signals=True)
            services.portfolio.run(request, data_set, matrix, silent, on_open=opened.set_result)
    except ShowcaseError as error:
        if opened.done():
            log.warning("a batch did not come to its end: %s", error)
        else:
            opened.set_exception(error)
    finally:
        if not opened.done():
            opened.set_exception(
                UnavailableError("The batch ended before it began.", "Look into the log for what was met.")
            )
