"""The system's clock, and one whose today is fixed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Real time in UTC; `fixed_today` replaces the day alone, for transcripts that must not age."""

    fixed_today: date | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.fixed_today or self.now().date()

    def monotonic(self) -> float:
        return time.monotonic()
