"""Every body that the OpenAPI document shows is one that its operation reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from showcase.http.examples import BODIES
from showcase.pipeline.request import parse_request
from showcase.wiring import Installation

JSON = "application/json"
DOCS = Path(__file__).resolve().parents[2] / "docs"


def operations(client: TestClient) -> dict[tuple[str, str], dict[str, Any]]:
    paths = client.get("/openapi.json").json()["paths"]
    return {(method, path): one for path, found in paths.items() for method, one in found.items()}


def test_every_body_is_shown_by_example(client: TestClient) -> None:
    documented = operations(client)
    takes_json = {key for key, one in documented.items() if JSON in one.get("requestBody", {}).get("content", {})}
    assert takes_json == set(BODIES)
    for key in takes_json:
        shown = documented[key]["requestBody"]["content"][JSON]["examples"]
        assert {name: one["value"] for name, one in shown.items()} == BODIES[key]


def test_every_example_is_read_by_its_operation(client: TestClient, installation: Installation) -> None:
    """The pipeline is held, so that nothing begins; what is refused lacks its subject, and never its form."""
    refused = {}
    with installation.launcher.exclusive("a test"):
        for (method, path), examples in BODIES.items():
            filled = path.replace("{name}", "mine")
            for name in ("workspace_id", "run_id", "session_id"):
                filled = filled.replace(f"{{{name}}}", "0" * 32)
            for name, body in examples.items():
                answer = client.request(method, filled, content=json.dumps(body), headers={"content-type": JSON})
                assert answer.status_code < 500, (method, path, name, answer.text)
                if answer.status_code == 422:
                    refused[method, path, name] = answer.json()
    assert not refused


def test_every_call_that_a_document_names_is_an_operation(client: TestClient) -> None:
    """`.../export` stands for the end of a path, and a curl without a body is a GET."""
    there = {f"{method.upper()} {re.sub(r'{.*?}', '{}', path)}" for method, path in operations(client)}
    there.add("WS /demo/stream")
    told = set()
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        told.update(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE|WS) (?:/|\.\.\.)[^`? ]*)", text))
        for line in re.findall(r"localhost:5006(/.*)", text):
            told.add(f"{'POST' if ' -d ' in line else 'GET'} {re.split(r"[ '?)]", line)[0]}")
    assert len(told) > 20
    unknown = []
    for call in told:
        method, _, path = re.sub(r"{.*?}|\$[A-Z]+", "{}", call).partition(" ")
        end = path.removeprefix("...")
        if not any(
            one == f"{method} {path}" or (end != path and one.endswith(end) and one.startswith(method)) for one in there
        ):
            unknown.append(call)
    assert not unknown


def test_the_bodies_of_the_documented_calls_are_run_requests() -> None:
    bodies = re.findall(r"/demo/run\b.*?-d '({.*?})'", (DOCS / "http.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(bodies) == 2
    for body in bodies:
        parse_request(json.loads(body))
