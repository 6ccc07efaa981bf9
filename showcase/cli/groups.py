"""Groups of commands, as `showcase workspaces`."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup


class _WholeSentences(TyperGroup):
    """Commands with their whole first sentence in the group's help, which click would cut at the edge."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each command and what it does."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_sentence(self.commands[name].help)) for name in self.list_commands(ctx)])


def _first_sentence(text: str | None) -> str:
    paragraph = " ".join((text or "").split("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".") + "."


def command_group(sentence: str) -> typer.Typer:
    """A group that says in a sentence what its commands are for."""
    return typer.Typer(cls=_WholeSentences, help=sentence, no_args_is_help=True, rich_markup_mode=None)
