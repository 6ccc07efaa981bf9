"""The flags of a what-if as the assumptions that every door sends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showcase.cli.output import read_object
from showcase.errors import InvalidInputError
from showcase.kernel.window import Window


@dataclass(frozen=True, slots=True)
class AssumptionFlags:
    """What was given on the command line; `start` and `end` hold for price and promotion."""

    price: float | None
    promotion: str | None
    holidays: tuple[str, ...]
    on_hand: int | None
    stage: str | None
    start: str | None
    end: str | None

    @property
    def are_given(self) -> bool:
        return bool(self.holidays) or any(
            flag is not None for flag in (self.price, self.promotion, self.on_hand, self.stage)
        )


def assumed(flags: AssumptionFlags, file: Path | None, days: Window) -> dict[str, Any]:
    """The assumptions as they are sent; price and promotion hold on all forecast `days` unless days are named.

    What they say is checked where every door's assumptions are; here only that they are one thing.
    """
    if file is not None:
        if flags.are_given:
            raise InvalidInputError(
                "Assumptions were given as flags and in a file.", "Give them one way: flags, or --frame FILE."
            )
        return read_object(file, "what-if")
    span = {"start": flags.start or days.start.isoformat(), "end": flags.end or days.end.isoformat()}
    found: dict[str, Any] = {}
    if flags.price is not None:
        found["price"] = {"change_pct": flags.price, **span}
    if flags.promotion is not None:
        found["promotion"] = {**_promotion(flags.promotion), **span}
    if flags.holidays:
        found["holiday"] = {"dates": list(flags.holidays)}
    if flags.on_hand is not None:
        found["inventory"] = {"on_hand_units": flags.on_hand}
    if flags.stage is not None:
        found["lifecycle"] = {"stage": flags.stage}
    return found


def _promotion(text: str) -> dict[str, Any]:
    kind, _, discount = text.partition("=")
    try:
        return {"kind": kind, "discount": float(discount)}
    except ValueError as error:
        raise InvalidInputError(
            f"A promotion is kind=discount; found {text[:40]!r}.", "Write for example --promotion bogo=0.5."
        ) from error
