"""HTML and SVG in which every text is escaped: only what is made here is markup."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from html import escape

VOID = frozenset(("meta", "line", "rect", "path", "circle", "polyline", "wbr"))
"""Elements that are written without an end where they hold nothing."""

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
    inner = "".join(_flat(children))
    given = "".join([f' {_name(key)}="{_attribute(value)}"' for key, value in attributes.items() if value is not None])
    if not inner and name in VOID:
        return Markup(f"<{name}{given}/>" if name != "meta" else f"<{name}{given}>")
    return Markup(f"<{name}{given}>{inner}</{name}>")


def join(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup("".join(_flat(children)))


def _flat(children: Iterable[Child]) -> list[str]:
    pieces: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            pieces.append(child)
        elif isinstance(child, _TEXT):
            pieces.append(escape(str(child)))
        else:
            pieces += _flat(child)
    return pieces


@cache
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute(value: object) -> str:
    """Coordinates with two decimals, so that no machine's last bit changes a byte; everything else escaped."""
    return number(value, 2) if isinstance(value, float) else escape(str(value))


def number(value: object, digits: int = 2) -> str:
    """A number for people: rounded, thousands apart by nothing, `undefined` where it is none."""
    if isinstance(value, bool) or not isinstance(value, _NUMBER) or not math.isfinite(value):
        return "undefined"
    text = f"{value:.{digits}f}"
    return "0" + text[2:] if text.startswith("-0") and not text.strip("-0.") else text
