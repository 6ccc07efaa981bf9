"""How a sales file is read: which column is which field, and how its texts are written."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.surface import arranged
from showcase.demand.intake_columns import FIELDS, ColumnMap
from showcase.demand.intake_values import IntakeOptions

_GRID = "display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px 12px; padding-top: 6px;"
_NONE = ""
_SIGNS = {"guessed": _NONE, "comma ,": ",", "semicolon ;": ";", "tab": "\t", "bar |": "|"}
_RETURNS = {"refuse them": "refuse", "net of the day's sales": "net"}


class IntakeForm(pn.viewable.Viewer):
    """One select a field over the columns of the file, and four choices about its texts.

    `mapping()` and `options()` are what an import takes; `version` counts the changes that a person made.
    """

    version = param.Integer(default=0, doc="Rises with each change made by a person.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._is_placing = False
        common = {"size": "small", "margin": 0, "sizing_mode": "stretch_width"}
        self._columns = {
            each.name: pmui.Select(label=f"{each.name}{' *' if each.is_required else ''}", **common) for each in FIELDS
        }
        self._date = pmui.TextInput(label="Days are written as", placeholder="2026-11-22, or %d.%m.%Y", **common)
        self._decimal = pmui.Select(label="Decimal sign", options={"point .": ".", "comma ,": ","}, value=".", **common)
        self._delimiter = pmui.Select(label="Separator", options=_SIGNS, value=_NONE, **common)
        self._returns = pmui.Select(label="Negative quantities", options=_RETURNS, value="refuse", **common)
        self._texts = (self._date, self._decimal, self._delimiter, self._returns)
        self.columns = arranged(*self._columns.values(), css=_GRID)
        self.texts = arranged(*self._texts, css=_GRID)
        for widget in (*self._columns.values(), *self._texts):
            widget.param.watch(self._moved, "value")

    def offer(self, names: tuple[str, ...], mapped: ColumnMap) -> None:
        """Offer the columns of a file, as they would be read."""
        self._is_placing = True
        options = {"not read": _NONE, **{name: name for name in names if name}}
        for each in FIELDS:
            column = mapped.column(each.name)
            self._columns[each.name].param.update(
                options=options, value=column or _NONE, error_state=each.name in mapped.missing
            )
        self._is_placing = False

    def reset(self) -> None:
        """As for a file that nobody looked at yet."""
        self._is_placing = True
        self._date.value, self._decimal.value, self._delimiter.value, self._returns.value = "", ".", _NONE, "refuse"
        self._is_placing = False

    def mapping(self) -> dict[str, str | None]:
        """Each field with its column; None where it is not read."""
        return {name: widget.value or None for name, widget in self._columns.items()}

    def options(self) -> IntakeOptions:
        """How texts are read; InvalidInputError for what cannot be."""
        return IntakeOptions(
            delimiter=self._delimiter.value or None,
            decimal=self._decimal.value,
            date_format=(self._date.value or "").strip() or None,
            returns=self._returns.value,
        )

    def _moved(self, *_events: param.parameterized.Event) -> None:
        if not self._is_placing:
            self.version += 1

    def __panel__(self) -> pn.viewable.Viewable:
        return arranged(self.columns, self.texts, css="display: block;")
