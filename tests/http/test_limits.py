"""Rate limits count accepted starts of one caller, and nothing else."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from showcase.errors import InvalidInputError
from showcase.http.app import build_app
from showcase.http.limits import RateLimitedError, RateLimits
from showcase.settings import RateLimit, load_settings
from showcase.testing import FixedClock
from showcase.wiring import Installation

CALLER = {"client": ("192.0.2.7", 5000)}
OTHER = {"client": ("192.0.2.8", 5000)}


class Wall(FixedClock):
    """A clock whose durations the test moves."""

    def monotonic(self) -> float:
        return self.ticks


def test_what_is_accepted_counts_for_a_while() -> None:
    clock = Wall()
    limits = RateLimits((RateLimit("runs", 2, "minute"),), clock)
    for _ in range(2):
        with limits.counted("runs", CALLER):
            clock.ticks += 10
    with pytest.raises(RateLimitedError) as refused, limits.counted("runs", CALLER):
        pass
    assert refused.value.retry_after_s == 40  # the first was 20 s ago
    with limits.counted("runs", OTHER), limits.counted("imports", CALLER):
        pass
    clock.ticks += 40
    with limits.counted("runs", CALLER):
        pass


def test_what_is_refused_for_another_reason_and_what_comes_from_loopback_do_not_count() -> None:
    limits = RateLimits((RateLimit("runs", 1, "day"),), Wall())
    for _ in range(3):
        with pytest.raises(KeyError), limits.counted("runs", CALLER):
            raise KeyError
        for loopback in ("127.0.0.1", "::1"):
            with limits.counted("runs", {"client": (loopback, 5000)}):
                pass
    with limits.counted("runs", CALLER):
        pass


def test_a_start_that_fails_after_the_period_is_no_trouble() -> None:
    clock = Wall()
    limits = RateLimits((RateLimit("imports", 1, "minute"),), clock)

    def fail_late() -> None:
        with limits.counted("imports", CALLER):
            clock.ticks += 61
            with limits.counted("imports", OTHER):
                raise RuntimeError("late")

    with pytest.raises(RuntimeError, match="late"):
        fail_late()


def test_callers_that_are_long_gone_are_forgotten() -> None:
    clock = Wall()
    limits = RateLimits((RateLimit("runs", 1, "minute"),), clock)
    for number in range(100):
        with limits.counted("runs", {"client": (f"192.0.2.{number}", 1)}):
            clock.ticks += 61
    assert len(limits._accepted) == 1


def test_the_setting_is_read_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWCASE_RATE_LIMITS", "runs=30/hour, imports=5/day")
    assert load_settings().limits == (RateLimit("runs", 30, "hour"), RateLimit("imports", 5, "day"))
    assert load_settings().limits[0].period_s == 3600
    for wrong in ("runs=0/hour", "runs=3", "walks=3/hour", "runs=3/week"):
        monkeypatch.setenv("SHOWCASE_RATE_LIMITS", wrong)
        with pytest.raises(InvalidInputError, match="SHOWCASE_RATE_LIMITS"):
            load_settings()


def test_one_run_too_many_is_429_at_every_door(installation: Installation) -> None:
    installation.settings = installation.settings.model_copy(update={"rate_limits": "runs=1/hour"})
    with TestClient(build_app(installation, hosts=["testserver"], only="http")) as client:
        assert client.post("/demo/run", json={"seed": -1}).status_code == 422
        frame, key = {"skip_seed": False, "preservation": "keep"}, {"idempotency-key": "one"}
        for _ in range(2):  # the repeated one starts nothing, so it needs no room
            assert client.post("/demo/run", json=frame, headers=key).status_code == 200
        refused = client.post("/demo/run", json={})
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:showcase:rate")
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        (kept,) = client.get("/demo/workspaces").json()["workspaces"]
        assert client.post(f"/demo/workspaces/{kept['workspace_id']}/replay").status_code == 429
        with client.websocket_connect("/demo/stream") as socket:
            socket.send_text("{}")
            event = json.loads(socket.receive_text())
            assert (event["event_type"], event["kind"]) == ("error", "rate")
            assert socket.receive()["code"] == 1013
        assert client.get("/demo/runs").status_code == 200


def test_a_token_that_is_refused_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWCASE_API_TOKEN", "short-secret")
    with pytest.raises(InvalidInputError, match="SHOWCASE_API_TOKEN") as refused:
        load_settings()
    assert "short-secret" not in str(refused.value)
