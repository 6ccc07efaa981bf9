"""Golden fingerprints: the same recipe gives the same bytes on every machine, Python and time zone.

After a wanted change raise GENERATOR_VERSION and renew the file with SHOWCASE_RENEW_GOLDENS=1.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from showcase.demand.generate import generate
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import GENERATOR_VERSION, resolve_recipe
from showcase.demand.tables import fingerprint

pytestmark = pytest.mark.compat

GOLDENS = Path(__file__).with_name("golden_fingerprints.json")
AS_OF = date(2026, 10, 31)
CASES = [f"{scenario} {seed}" for scenario in Scenario for seed in (42, 2**31 - 1)] + ["retail_standard 42 native"]


def fingerprint_of(case: str) -> str:
    scenario, seed, *size = case.split()
    as_of = None if preset_named(scenario).fixed_window else AS_OF
    return str(fingerprint(generate(resolve_recipe(scenario, int(seed), as_of=as_of, native=bool(size)))))


@pytest.fixture(scope="module")
def goldens() -> dict[str, Any]:
    """The stored file, first renewed where the flag asks for it."""
    if os.environ.get("SHOWCASE_RENEW_GOLDENS") == "1":
        found = {"generator_version": GENERATOR_VERSION, "fingerprints": {case: fingerprint_of(case) for case in CASES}}
        GOLDENS.write_text(json.dumps(found, indent=2) + "\n")
    stored: dict[str, Any] = json.loads(GOLDENS.read_text())
    return stored


def test_goldens_are_those_of_this_version_of_the_generator(goldens: dict[str, Any]) -> None:
    assert goldens["generator_version"] == GENERATOR_VERSION
    assert list(goldens["fingerprints"]) == CASES
    assert len(set(goldens["fingerprints"].values())) == len(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_preset_has_its_golden_fingerprint(case: str, goldens: dict[str, Any]) -> None:
    assert fingerprint_of(case) == goldens["fingerprints"][case]


@pytest.fixture
def local_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The process in another time zone for one test."""
    zone: str = request.param
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    yield zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("local_zone", ["Pacific/Kiritimati", "America/Los_Angeles"], indirect=True)
def test_the_time_zone_has_no_say(local_zone: str, goldens: dict[str, Any]) -> None:
    assert fingerprint_of("demo_minimal 42") == goldens["fingerprints"]["demo_minimal 42"], local_zone
