"""HTML and SVG in which every text is escaped: only what is made here is markup."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from html import escape

VOID = frozenset(("meta", "line", "rect", "path", "circle", "polyline", "wbr"))
"""Elements that are written without an end where they hold nothing."""

_SPECIAL = re.compile("[&<>\"']")
_NUMBER = (int, float)
_TEXT = (str, *_NUMBER)


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | int | float | None | Iterable["Child"]


def element(name: str, /, *children: Child, **attributes: object) -> Markup:
    """An element with its children in order.

    A child that is no Markup is escaped, None is left out, and lists are taken apart. Attributes that are None are left
    out; `class_` is class, and `_` stands for `-`.
    """
    inner = "".join([_text(child) for child in children])
    given = "".join([f' {_name(key)}="{_attribute(value)}"' for key, value in attributes.items() if value is not None])
    if not inner and name in VOID:
        return Markup(f"<{name}{given}/>" if name != "meta" else f"<{name}{given}>")
    return Markup(f"<{name}{given}>{inner}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup("".join([_text(child) for child in children]))


def table_row(cells: Iterable[Child], starts: Iterable[str]) -> Markup:
    """A row of a table: for each cell its start tag, which is made once for all rows."""
    inner = "".join([f"{start}{_text(cell)}</td>" for start, cell in zip(starts, cells, strict=True)])
    return Markup(f"<tr>{inner}</tr>")


def _text(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, _TEXT):
        return _escaped(str(child))
    return "".join([_text(one) for one in child])


def _escaped(text: str) -> str:
    return escape(text) if _SPECIAL.search(text) else text  # hardly any has one, and to look is quicker


@cache
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute(value: object) -> str:
    """Coordinates with two decimals, so that no machine's last bit changes a byte; everything else escaped."""
    return number(value, 2) if isinstance(value, float) else _escaped(str(value))


def number(value: object, digits: int = 2) -> str:
    """A number for people: rounded, thousands apart by nothing, `undefined` where it is none."""
    if isinstance(value, bool) or not isinstance(value, _NUMBER) or not math.isfinite(value):
        return "undefined"
    text = f"{value:.{digits}f}"
    return "0" + text[2:] if text.startswith("-0") and not text.strip("-0.") else text
