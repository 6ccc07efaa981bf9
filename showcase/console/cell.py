"""Lets a form of the console be shown in a notebook cell that prepared nothing."""

from __future__ import annotations

import panel as pn


def prepare_cell() -> None:
    """Load Panel's side of the page, once a kernel; the cell that shows something first brings it along."""
    if not pn.extension._loaded:
        pn.extension(notifications=False)
