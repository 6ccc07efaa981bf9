"""Every failure is one problem with its remedy, whoever refused: a service, a model, the framework or a defect."""

from __future__ import annotations

import json
import re

import pytest
from fastapi.testclient import TestClient

from showcase.http.app import build_app
from showcase.http.problems import MEDIA_TYPE
from showcase.wiring import Installation

UNKNOWN = "0" * 32
KEYS = ["type", "title", "status", "detail", "remedy", "errors", "request_id"]


def refused(client: TestClient, body: bytes | str, content_type: str = "application/json") -> dict[str, object]:
    answer = client.post("/demo/run", content=body, headers={"content-type": content_type})
    assert answer.status_code in (413, 422), answer.text
    return problem(answer)


def problem(answer: object) -> dict[str, object]:
    assert answer.headers["content-type"] == MEDIA_TYPE  # type: ignore[attr-defined]
    body = answer.json()  # type: ignore[attr-defined]
    assert list(body)[: len(KEYS)] == KEYS
    assert body["remedy"].endswith(".")
    assert body["status"] == answer.status_code  # type: ignore[attr-defined]
    assert body["request_id"] == answer.headers["x-request-id"]  # type: ignore[attr-defined]
    return dict(body)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nowhere", 404, "unknown_path"),
        ("GET", "/demo/workspaces/", 404, "unknown_path"),
        ("PUT", "/demo/run", 405, "method"),
        ("GET", f"/demo/runs/{UNKNOWN}", 404, "not_found"),
        ("GET", f"/demo/workspaces/{UNKNOWN}", 404, "not_found"),
        ("GET", "/demo/workspaces/zzz", 404, "not_found"),
        ("GET", "/demo/workspaces/..%2f..%2fetc%2fpasswd", 404, "unknown_path"),
        ("GET", "/demo/workspaces/%00", 404, "not_found"),
        ("GET", "/demo/workspaces?limit=0", 422, "invalid_input"),
        ("GET", "/demo/workspaces?sort_order=up", 422, "invalid_input"),
        ("GET", "/demo/workspaces?q=%00", 422, "invalid_input"),
        ("GET", "/demo/workspaces?cursor=made-up", 422, "invalid_input"),
        ("GET", "/demo/workspaces?search=status:asleep", 422, "invalid_input"),
        ("GET", "/demo/runs?status=asleep", 422, "invalid_input"),
        ("GET", "/registry/runs?status=asleep", 422, "invalid_input"),
        ("GET", "/registry/runs?model_type=arima", 422, "invalid_input"),
        ("PUT", f"/demo/searches/{'x' * 101}", 422, "invalid_input"),
        ("GET", "/demo/runs?limit=5&limit=6", 422, "invalid_input"),
        ("GET", "/demo/workspaces?q=a&tags=b&tags=c&q=d", 422, "invalid_input"),
        ("DELETE", "/seeder/data?dry-run=true", 422, "invalid_input"),
        ("DELETE", "/seeder/data?dry_run=true&dry_run=false", 422, "invalid_input"),
        ("POST", "/seeder/verify?dry_run=true", 422, "invalid_input"),
        ("POST", f"/demo/runs/{UNKNOWN}/stop", 404, "not_found"),
        ("POST", f"/demo/workspaces/{UNKNOWN}/replay", 404, "not_found"),
        ("DELETE", f"/demo/workspaces/{UNKNOWN}", 404, "not_found"),
        ("DELETE", "/demo/searches/none", 404, "not_found"),
        ("DELETE", "/demo/configurations/none", 404, "not_found"),
    ],
)
def test_a_refusal_is_a_problem(client: TestClient, method: str, path: str, status: int, kind: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status, answer.text
    assert problem(answer)["type"] == f"urn:showcase:{kind}"


def test_a_person_who_mistyped_an_address_reads_where_to_go(client: TestClient) -> None:
    answer = client.get("/library", headers={"accept": "text/html,application/xhtml+xml;q=0.9"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert 'href="/"' in answer.text
    missing = client.get(f"/demo/runs/{UNKNOWN}", headers={"accept": "text/html"})
    assert problem(missing)["type"] == "urn:showcase:not_found"


def test_a_wrong_method_names_the_right_ones(client: TestClient) -> None:
    assert "POST" in client.put("/demo/run").headers["allow"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"seed": "42"}', ("seed", '"42"', "an integer")),
        ('{"seed": 42.0}', ("seed", "42.0", "an integer")),
        ('{"seed": true}', ("seed", "true", "an integer")),
        ('{"reset": 1}', ("reset", "1", "true or false")),
        ('{"seed": -1}', ("seed", "-1", "greater than or equal to 0")),
        ('{"backtest": {"surprise": 1}}', ("backtest.surprise", "1", "no such field here")),
        ('{"user_scope": {"store_id": 1}}', ("user_scope.product_id", "nothing", "a value (the field is required)")),
        ('{"skip_seed": true, "as_of": "2026-11-22"}', ("as_of", '"2026-11-22"', "skip_seed")),
        ("[]", ("request", "[]", "an object")),
        ('"text"', ("request", '"text"', "an object")),
    ],
)
def test_a_refused_field_is_named_with_what_was_found_and_what_is_allowed(
    client: TestClient, body: str, found: tuple[str, str, str]
) -> None:
    (error,) = refused(client, body)["errors"]  # type: ignore[misc]
    assert (error["field"], error["found"]) == found[:2]
    assert found[2] in error["allowed"]


@pytest.mark.fault("I2")
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"{} {}", b"\xff\xfe{}", b"\xef\xbb\xbf", b'{"seed": NaN}', b'{"x": Infinity}', b'{"x": 1e400}',
        b'{"x": -Infinity}', b'{"seed": 1, "seed": 2}', b'{"x": "\\ud800"}', b'{"\\u0000": 1}', b'{"x": "\\u0000"}',
        b'{"x": ' + b"[" * 40 + b"]" * 40 + b"}", b"[" * 200_000, b'{"x": ' + b"9" * 5000 + b"}", b"\x00", b"nul",
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_the_server_goes_on(client: TestClient, body: bytes) -> None:
    assert refused(client, body)["status"] == 422
    assert client.get("/health").status_code == 200


def test_a_form_is_no_json(client: TestClient) -> None:
    assert "application/json" in str(refused(client, "seed=42", "application/x-www-form-urlencoded")["detail"])


@pytest.mark.fault("I5")
def test_a_body_ends_at_one_mebibyte(client: TestClient) -> None:
    padding = b" " * (1024**2 - 2)
    assert refused(client, padding + b"{}" + b" ")["status"] == 413
    assert refused(client, padding + b"[]")["status"] == 422  # the largest that is read at all


@pytest.mark.fault("I5")
def test_a_body_of_unknown_length_ends_there_too(client: TestClient) -> None:
    pieces = (b" " * 65_536 for _ in range(17))
    answer = client.post("/demo/run", content=pieces, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    problem(answer)


def test_a_defect_tells_nothing_of_the_inside(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(type(installation.launcher), "recent", lambda *_, **__: 1 / 0)
    app = build_app(installation, hosts=["testserver"], only="http")
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/demo/runs")
    assert problem(answer)["type"] == "urn:showcase:defect"
    assert "division" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["request_id"] in caplog.text


def test_a_caller_may_name_its_request(client: TestClient) -> None:
    assert client.get("/health", headers={"x-request-id": "job-7.a"}).headers["x-request-id"] == "job-7.a"
    made = client.get("/health", headers={"x-request-id": "a b<c>"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", made)


def test_every_operation_documents_its_failures_with_an_example(client: TestClient) -> None:
    made = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in json.dumps(made)
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert len(operation["tags"]) == 1, where
            assert operation.get("description"), where
            if path == "/health":
                continue
            assert {"401", "403", "422", "500", "503"} <= set(operation["responses"]), where
            assert ("413" in operation["responses"]) == ("requestBody" in operation), where
            assert "404" in operation["responses"] or "{" not in path, where
            for status, told in operation["responses"].items():
                if int(status) >= 400:
                    example = told["content"][MEDIA_TYPE]["example"]
                    assert list(example) == KEYS, where
                    assert example["status"] == int(status), where
