"""The table of views: each row is a view that exists and does what the page asks of it."""

from __future__ import annotations

from importlib import import_module
from inspect import iscoroutinefunction

import pytest

from showcase.console.view_table import VIEWS, ViewRow


@pytest.mark.parametrize("row", VIEWS.values(), ids=list(VIEWS))
def test_the_class_of_each_row_can_be_opened_and_left(row: ViewRow) -> None:
    module, _, name = row.home.partition(":")
    made = getattr(import_module(f"showcase.console.views.{module}"), name)
    assert iscoroutinefunction(made.load)
    assert callable(made.leave)
    assert row.label == row.name.capitalize()
