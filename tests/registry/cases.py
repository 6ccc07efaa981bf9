"""Registered models for tests, unlike each other only where a test says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from showcase.kernel.window import Window
from showcase.registry.entry import RegistryEntry

_START = datetime(2026, 1, 1, tzinfo=UTC)


def entry(run_id: str = "a", *, hour: int = 0, end: date = date(2026, 3, 31), **changes: Any) -> RegistryEntry:
    """A success of store 1 and product 2 on the 90 days before `end`, registered `hour` hours after the first one."""
    values: dict[str, Any] = {
        "run_id": run_id,
        "status": "success",
        "model_type": "naive",
        "grain": (1, 2),
        "window": Window.ending(end, 90),
        "feature_frame_version": 1,
        "wape": 20.0,
        "synthetic": False,
        "created_at": _START + timedelta(hours=hour),
    }
    return RegistryEntry(**{**values, **changes})
