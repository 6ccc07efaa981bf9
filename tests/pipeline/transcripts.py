"""Transcripts of runs that can be compared: ids, times, durations and file digests masked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

MASK = "<masked>"
MASKED_KEYS = frozenset((
    "run_id", "timestamp", "duration_ms", "wall_clock_s", "data_set_id", "store_id", "product_id", "job_id",
    "job_ids", "model_run_id", "winning_run_id", "workspace_id", "points_at", "postgresql", "schema",
    "left_out_series", "artifact_digest", "artifact_digests", "forecast_file", "forecasts_file",
    "score_parts_file",
))  # fmt: skip
_IN_TEXT = re.compile(r"\b[0-9a-f]{8}\b|\b\d+\.\d s\b|PostgreSQL [\d.]+|schema \d{4}")


def _masked(value: Any, key: str = "") -> Any:
    if key in MASKED_KEYS and value is not None:
        return MASK
    if isinstance(value, dict):
        return {name: _masked(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    if isinstance(value, str) and key == "detail":
        return _IN_TEXT.sub(MASK, value)
    return value


def transcript(events: Iterable[dict[str, Any]]) -> str:
    """The events as JSON lines in their own key order, numbered anew without progress, which depends on the machine."""
    kept = [event for event in events if event["event_type"] != "step_progress"]
    lines = [json.dumps({**_masked(event), "seq": seq}, ensure_ascii=False) for seq, event in enumerate(kept, start=1)]
    return "\n".join(lines) + "\n"
