"""Which records of the server's libraries are defects of ours, and which one line says well enough."""

from __future__ import annotations

import asyncio
import logging
import traceback

_READS_FRAMES = "bokeh.protocol.receiver"
_READS_VALUES = "bokeh.core.serialization"


def make_brief(record: logging.LogRecord) -> bool:
    """Leave out the trace of what a client sent and of what a stop had to cut off; True, since a line stays."""
    error, said = record.exc_info[1] if record.exc_info else None, record.getMessage()
    if "Invalid UTF-8" in said or isinstance(error, asyncio.CancelledError):
        record.exc_info = None
    elif said.startswith("Traceback") and said.rstrip().endswith("CancelledError"):
        # Starlette's word for a shutdown that a second signal cut off
        record.msg, record.args = "Stopped at once, as a second signal asked.", ()
    elif error is not None and _was_sent_so(error):
        record.msg, record.args = "A frame that is no message of the console was refused: %s", (type(error).__name__,)
        record.exc_info = None
    return True


def _was_sent_so(error: BaseException) -> bool:
    """Whether the console's socket failed while it read a frame, before anything of ours was called."""
    if type(error).__module__ == _READS_VALUES:
        return True
    return any(frame.f_globals.get("__name__") == _READS_FRAMES for frame, _ in traceback.walk_tb(error.__traceback__))
