"""Lets a form of the console be shown in a notebook cell that prepared nothing."""

from __future__ import annotations

from typing import Any

import panel as pn


def prepare_cell() -> None:
    """Load Panel's side of the page, once a kernel; the cell that shows something first brings it along."""
    if not pn.extension._loaded:
        pn.extension(notifications=False)


class InACell(pn.viewable.Viewer):
    """A form that a cell may show by itself."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        """What a notebook cell shows."""
        prepare_cell()
        return super()._repr_mimebundle_(include, exclude)
