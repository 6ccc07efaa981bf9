"""What the suite's own server is set to."""

from __future__ import annotations

WINDOW_S = "12"
"""How long a question stays open: long enough for a test to answer it on a busy machine, or to meet a busy pipeline."""
