"""A ring that runs out: the seconds that are left, counted by the browser from what the database said."""

from __future__ import annotations

from pathlib import Path

import param
from panel.custom import JSComponent

from showcase.console.theme import sheet


class Countdown(JSComponent):
    """Set `left_s` when it was read; between two readings the browser counts by itself."""

    left_s = param.Number(default=0.0, doc="Seconds that were left when this was set.")
    whole_s = param.Number(default=10.0, doc="Seconds of the whole window.")

    _esm = Path(__file__).with_name("countdown.js")
    _stylesheets = [sheet("countdown")]  # noqa: RUF012  (Panel's own declaration)
