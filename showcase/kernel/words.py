"""Numbers as a sentence has them, and sentences put together."""

from __future__ import annotations


def percent(share: float, digits: int = 0) -> str:
    """A share (0..1) in percent, with a space before its sign as in all texts: `20 %`; `digits` after the point."""
    return f"{share * 100:.{digits}f} %"


def counted(number: int, noun: str) -> str:
    """A number with its noun, as `1 workspace`, `1,200 workspaces` and `2 aliases`."""
    ending = "es" if noun.endswith(("s", "ch")) else "s"
    return f"{number:,} {noun}{'' if number == 1 else ending}"


def told_after(status: str, reason: str | None) -> str:
    """What is left to say of why a run ended where its status was said: a reason may begin with that very word."""
    return (reason or "").removeprefix(status).strip()
