"""What a browser sends of a field that somebody typed into, and what becomes of it."""

from __future__ import annotations

from datetime import date

import pytest

from showcase.console.derive import MOST
from showcase.console.draft import BacktestForm, OptionsForm
from showcase.console.number_field import DayField, DecimalField, WholeField
from showcase.console.surface import field


@pytest.mark.parametrize(
    ("sent", "held"),
    [(1410, 1410), (None, None), (-5, -5), (1e26, MOST), (-1e26, -MOST), (float("inf"), MOST), (14.0, 14)],
)
def test_whatever_is_typed_arrives_as_a_whole_number_or_none(sent: float | None, held: int | None) -> None:
    form = BacktestForm()
    widget = field(form, "horizon")
    widget._process_events({"value": sent})
    assert widget.value == form.horizon == held
    assert type(form.horizon) is type(held)


@pytest.mark.parametrize(("sent", "held"), [(0.25, 0.25), (None, None), (float("inf"), float(MOST))])
def test_a_decimal_number_arrives_too(sent: float | None, held: float | None) -> None:
    widget = DecimalField(value=1.0)
    widget._process_events({"value": sent})
    assert widget.value == held


@pytest.mark.parametrize("widget", [WholeField(value=None), DecimalField(value=None)])
def test_an_empty_field_shows_nothing(widget: WholeField | DecimalField) -> None:
    model = widget.get_root()
    assert model.data.format is None
    assert not model.data.placeholder


def test_a_field_that_is_empty_from_the_start_stays_so() -> None:
    form = BacktestForm(gap=None)
    assert field(form, "gap").get_root().data.value is None
    assert form.gap is None


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("2026-11-22", date(2026, 11, 22)), ("99-11-22", date(99, 11, 22)), ("0-01-05", date(1, 1, 5)), (None, None),
    ],
)  # fmt: skip
def test_a_day_arrives_of_whatever_year(sent: str | None, held: date | None) -> None:
    form = OptionsForm(as_of=date(2026, 1, 1))
    widget = field(form, "as_of", clearable=True)
    assert isinstance(widget, DayField)
    widget._process_events({"value": sent})
    assert form.as_of == held
