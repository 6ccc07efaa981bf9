"""Writes the program's log: short records, without secrets, one record never looking like two."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, override

MOST_BYTES = 2048
_ROOT = "showcase"
_HIDDEN = "[hidden]"
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class PlainFormatter(logging.Formatter):
    """Hides the given secrets, cuts what is over MOST_BYTES out of its middle and indents every line but its first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__(_FORMAT)
        # the longest first: one secret may be a part of another
        self._secrets = sorted((each for each in secrets if each), key=len, reverse=True)

    @override
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        text = "".join(each if each.isprintable() or each == "\n" else "?" for each in text)
        return _cut(text.replace("\n", "\n    "))


def _cut(text: str) -> str:
    """The text in at most MOST_BYTES of UTF-8: of a longer one head and tail, with a word on what is between.

    The tail stays since the last line of a trace says what went wrong.
    """
    content = text.encode("utf-8", "replace")
    if len(content) <= MOST_BYTES:
        return text
    kept = MOST_BYTES - len(_left_out(len(content)).encode())
    head = content[: kept - kept // 2].decode("utf-8", "ignore")
    tail = content[-(kept // 2) :].decode("utf-8", "ignore")
    return head + _left_out(len(content) - len(head.encode()) - len(tail.encode())) + tail


def _left_out(size_bytes: int) -> str:
    return f" … ({size_bytes} bytes left out) … "


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what is stderr at that moment, which a program may exchange."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__()
        self.setLevel(level)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def write_logs(level: str, secrets: Sequence[str]) -> None:
    """Send the package's log to stderr from this level up; a second call replaces the first."""
    logger = logging.getLogger(_ROOT)
    for handler in [each for each in logger.handlers if isinstance(each.formatter, PlainFormatter)]:
        logger.removeHandler(handler)
    ours = _Stderr()
    ours.setFormatter(PlainFormatter(secrets))
    logger.addHandler(ours)
    logger.setLevel(level.upper())


@contextmanager
def library_logs(secrets: Sequence[str], is_told: Callable[[logging.LogRecord], bool]) -> Iterator[None]:
    """While a server runs, write what the libraries log in the same form, from warnings up.

    Some bring handlers of their own, which neither cut nor hide: what a stranger sent would go into the log as it came.
    `is_told` says of each record whether it is written, and may shorten it.
    """
    ours = _Stderr(logging.WARNING)
    ours.setFormatter(PlainFormatter(secrets))
    ours.addFilter(lambda record: record.name.partition(".")[0] != _ROOT and is_told(record))
    root, loggers = logging.getLogger(), list(logging.root.manager.loggerDict.values())
    brought = [
        (each, each.handlers, each.propagate)
        for each in loggers
        if isinstance(each, logging.Logger) and each.handlers and each.name != _ROOT
    ]
    for each, _, _ in brought:
        each.handlers, each.propagate = [], True
    root.addHandler(ours)
    try:
        yield
    finally:
        root.removeHandler(ours)
        for each, handlers, propagates in brought:
            each.handlers, each.propagate = handlers, propagates
