"""The command line: the same words and refusals as every other door."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from showcase import __version__
from showcase.cli.commands import CommandsOnDemand
from showcase.errors import ShowcaseError

app = typer.Typer(
    name="showcase",
    cls=CommandsOnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"showcase {__version__}\n")
        raise typer.Exit


@app.callback()
def showcase(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Make, keep, replay, prove and hand over demand-forecasting showcases."""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main() -> None:
    """Run the command line; a refusal is two sentences on stderr and exit 2."""
    _take_any_text()
    try:
        app()
    except ShowcaseError as error:
        # imported here: help needs no tables and no clock
        from showcase.cli.output import explain

        explain(error)
        sys.exit(2)
    except BrokenPipeError:
        # the reader (head, less) has gone: nothing more to say
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        sys.stderr.write(f"What there is to write cannot be written: {error.strerror}.\n")
        sys.stderr.write("Free disk space, or write it elsewhere.\n")
        with suppress(OSError):
            sys.stdout.close()  # else it would be tried once more at the end
        sys.exit(2)


def _take_any_text() -> None:
    """Let stdout and stderr take every text: a letter that one does not know is escaped, a closed one leads nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (until the process ends)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
