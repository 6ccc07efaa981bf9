"""The table of commands; a command's module is imported when it is called, so that asking for help is quick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command: its name, what it is for, and `module:object` of the function or the group of commands it is."""

    name: str
    sentence: str
    home: str

    def load(self) -> Any:
        """The function, or the Typer application of a group."""
        module, _, name = self.home.partition(":")
        return getattr(import_module(f"showcase.cli.{module}"), name)


_ROWS = (
    CommandRow("run", "Run the pipeline once and show it as it happens.", "run:run"),
    CommandRow("serve", "Serve the console and HTTP on one port until Ctrl-C.", "serve:serve"),
    CommandRow("seed", "Seed a preset as a new data set beside the others.", "data:seed"),
    CommandRow("import", "Import a file of real sales as a new data set.", "data:import_sales"),
    CommandRow("datasets", "List the data sets, newest first, or choose the current one.", "data:datasets"),
    CommandRow("doctor", "Look at everything a run stands on, and say what is wrong.", "doctor:doctor"),
    CommandRow("bundle", "Check and import exported workspaces.", "bundles:app"),
    CommandRow("workspaces", "Find, show, edit, replay, compare and export kept runs.", "workspace_commands:app"),
    CommandRow("runs", "List, watch and stop runs, and decide what they ask.", "runs:app"),
    CommandRow("plans", "Compute, keep, compare and delete what-if plans.", "plans:app"),
    CommandRow("batch", "Train, score and register models of many series.", "batch:app"),
    CommandRow("lake", "Demand data too large for the database, as folders of Parquet.", "lake:app"),
    CommandRow("db", "The schema, up and down; backups of the whole.", "db:app"),
)
"""In the order of the help."""

COMMANDS: Mapping[str, CommandRow] = MappingProxyType({row.name: row for row in _ROWS})


class CommandsOnDemand(TyperGroup):
    """The commands of the table."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Their names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """The command of this name, loaded now; None where there is none."""
        row = COMMANDS.get(cmd_name)
        return _made(row) if row is not None else None

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """The table as the help shows it, with nothing loaded."""
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.sentence) for row in COMMANDS.values()])


@lru_cache
def _made(row: CommandRow) -> Any:
    """The row as typer runs it."""
    loaded = row.load()
    if isinstance(loaded, typer.Typer):
        made: Any = typer.main.get_group(loaded)
    else:
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        alone.command(row.name)(loaded)
        made = typer.main.get_command(alone)
    made.name = row.name
    return made
