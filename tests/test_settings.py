"""Settings that are for tests alone are not honoured where nothing is tested."""

from __future__ import annotations

from datetime import date

import pytest

from showcase.settings import load_settings


@pytest.mark.parametrize("test", ["1", "0", ""])
def test_another_day_and_a_failpoint_are_honoured_in_tests_alone(monkeypatch: pytest.MonkeyPatch, test: str) -> None:
    monkeypatch.setenv("SHOWCASE_TODAY", "2026-02-03")
    monkeypatch.setenv("SHOWCASE_FAILPOINT", "run.recorded:sleep")
    if test:
        monkeypatch.setenv("SHOWCASE_TEST", test)
    else:
        monkeypatch.delenv("SHOWCASE_TEST", raising=False)
    found = load_settings()
    assert found.fixed_today == (date(2026, 2, 3) if test == "1" else None)
    assert (found.armed_failpoint is not None) == (test == "1")
