"""What the rules of the registry need to know of a registered model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from showcase.kernel.window import Window

Grain = tuple[int | None, int | None]
"""The store and the product that a model run is featured by; null where it speaks of no single pair."""


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """One model run as the rules see it; `wape` is in percent, None where it is undefined or was never computed.

    A synthetic entry belongs to a demonstration: rules see it beside other synthetic ones alone.
    """

    run_id: str
    status: str
    model_type: str
    grain: Grain
    window: Window
    feature_frame_version: int
    wape: float | None
    synthetic: bool
    created_at: datetime

    @property
    def age(self) -> tuple[date, datetime]:
        """What makes one run newer than another: later data, and of the same data the later registration."""
        return self.window.end, self.created_at
