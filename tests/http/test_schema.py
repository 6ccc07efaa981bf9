"""Whatever the OpenAPI document allows, and much that it does not: no 5xx, no undocumented status, no other answer.

10,000 calls: `python -m pytest -m slow tests/http/test_schema.py`.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

from showcase.pipeline.events import StepStatus
from showcase.pipeline.steps import Step, StepOutcome
from showcase.testing import fresh_request
from showcase.wiring import Installation
from tests.http.threaded import served_here

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SIZES = [
    pytest.param(75, id="75 calls"),
    pytest.param(300, id="300 calls", marks=pytest.mark.long),
    pytest.param(10_000, id="10,000 calls", marks=pytest.mark.slow),
]
LONGEST_CALL_S = 60


@dataclass(slots=True)
class Caller:
    """Sends what was made up, half of the time with an id that is there, and counts what is answered."""

    base_url: str
    known: dict[str, list[str]]
    chance: random.Random = field(default_factory=lambda: random.Random(42))
    answers: Counter[int] = field(default_factory=Counter)
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, case: Any) -> None:
        for name in case.path_parameters or {}:
            if self.known.get(name) and self.chance.random() < 0.5:
                case.path_parameters[name] = self.chance.choice(self.known[name])
        _spare_the_machine(case)
        response = case.call(base_url=self.base_url, session=self.session, timeout=LONGEST_CALL_S)
        self.answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)


def _spare_the_machine(case: Any) -> None:
    """Seeding of any size is asked for, and not done; what it makes is tested elsewhere."""
    if case.path in ("/seeder/generate", "/seeder/append", "/seeder/data"):
        for part in (case.body, case.query):
            if isinstance(part, dict):
                part["dry_run"] = True


# python-multipart leaves the file of a form that is cut off to the garbage collector
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.fault("I2")
@pytest.mark.parametrize("calls", SIZES)
def test_every_answer_is_as_documented(
    installation: Installation, calls: int, record_property: Callable[[str, object], None]
) -> None:
    done = installation.launcher.start(
        fresh_request(preservation="keep", seed_overrides={"stores": 2, "products": 2})
    ).wait(60)
    workspace_id = done.summary["workspace_id"]
    installation.services.bundles.export(workspace_id)
    # from here on a run is over at once: what it does is not the point
    over = StepOutcome(StepStatus.FAIL, "over at once")
    installation.launcher.steps_of = lambda _: (Step("nothing", "data", lambda _context: over),)
    known = {
        "workspace_id": [workspace_id],
        "run_id": [done.run_id, done.summary["winning_run_id"]],
        "name": ["demo-production", "mine"],
        "store_id": ["1", "2"],
        "product_id": ["1", "2"],
    }
    with served_here(installation) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
        operations = [result.ok() for result in schema.get_all_operations()]
        caller = Caller(url, known)
        troubles, sweep = list[str](), 0
        while not troubles and caller.answers.total() < calls:
            for operation in operations:
                troubles += _troubles(operation, caller, calls // len(operations), sweep)
            sweep += 1
        caller.session.close()
    told = ", ".join(f"{count} x {status}" for status, count in sorted(caller.answers.items()))
    record_property("figure", f"{caller.answers.total():,} calls of {len(operations)} operations: {told}")
    assert not troubles, "\n\n".join(troubles)
    assert caller.answers[200] > calls / 10  # it is not that everything was refused


def _troubles(operation: Any, caller: Caller, calls: int, sweep: int) -> list[str]:
    """What the calls of one operation found, in words; each sweep makes up other ones, every second what is wrong."""
    mode = GenerationMode.NEGATIVE if sweep % 2 else GenerationMode.POSITIVE

    @seed(sweep)
    @settings(
        max_examples=calls, deadline=None, database=None, phases=[Phase.generate], verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def call_all(case: Any) -> None:
        caller.call(case)

    try:
        call_all()
    except Unsatisfiable:
        return []  # there is nothing that could be wrong with it
    except (AssertionError, requests.RequestException, BaseExceptionGroup) as error:
        return [f"{operation.label}: {error}"]
    return []
