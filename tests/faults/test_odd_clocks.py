"""Clocks that jump, places with odd days: durations grow, windows end by the database, forecasts stay the same."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from showcase.kernel.identity import Digest
from showcase.pipeline.launcher import Launcher
from showcase.services.decisions import DecisionService
from showcase.store.engine import Database
from showcase.testing import FixedClock, fresh_request, services_over
from tests.services.test_decisions import _question as question

# a summer time that begins at midnight, a day that was left out of the calendar, and a quarter of an hour
ODD_PLACES = ("UTC", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu")


class JumpingClock(FixedClock):
    """The wall jumps an hour ahead and an hour and more back at each look, as a machine's that is being set."""

    def now(self) -> datetime:
        self.ticks += 1
        return datetime(2026, 3, 29, 0, 59, tzinfo=UTC) + timedelta(hours=1 - 2 * (self.ticks % 2), seconds=self.ticks)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sets the time zone of this process; the old one comes back."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.fault("C4")
def test_a_run_whose_clock_jumps_is_green_with_its_events_in_order(database: Database, tmp_path: Path) -> None:
    services = dataclasses.replace(services_over(database, tmp_path), clock=JumpingClock())
    launcher = Launcher(database, services)
    done = launcher.start(fresh_request(preservation="keep")).wait(60)
    assert done.overall_status == "pass"
    told = launcher.events(str(done.run_id))
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert all(event["duration_ms"] >= 0 for event in told if event["duration_ms"] is not None)
    assert done.summary["wall_clock_s"] >= 0
    launcher.close()


@pytest.mark.fault("C4")
def test_a_window_ends_by_the_clock_of_the_database_whatever_the_program_thinks(database: Database, at: Any) -> None:
    for place in ODD_PLACES:
        at(place)
        decisions = DecisionService(database, window_s=600)
        asked = decisions.ask(question())
        [pending] = decisions.pending()
        assert 590 < pending.seconds_left <= 600
        assert decisions.decide(asked.action_id, "rejected", by="x").state == "rejected"


@pytest.mark.fault("I8")
def test_the_same_request_gives_the_same_forecasts_in_every_place(database: Database, tmp_path: Path, at: Any) -> None:
    told = set()
    for number, place in enumerate(ODD_PLACES):
        at(place)
        launcher = Launcher(database, services_over(database, tmp_path / str(number)))
        done = launcher.start(fresh_request(preservation="keep")).wait(60)
        kept = launcher.services.workspaces.show(str(done.summary["workspace_id"]))
        forecast = launcher.services.models.frame(Digest(kept.created_objects["files"]["forecast"]))
        numbers = forecast.drop("store_id", "product_id").write_json()  # ids never restart
        told.add((done.summary["data_fingerprint"], done.summary["winner_value"], kept.date_end, numbers))
        launcher.close()
    assert len(told) == 1


@pytest.mark.fault("I8")
@pytest.mark.parametrize("last", [date(2024, 2, 29), date(2026, 12, 31), date(2027, 1, 3), date(2026, 3, 29)])
def test_leap_days_ends_of_years_and_short_days_are_days_like_others(
    database: Database, tmp_path: Path, at: Any, last: date
) -> None:
    at("Europe/Berlin")
    launcher = Launcher(database, services_over(database, tmp_path))
    done = launcher.start(fresh_request(as_of=last.isoformat(), preservation="keep")).wait(60)
    assert done.overall_status == "pass"
    kept = launcher.services.workspaces.show(str(done.summary["workspace_id"]))
    assert (kept.date_end, (kept.date_end - kept.date_start).days) == (last, 91)
    launcher.close()
