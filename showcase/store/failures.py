"""What a failure of the database means to a person: one table from its codes to our errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from showcase.errors import ConflictError, InvalidInputError, ShowcaseError, UnavailableError

_START_AGAIN = "Check that the database server runs (`showcase doctor` says where), then try again."

# SQLSTATE (or its first two characters) -> what it means, what to do.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_OUTAGES: dict[str, tuple[str, str]] = {
    "08": ("The connection to the database was lost.", _START_AGAIN),
    "28": ("The database refuses this user.", "Check the user and the password in SHOWCASE_DATABASE_URL."),
    "3D": ("The database named in the URL is not there.", "Make it with createdb, or mend SHOWCASE_DATABASE_URL."),
    "53100": ("The database's disk is full.", "Free disk space where the database lies, then try again."),
    "53200": ("The database is out of memory.", "Free memory on the database's machine, then try again."),
    "53300": ("The database has no connection left.", "Close other programs that use it, or raise max_connections."),
    "57P": ("The database is starting or stopping.", "Wait a few seconds and try again."),
    "58": ("The database met an error of its disk.", "Read the server's log, mend the disk, then try again."),
}
# Two units of work met; each may be tried again from its beginning.
_GAVE_WAY = ("40001", "40P01")
_CONTENTION: dict[str, str] = {
    "40001": "Another change to the same rows came first.",
    "40P01": "Two changes waited for each other, and this one gave way.",
    "55P03": "Another change holds the rows for longer than this one may wait.",
    "57014": "The database took longer than this statement may.",
}


# What a server says at its door, in English: libpq hands on no code of a connection that was refused.
_AT_THE_DOOR: dict[str, str] = {
    "too many connections": "53300",
    "too many clients": "53300",
    "remaining connection slots": "53300",
    "authentication failed": "28",
    "the database system is": "57P",
}

_WAY = re.compile(r"^(connection failed: )?(connection to server (on|at) .*? failed: )?(FATAL: +)?")

# Values that no column can hold: a number of more digits, a text with a NUL byte.
_REFUSED: dict[str, str] = {
    "22003": "A number is larger than any that can be kept.",
    "22021": "A text has a byte that cannot be kept.",
    "22P05": "A text has a character that cannot be kept.",
}


def explain(error: BaseException, where: str) -> ShowcaseError | None:
    """The error to show for a failure of the database or of the way to it; None for one that is the program's own.

    `where` names the database without its password. Outages become UnavailableError; contention becomes ConflictError
    with reason "contended".
    """
    if isinstance(error, exc.TimeoutError):
        return UnavailableError(
            f"All connections of this process to {where} are in use.", "Wait until running work has ended, try again."
        )
    original = error.orig if isinstance(error, exc.StatementError) else error
    if isinstance(original, UnicodeEncodeError):
        original = psycopg.errors.lookup("22P05")()  # a lone surrogate, which never comes as far as the server
    if not isinstance(original, psycopg.Error):
        return None
    code = original.sqlstate or next((code for said, code in _AT_THE_DOOR.items() if said in str(original)), "")
    if code in _REFUSED:
        return InvalidInputError(_REFUSED[code], "Send a value within the limits that are documented for it.")
    if code in _CONTENTION:
        return ConflictError(_CONTENTION[code], "Try again.", reason="contended")
    for length in (5, 3, 2):
        if len(code) >= length and code[:length] in _OUTAGES:
            meaning, remedy = _OUTAGES[code[:length]]
            return UnavailableError(f"{meaning} It is {where}; the server said: {_first_line(original)}", remedy)
    if not code and isinstance(original, (psycopg.OperationalError, psycopg.InterfaceError)):
        return UnavailableError(f"The database {where} does not answer: {_first_line(original)}", _START_AGAIN)
    return None


def gave_way(refusal: ConflictError) -> bool:
    """Whether the server undid this unit of work for the sake of another, so that it may well pass the next time."""
    cause = refusal.__cause__
    original = cause.orig if isinstance(cause, exc.DBAPIError) else cause
    return isinstance(original, psycopg.Error) and original.sqlstate in _GAVE_WAY


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Raise the explained error in place of a library's own."""
    try:
        yield
    except (exc.SQLAlchemyError, psycopg.Error, UnicodeEncodeError) as error:
        explanation = explain(error, where)
        if explanation is None:
            raise
        raise explanation from error


def _first_line(error: BaseException) -> str:
    """What was said, without the way to the server, which `where` names already."""
    return _WAY.sub("", (str(error).strip().splitlines() or [type(error).__name__])[0])
