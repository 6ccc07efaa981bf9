"""Every body that the OpenAPI document shows is one that its operation reads."""

from __future__ import annotations

import json
from typing import Any

from fastapi.testclient import TestClient

from showcase.http.examples import BODIES
from showcase.wiring import Installation

JSON = "application/json"


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
