"""Workspaces side by side, in words and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import holoviews as hv
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.comparison_text import comparison_csv, comparison_html, names_of, sheet_cell
from showcase.console.plots.overlay import LINES, is_aligned, overlay_plot
from showcase.workspaces.comparison import Compared, Comparison, FoldScore, ForecastLine, Relation, Row, ScoreRow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B = "a" * 32, "b" * 32
EVIL = '<img src=x onerror="alert(1)">'


def compared(workspace_id: str, name: str | None) -> Compared:
    return Compared(workspace_id, name, "completed", "sparse", NOW, "naive", None, "bakery.csv")


def comparison(**chosen: Any) -> Comparison:
    usual: dict[str, Any] = {
        "base": A,
        "workspaces": (compared(A, "first"), compared(B, None)),
        "configuration": (Row("seed", (1, 2)), Row("scenario", ("sparse", "sparse"))),
        "scores": (ScoreRow("wape", None, "wape", "percent", "lower", (20.0, 10.0), (0.0, -10.0), (B,), (A,)),),
        "forecasts": (ForecastLine(A, why_not="its file is gone"), ForecastLine(B, why_not="its file is gone")),
        "folds": {A: (FoldScore(1, date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 8), 20.0, 1.0, 1.0, 0.0),)},
        "approvals": {A: ({"decision": "timed_out"},)},
        "made": (),
        "relations": (Relation(B, A, "replay", "different"),),
        "remarks": ("the data are not the same",),
    }
    return Comparison(**usual | chosen)


def test_differences_only_leaves_out_what_is_equal_and_says_how_much() -> None:
    html = comparison_html(comparison(), NOW, differences_only=True)
    assert ">seed</th>" in html
    assert ">preset</th>" not in html
    assert "1 equal row is left out" in html
    assert ">preset</th>" in comparison_html(comparison(), NOW, differences_only=False)


def test_a_preset_is_told_of_a_run_that_seeded_it_alone() -> None:
    asked = (Row("skip_seed", (False, True)), Row("scenario", ("sparse", "demo_minimal")))
    html = comparison_html(comparison(configuration=asked), NOW, differences_only=True)
    assert "uses the data there is" in html
    assert "<td>sparse</td>" in html
    assert "<td>demo_minimal</td>" not in html
    steps = (Row("skip_seed", (False, True)), Row("scenario", ("sparse", "showcase_rich")))
    assert "<td>showcase_rich</td>" in comparison_html(comparison(configuration=steps), NOW, differences_only=True)


def test_a_run_and_its_replay_of_one_name_are_told_apart() -> None:
    of_one_name = (compared(A, "first"), compared(B, "first"), compared("c" * 32, None))
    assert names_of(comparison(workspaces=of_one_name)) == {
        A: "first · aaaaaaaa", B: "first · bbbbbbbb", "c" * 32: "cccccccc (no name)",
    }  # fmt: skip
    html = comparison_html(comparison(workspaces=of_one_name[:2]), NOW, differences_only=True)
    assert "<b>first · bbbbbbbb</b>" in html
    assert "to first · aaaaaaaa" in html


def test_best_and_worst_are_told_by_words_and_each_is_compared_with_the_base() -> None:
    html = comparison_html(comparison(), NOW, differences_only=True)
    best, worst = html.index("▲ best"), html.index("▼ worst")
    assert worst < best  # the first one is the worst
    assert "-10.00" in html
    assert "20.00 %" in html
    assert " · bakery.csv · " in html
    assert "lower is better" in html
    assert "the data are not the same" in html
    assert "a replay of it, " in html
    assert "timed out" in html


def test_everything_from_outside_is_escaped() -> None:
    evil = comparison(
        workspaces=(compared(A, EVIL), compared(B, EVIL)),
        configuration=(Row(EVIL, (EVIL, [EVIL])),),
        made=(Row(EVIL, ({EVIL: EVIL}, None)),),
        approvals={A: ({"decision": EVIL, "decided_by": EVIL},)},
        remarks=(EVIL,),
        relations=(Relation(B, A, "replay", EVIL),),
    )
    assert "<img" not in comparison_html(evil, NOW, differences_only=False)


def test_the_csv_has_all_rows_and_no_formula() -> None:
    evil = comparison(workspaces=(compared(A, "=1+1"), compared(B, "-x")), configuration=(Row("seed", ("@cmd", -3)),))
    rows = list(csv.reader(io.StringIO(comparison_csv(evil))))
    assert rows[0] == ["part", "field", "'=1+1 (aaaaaaaa)", "'-x (bbbbbbbb)"]
    assert rows[1] == ["configuration", "seed", "'@cmd", "-3"]
    assert ["score", "wape", "20.0", "10.0"] in rows
    assert ["fold wape", "1", "20.0", ""] in rows


@pytest.mark.fault("I3")
@given(st.one_of(st.text(max_size=9), st.integers(), st.floats(allow_nan=False), st.none(), st.booleans()))
def test_no_text_begins_like_a_formula(value: object) -> None:
    made = sheet_cell(value)
    assert isinstance(made, int | float) or not made.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_forecasts_are_laid_over_one_another_and_nothing_is_drawn_of_none() -> None:
    days = (date(2026, 11, 20), date(2026, 11, 21))
    line = ForecastLine(A, days, (1.0, 2.0), (0.5, None), (2.0, 3.0), (0.0, 1.0), (3.0, 4.0), days, (1.0, None))
    drawn = overlay_plot([line, ForecastLine(B, why_not="gone")], ["first", "second"])
    assert isinstance(drawn, hv.Overlay)
    assert len(drawn) == 3  # the band, what was sold, the forecast
    hv.render(drawn)
    assert overlay_plot([ForecastLine(A, why_not="gone")], ["first"]) is None


def forecast_from(workspace_id: str, start: date) -> ForecastLine:
    """Two days that were sold, and the two after them that were forecast."""
    before, ahead = (tuple(start + timedelta(days=at) for at in ats) for ats in ((-2, -1), (0, 1)))
    bounds = (1.0, 1.0), (2.0, 2.0), (0.0, 0.0), (3.0, 3.0)
    return ForecastLine(workspace_id, ahead, (1.5, 1.5), *bounds, before, (1.0, 2.0))


def places_of(overlay: hv.Overlay) -> list[list[Any]]:
    """Where the days of each curve stand on the axis."""
    return [list(layer.dimension_values(0)) for layer in overlay if type(layer) is hv.Curve]


@pytest.mark.parametrize(("apart", "expected"), [(0, False), (8, False), (9, True), (-700, True)])
def test_windows_that_lie_far_apart_begin_at_their_own_day_0(apart: int, expected: bool) -> None:
    first = date(2026, 11, 20)
    lines = [forecast_from(A, first), forecast_from(B, first + timedelta(days=apart))]
    assert is_aligned(lines) is expected  # a calendar of up to three windows of four days
    drawn = overlay_plot(lines, ["first", "second"])
    assert drawn is not None
    if expected:
        assert places_of(drawn) == [[-2, -1]] * 2 + [[0, 1]] * 2
    else:
        assert places_of(drawn)[3] == [pd.Timestamp(day) for day in lines[1].dates]
    hv.render(drawn)


@pytest.mark.parametrize("lines", [[], [ForecastLine(A, why_not="gone")], [forecast_from(A, NOW.date())]])
def test_one_window_alone_stays_on_the_calendar(lines: list[ForecastLine]) -> None:
    assert not is_aligned(lines)


def test_the_band_has_the_colour_of_the_first_that_has_a_forecast() -> None:
    drawn = overlay_plot([ForecastLine(A, why_not="gone"), forecast_from(B, NOW.date())], ["first", "second"])
    assert drawn is not None
    band = next(layer for layer in drawn if isinstance(layer, hv.Area))
    assert band.opts.get("style").kwargs["color"] == LINES[1][0]


@pytest.mark.parametrize("number", [0, 1])
def test_a_comparison_without_scores_or_folds_still_has_its_heads(number: int) -> None:
    html = comparison_html(comparison(scores=(), folds={}, approvals={}, relations=()), NOW, differences_only=True)
    assert ("first", "bbbbbbbb (no name)")[number] in html
    assert "Folds" not in html
