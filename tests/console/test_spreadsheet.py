"""What is taken away as a table holds texts and numbers, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.picture_table import picture_csv
from showcase.console.spreadsheet import file_name, harmless


def test_texts_of_a_table_are_made_harmless_and_numbers_stay() -> None:
    table = pd.DataFrame({"units": [-3, 4], "event": ["=cmd|'/c calc'!A1", None], "store": ["@x", "S1"]})
    assert picture_csv(table).splitlines() == ["units,event,store", "-3,'=cmd|'/c calc'!A1,'@x", "4,,S1"]
    assert picture_csv(table[["units"]]) == "units\n-3\n4\n"


@pytest.mark.fault("I3")
@given(st.text(max_size=9))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(max_size=200))
def test_a_name_of_a_file_is_short_and_no_path(called: str) -> None:
    name = file_name(called)
    assert 0 < len(name) <= 80
    assert not set(name) & set("/\\:\0 =")
    assert not name.startswith(".")
