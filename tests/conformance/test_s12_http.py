"""Contract section 12: what holds for every path."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from showcase.client import CallError, Client
from showcase.errors import UnavailableError
from tests.conformance.asking import UNKNOWN, Json, refused

PROBLEM = {"type", "title", "status", "detail", "remedy", "errors", "request_id"}
PATHS = {
    "/demo/run": "post", "/demo/runs": "get", "/demo/runs/{run_id}": "get", "/demo/runs/{run_id}/events": "get",
    "/demo/runs/{run_id}/stop": "post", "/demo/workspaces": "get",
    "/demo/workspaces/{workspace_id}": "get patch delete",
    "/demo/workspaces/bulk": "post", "/demo/workspaces/bulk/preview": "post", "/demo/workspaces/bulk/undo": "post",
    "/demo/workspaces/{workspace_id}/lineage": "get", "/demo/workspaces/{workspace_id}/replay": "get post",
    "/demo/workspaces/compare": "get", "/demo/workspaces/{workspace_id}/health": "get",
    "/demo/workspaces/{workspace_id}/bundle.zip": "get", "/demo/workspaces/{workspace_id}/export": "post",
    "/demo/hitl-decision": "post", "/demo/approval-events": "get", "/datasets": "get",
    "/datasets/{data_set_id}/current": "post", "/datasets/import": "post", "/dimensions/stores": "get",
    "/dimensions/products": "get", "/dimensions/stores/{store_id}": "get", "/dimensions/products/{product_id}": "get",
    "/seeder/status": "get", "/seeder/scenarios": "get", "/seeder/generate": "post", "/seeder/append": "post",
    "/seeder/verify": "post", "/seeder/phase2-enrichment": "post", "/seeder/data": "delete",
    "/featuresets/compute": "post", "/forecasting/train": "post", "/forecasting/predict": "post",
    "/backtesting/run": "post", "/registry/runs": "get post", "/registry/runs/{run_id}": "get patch",
    "/registry/runs/{run_id}/verify": "get", "/registry/compare/{a}/{b}": "get", "/registry/aliases": "get post",
    "/registry/aliases/{name}": "get", "/scenarios": "get post", "/scenarios/simulate": "post",
    "/scenarios/compare": "post", "/scenarios/{plan_id}": "get delete", "/batch/forecasting": "post",
    "/batch/{batch_id}": "get", "/jobs/{job_id}": "get", "/rag/index": "post", "/rag/retrieve": "post",
    "/agents/sessions": "post", "/agents/sessions/{session_id}": "delete", "/agents/sessions/{session_id}/chat": "post",
    "/ops/summary": "get", "/ops/retraining-candidates": "get", "/ops/model-health": "get",
    "/model-selection/models": "get", "/health": "get",
}  # fmt: skip
STATUSES = {
    "201": ["post /datasets/import", "post /seeder/generate", "post /seeder/append", "post /seeder/phase2-enrichment",
            "post /scenarios", "post /registry/runs", "post /registry/aliases"],
    "202": ["post /demo/run", "post /demo/runs/{run_id}/stop", "post /demo/workspaces/{workspace_id}/replay",
            "post /batch/forecasting"],
    "204": ["delete /demo/workspaces/{workspace_id}", "post /demo/hitl-decision", "delete /scenarios/{plan_id}",
            "delete /agents/sessions/{session_id}", "get /demo/runs/{run_id}/events"],
}  # fmt: skip
"""The calls that answer otherwise than 200, or otherwise too."""
UNKNOWN_IDS = [
    "/demo/runs/{id}", "/demo/runs/{id}/events", "/demo/workspaces/{id}", "/registry/runs/{id}", "/scenarios/{id}",
    "/batch/{id}", "/jobs/{id}", "/agents/sessions/{id}", "/registry/compare/{id}/{id}",
]  # fmt: skip


@pytest.fixture(scope="module")
def document(http: httpx.Client) -> Json:
    found: Json = http.get("/openapi.json").json()
    return found


@pytest.mark.parametrize("path", PATHS)
def test_s12_the_openapi_document_has_every_call_of_the_contract(document: Json, path: str) -> None:
    assert set(document["paths"][path]) >= set(PATHS[path].split())


def test_s12_every_call_of_the_contract_has_the_statuses_of_the_table(document: Json) -> None:
    told: dict[str, list[str]] = {"201": [], "202": [], "204": []}
    for path, methods in PATHS.items():
        for method in methods.split():
            for status in document["paths"][path][method]["responses"]:
                if status in told:
                    told[status].append(f"{method} {path}")
    assert {status: sorted(calls) for status, calls in told.items()} == {
        status: sorted(calls) for status, calls in STATUSES.items()
    }


def test_s12_every_operation_has_a_tag_a_sentence_and_its_refusals(document: Json) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["tags"], (method, path)
            assert operation["description"], (method, path)
            assert "500" in operation["responses"], (method, path)


def test_s12_every_body_has_an_example(document: Json) -> None:
    bodies = {
        f"{method} {path}": operation["requestBody"]["content"]["application/json"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert len(bodies) > 20
    assert [where for where, content in bodies.items() if not content.get("examples")] == []


def test_s12_runs_are_listed_by_pages(api: Client, transcript: list[Json], kept: Json) -> None:
    whole, cursor, seen = [run["run_id"] for run in api.runs.list(limit=6)], None, list[str]()
    while len(seen) < len(whole):
        page = api.api.call("GET", "/demo/runs", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += [run["run_id"] for run in page["runs"]]
        cursor = page["next"]
        assert cursor or len(seen) >= len(whole)
    assert seen[: len(whole)] == whole
    refused(api, 422, "GET", "/demo/runs", params={"cursor": UNKNOWN})


def test_s12_docs_are_served(http: httpx.Client) -> None:
    assert "text/html" in http.get("/docs").headers["content-type"]


@pytest.mark.parametrize("path", UNKNOWN_IDS)
@pytest.mark.parametrize("name", [UNKNOWN, "x", "0" * 31, "G" * 32, "%2e%2e", "1%20OR%201"])
def test_s12_an_unknown_id_is_404(api: Client, path: str, name: str) -> None:
    assert set(refused(api, 404, "GET", path.replace("{id}", name)).body) >= PROBLEM


@pytest.mark.parametrize("path", ["/dimensions/stores/{}", "/dimensions/products/{}"])
@pytest.mark.parametrize("name", ["2147483647", "0", "-1", "x", "1.5", "99999999999999999999"])
def test_s12_an_unknown_number_is_404(api: Client, path: str, name: str) -> None:
    refused(api, 404, "GET", path.format(name))


@pytest.mark.parametrize("path", ["/nowhere", "/demo", "/demo/workspaces/", "/registry/runs//verify", "/.env"])
def test_s12_a_path_that_is_not_there_is_404(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/health"), ("PUT", "/demo/run"), ("POST", "/demo/runs")])
def test_s12_a_method_that_is_not_there_is_405(http: httpx.Client, method: str, path: str) -> None:
    answer = http.request(method, path)
    assert answer.status_code == 405
    assert set(answer.json()) >= PROBLEM


def test_s12_an_error_is_a_problem_with_a_remedy_and_the_requests_id(http: httpx.Client) -> None:
    answer = http.post("/demo/run", json={"seed": "x"}, headers={"x-request-id": "my-own-name"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= PROBLEM
    assert (body["status"], body["request_id"], answer.headers["x-request-id"]) == (422, "my-own-name", "my-own-name")
    assert set(body["errors"][0]) == {"field", "found", "allowed"}


def test_s12_an_answer_of_another_request_has_another_id(http: httpx.Client) -> None:
    assert http.get("/health").headers["x-request-id"] != http.get("/health").headers["x-request-id"]


def test_s12_literal_routes_win_over_ids(api: Client, http: httpx.Client) -> None:
    assert http.post("/demo/workspaces/bulk", json={}).status_code == 422
    assert http.post("/scenarios/compare", json={}).status_code == 422
    assert http.post("/scenarios/simulate", json={}).status_code == 422
    assert http.post("/datasets/import").status_code == 422


def test_s12_wait_says_whether_the_answer_comes_at_once(http: httpx.Client, api: Client, data: Json) -> None:
    sent = {"train_model_types": ["naive"]}
    begun = http.post("/demo/run", params={"wait": "false"}, json=sent)
    assert begun.status_code == 202
    assert set(begun.json()) >= {"run_id", "workspace_id"}
    list(api.runs.watch(begun.json()["run_id"]))
    assert http.post("/demo/run", params={"wait": "true"}, json=sent).status_code == 200
    assert http.post("/demo/run", params={"wait": "perhaps"}, json=sent).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [("POST", "/seeder/generate", {"overrides": {"stores": 1, "products": 1, "window_days": 75}}, 201),
     ("POST", "/seeder/verify", None, 200), ("POST", "/seeder/phase2-enrichment", None, 201),
     ("DELETE", "/seeder/data?dry_run=true", None, 200), ("POST", "/rag/index", None, 200),
     ("POST", "/rag/retrieve", {"query": "seed"}, 200), ("POST", "/agents/sessions", {}, 200),
     ("GET", "/health", None, 200), ("GET", "/datasets", None, 200)],
)  # fmt: skip
def test_s12_a_call_has_the_status_of_the_table(
    http: httpx.Client, data: Json, method: str, path: str, sent: Json | None, status: int
) -> None:
    assert http.request(method, path, **({} if sent is None else {"json": sent})).status_code == status


def test_s12_an_unknown_scenario_is_422(api: Client) -> None:
    assert "demo_minimal" in refused(api, 422, "POST", "/seeder/generate", json={"scenario": "moon"}).detail


@pytest.mark.parametrize(
    "path", ["/demo/run", "/seeder/generate", "/rag/retrieve", "/demo/hitl-decision", "/scenarios"]
)
def test_s12_a_body_that_is_no_json_is_422(http: httpx.Client, path: str) -> None:
    assert http.post(path, content=b"x=1", headers={"content-type": "text/plain"}).status_code == 422
    assert http.post(path, content=b"not json", headers={"content-type": "application/json"}).status_code == 422


def test_s12_a_body_above_one_mebibyte_is_413(http: httpx.Client) -> None:
    large = json.dumps({"a": "x" * 1024**2})
    answer = http.post("/demo/run", content=large, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["remedy"]


def test_s12_an_import_may_be_larger(http: httpx.Client) -> None:
    body = (
        "date,store,product,quantity,note\n"
        + f"2026-01-01,a,b,1,{'x' * 900_000}\n"
        + f"2026-01-02,a,b,1,{'y' * 900_000}\n"
    )
    answer = http.post("/datasets/import", files={"file": ("large.csv", body.encode())})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("query", ["page=0", "page_size=0", "page_size=101", "page=x"])
def test_s12_pages_and_their_sizes_have_bounds(http: httpx.Client, query: str) -> None:
    assert http.get(f"/dimensions/stores?{query}").status_code == 422


def test_s12_a_dimension_is_searched_paged_and_shown(api: Client) -> None:
    api.datasets.generate(end_date="2026-03-31", overrides={"stores": 3, "products": 2, "window_days": 75})
    whole = api.api.call("GET", "/dimensions/stores")
    assert (whole["total"], len(whole["stores"])) == (3, 3)
    assert set(whole["stores"][0]) >= {"id", "code", "name", "region", "city", "store_type"}
    second = api.api.call("GET", "/dimensions/stores", params={"page": 2, "page_size": 2})
    assert second["stores"] == whole["stores"][2:]
    by_code = api.api.call("GET", "/dimensions/stores", params={"search": whole["stores"][1]["code"].lower()})
    assert by_code["stores"] == [whole["stores"][1]]
    one = api.api.call("GET", f"/dimensions/stores/{whole['stores'][0]['id']}")
    assert one == whole["stores"][0]


@pytest.mark.parametrize("search", ["%", "_", "' OR 1=1 --", "zzz"])
def test_s12_a_search_is_a_literal_piece(api: Client, data: Json, search: str) -> None:
    assert api.api.call("GET", "/dimensions/products", params={"search": search})["total"] == 0


def test_s12_a_product_has_its_price_as_money(api: Client, pair: Json) -> None:
    product = api.api.call("GET", f"/dimensions/products/{pair['product_id']}")
    assert set(product) >= {"id", "sku", "name", "category", "brand", "base_price"}
    assert 0 < product["base_price"] < 1000


def test_s12_status_has_every_count(api: Client, data: Json) -> None:
    assert set(api.datasets.status()) >= {
        "stores", "products", "calendar", "sales", "inventory", "price_history", "promotions", "exogenous_signals",
        "sales_returns", "replenishment_events", "date_range_start", "date_range_end",
    }  # fmt: skip


def test_s12_health_names_the_server_and_the_schema(api: Client) -> None:
    found = api.api.call("GET", "/health")
    assert found["status"] == "ok"
    assert found["database"]
    assert found["schema"]


@pytest.mark.parametrize("name", ["x-content-type-options", "referrer-policy", "content-security-policy"])
def test_s12_every_answer_carries_the_headers_that_guard_it(http: httpx.Client, name: str) -> None:
    for path in ("/health", "/nowhere", "/demo/runs"):
        assert http.get(path).headers[name]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:1", ""])
def test_s12_a_name_that_is_not_this_servers_is_refused(http: httpx.Client, host: str) -> None:
    assert http.get("/demo/runs", headers={"host": host}).status_code in (400, 403)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "file://", "http://localhost.evil.example"])
def test_s12_a_page_of_another_site_changes_nothing(http: httpx.Client, origin: str) -> None:
    answer = http.post("/demo/run", json={}, headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_s12_no_traceback_ever_leaves(http: httpx.Client) -> None:
    for path in ("/nowhere", f"/jobs/{UNKNOWN}", "/datasets/x/current"):
        assert "Traceback" not in http.post(path, content=b"\xff").text


def test_s12_the_client_says_when_nobody_is_there() -> None:
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(UnavailableError) as away:
        nobody.runs.list()
    assert "showcase serve" in away.value.remedy


def test_s12_the_client_says_when_somebody_else_answers(api: Client) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502, text="<html>bad gateway</html>")

    with Client("http://proxy.example") as other:
        other.api.http.close()
        strange: Any = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://proxy.example")
        with pytest.raises(CallError) as refusal:
            type(other.api)(strange).call("GET", "/health")
    assert refusal.value.status == 502
    assert refusal.value.remedy
