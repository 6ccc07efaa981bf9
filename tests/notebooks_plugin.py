"""Strict nbval on reduced notebooks, as `pytest -p tests.notebooks_plugin --nbval notebooks`."""

from __future__ import annotations

import pytest

# Their ids and scripts change with each run; scripts/notebooks.py saves text/plain and stdout alone.
NOT_COMPARED = (
    "text/html",
    "application/javascript",
    "application/vnd.holoviews_load.v0+json",
    "application/vnd.holoviews_exec.v0+json",
)


def pytest_collectstart(collector: pytest.Collector) -> None:
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += NOT_COMPARED
