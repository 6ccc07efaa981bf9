"""Short tables of text, as markup that is safe: every cell is escaped unless it was made by us."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from showcase.console.text import plain


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, whether it holds numbers (right-aligned), and whether it may be cut to one line."""

    head: str
    is_number: bool = False
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with a tone (good, careful, bad, now or none), shown as a chip."""

    word: str
    tone: str = ""


Cell = str | int | float | Mark | None


def table_html(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, foot: str = "") -> str:
    """A table with its caption for readers of the screen; `foot` is a line of plain text below it.

    It needs the sheet `rows`.
    """
    heads = "".join(f'<th scope="col"{_class(column)}>{plain(column.head)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(_cell(cell, column) for cell, column in zip(row, columns, strict=True)) + "</tr>"
        for row in rows
    )
    last = f'<p class="quiet small">{plain(foot)}</p>' if foot else ""
    return (
        f'<div class="rows" tabindex="0" role="region" aria-label="{plain(caption)}"><table>'
        f'<caption class="unseen">{plain(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>'
        f"</table></div>{last}"
    )


def _class(column: Column) -> str:
    names = [name for name, on in (("number", column.is_number), ("wide", column.is_wide)) if on]
    return f' class="{" ".join(names)}"' if names else ""


def _cell(cell: Cell, column: Column) -> str:
    if isinstance(cell, Mark):
        return (
            f'<td{_class(column)}><b class="mark {plain(cell.tone) if cell.tone else ""}">{plain(cell.word)}</b></td>'
        )
    said = f"{cell:,}" if isinstance(cell, int) else plain(cell)
    return f"<td{_class(column)}>{said}</td>"
