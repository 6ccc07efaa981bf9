"""Days, weekdays and holidays."""

from __future__ import annotations

from datetime import date

import pytest

from showcase.demand.calendar import HOLIDAYS, days_of, easter_sunday, thanksgiving
from showcase.demand.presets import preset_named
from showcase.kernel.window import Window


@pytest.mark.parametrize(
    "day",
    [date(1961, 4, 2), date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25)],
)
def test_easter_falls_where_it_fell(day: date) -> None:
    assert easter_sunday(day.year) == day


def test_thanksgiving_is_the_fourth_thursday_of_november() -> None:
    assert [thanksgiving(year) for year in (2024, 2025, 2026)] == [
        date(2024, 11, 28),
        date(2025, 11, 27),
        date(2026, 11, 26),
    ]


@pytest.mark.parametrize("start", [date(1900, 1, 1), date(1969, 12, 29), date(2024, 2, 26)])
def test_weekdays_and_months_are_those_of_the_calendar(start: date) -> None:
    window = Window(start, date(start.year + 1, 3, 4))
    days = days_of(window)
    assert days.weekday.tolist() == [day.weekday() for day in window]
    assert days.month.tolist() == [day.month for day in window]
    assert [date.fromordinal(date(1970, 1, 1).toordinal() + int(n)) for n in days.numbers] == list(window)


def test_every_holiday_of_a_year_moves_its_day() -> None:
    window = Window(date(2026, 1, 1), date(2026, 12, 31))
    days = days_of(window)
    named = {event: window.day(i) for i, event in enumerate(days.events) if event}
    assert set(named) == {holiday.name for holiday in HOLIDAYS}
    assert named["Good Friday"] == date(2026, 4, 3)
    assert named["Easter Monday"] == date(2026, 4, 6)
    assert named["Black Friday"] == date(2026, 11, 27)
    for holiday in HOLIDAYS:
        assert days.holiday_factor[window.index(named[holiday.name])] == holiday.factor
    assert (days.holiday_factor != 1).sum() == len(HOLIDAYS)


def test_special_days_stand_in_place_of_the_holidays() -> None:
    preset = preset_named("holiday_rush")
    assert preset.fixed_window is not None
    days = days_of(preset.fixed_window, preset.special_days)
    moved = {preset.fixed_window.day(i): f for i, f in enumerate(days.holiday_factor.tolist()) if f != 1}
    assert moved == {
        date(2024, 11, 28): 2.0,
        date(2024, 11, 29): 3.0,
        date(2024, 12, 24): 1.5,
        date(2024, 12, 25): 0.3,
    }
