"""What the command line prints: JSON for programs, tables and sentences for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from showcase.adapters.clock import SystemClock
from showcase.cli.flags import flags_for
from showcase.errors import InvalidInputError, ShowcaseError
from showcase.kernel.refusals import parse_json
from showcase.pipeline.events import error_event

_MOST_FILE_BYTES = 1024**2
_PIPED_WIDTH = 200  # columns of a table that goes to a file or a pipe


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console


screen = _console(stderr=False)
errors = _console(stderr=True)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def print_json(value: object) -> None:
    """One JSON value on one line."""
    takes_all = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=not takes_all) + "\n")
    sys.stdout.flush()


def say(told: object, *lines: str, as_json: bool) -> None:
    """What was done, as JSON for programs or in lines for people."""
    if as_json:
        print_json(told)
        return
    for line in lines:
        screen.print(line, markup=False)


def in_words(value: object) -> object:
    """A value of a request as people read it: yes or no, what is listed with commas, `name=value` of what has names."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={in_words(one)}" for name, one in value.items())
    return ", ".join(str(in_words(one)) for one in value) if isinstance(value, list | tuple) else value


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> None:
    """A table for people, or the sentence `empty` where there are no rows."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    lines = 0
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
        lines += 1
    screen.print(table if lines else empty)


def explain(error: ShowcaseError) -> None:
    """What went wrong and what to do, each field on a line of its own."""
    errors.print(f"[bold red]{escape(error.message)}[/]")
    if isinstance(error, InvalidInputError):
        said = f"{error.message} {error.remedy}"
        for field in (field for field in error.errors if field.allowed not in said):
            errors.print(f"  {escape(str(field))}")
    errors.print(escape(error.remedy))
    flags = flags_for(error.message)
    if flags:
        errors.print(f"On the command line {', '.join(flags)}.", markup=False)


def error_json(error: ShowcaseError) -> dict[str, Any]:
    """A refusal as the `error` event that a program reads."""
    return error_event(error, SystemClock().now())


def read_object(path: Path, what: str) -> dict[str, Any]:
    """The JSON object in a file that a person named, as a "run request".

    InvalidInputError where it cannot be read or is something else.
    """
    try:
        if path.stat().st_size > _MOST_FILE_BYTES:
            raise InvalidInputError(f"{path} is larger than 1 MiB.", f"Give a file with one object, the {what}.")
        body = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}.", "Give a readable JSON file.") from error
    values = parse_json(body, f"{what} in {path}")
    if not isinstance(values, dict):
        raise InvalidInputError(f"{path} holds no JSON object.", f"Give a file with one object, the {what}.")
    return values
