"""The command line: the same words and refusals as every other door."""

from __future__ import annotations

import sys
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


def main() -> None:
    """Run the command line; a refusal is two sentences on stderr and exit 2."""
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
