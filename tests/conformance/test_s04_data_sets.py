"""Contract section 4: data sets and imports."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from showcase.client import CallError, Client
from tests.conformance.asking import AS_OF, RICH, SMALL, SMALL_OVERRIDES, Json, completed, events_of, keep, refused

ROWS = "date,store,product,quantity\n" + "".join(
    f"2026-01-{day:02},north,apple,{day % 5}\n2026-01-{day:02},north,pear,{day % 3}\n" for day in range(1, 29)
)


def sent(http: httpx.Client, content: bytes | str, name: str = "sales.csv", **fields: str) -> httpx.Response:
    body = content.encode() if isinstance(content, str) else content
    return http.post("/datasets/import", files={"file": (name, body)}, data=fields)


def test_s4_a_data_set_has_its_recipe_its_counts_and_its_fingerprint(data: Json) -> None:
    assert data["kind"] == "synthetic"
    assert data["recipe"]["scenario"] == "demo_minimal"
    assert data["recipe"]["seed"] == 42
    assert data["recipe"]["overrides"] == SMALL_OVERRIDES
    assert data["recipe"]["generator_version"]
    assert len(data["fingerprint"]) == 64
    assert data["row_counts"]["products"] == 2


def test_s4_one_data_set_is_current(api: Client, data: Json) -> None:
    assert [found["id"] for found in api.datasets.list() if found["is_current"]] == [data["id"]]


def test_s4_another_data_set_can_be_made_the_current_one(api: Client, data: Json) -> None:
    other = api.datasets.generate(end_date=AS_OF, seed=5, overrides={"stores": 2, "products": 1, "window_days": 75})
    assert api.datasets.status()["stores"] == 2
    assert api.datasets.use(data["id"])["is_current"]
    assert api.datasets.status()["stores"] == 1
    assert api.api.call("GET", "/dimensions/stores")["total"] == 1
    assert other["data_set"] != data["id"]


def test_s4_a_data_set_that_is_not_there_cannot_be_chosen(api: Client) -> None:
    refused(api, 404, "POST", "/datasets/2147483647/current")


def test_s4_seeding_adds_a_data_set_beside_the_others(api: Client, data: Json) -> None:
    keep(api, seed=1234)
    ids = [found["id"] for found in api.datasets.list()]
    assert data["id"] in ids
    assert len(ids) >= 2


def test_s4_ids_of_stores_never_restart(api: Client) -> None:
    api.datasets.generate(end_date=AS_OF, overrides=SMALL_OVERRIDES)
    before = api.api.rows("stores", "/dimensions/stores")[0]["id"]
    api.api.call("DELETE", "/seeder/data")
    api.datasets.generate(end_date=AS_OF, overrides=SMALL_OVERRIDES)
    assert api.api.rows("stores", "/dimensions/stores")[0]["id"] > before


def test_s4_codes_depend_on_neither_seed_nor_count(api: Client) -> None:
    codes = []
    for seed, stores in ((1, 1), (2, 3)):
        api.datasets.generate(end_date=AS_OF, seed=seed, overrides={"stores": stores, "products": 1, "window_days": 75})
        codes.append([store["code"] for store in api.api.rows("stores", "/dimensions/stores")])
    assert codes[1][0] == codes[0][0]


def test_s4_a_reset_wipes_data_and_nothing_else(api: Client, kept: Json) -> None:
    runs = len(api.runs.list(limit=100))
    events = events_of(api, **SMALL | {"reset": True, "seed": 77})
    step = completed(events)["reset"]
    assert step["status"] == "pass"
    assert step["data"]["rows"] > 0
    assert len(api.datasets.list()) == 1
    assert api.workspaces.show(kept["workspace_id"])["workspace_id"] == kept["workspace_id"]
    assert len(api.runs.list(limit=100)) >= min(runs, 99)


def test_s4_the_focus_pair_is_found_again_by_its_codes_after_a_reset(api: Client, data: Json, pair: Json) -> None:
    events = events_of(api, **SMALL | {"reset": True, "user_scope": pair})
    step = completed(events)["status"]
    assert step["status"] == "pass"
    assert step["data"]["user_scope_applied"] is True
    assert step["data"]["store_id"] != pair["store_id"]


def test_s4_a_pair_that_is_gone_falls_back_with_a_warning(api: Client, data: Json) -> None:
    unknown = {"store_id": 2**31 - 1, "product_id": 2**31 - 1}
    step = completed(events_of(api, user_scope=unknown, train_model_types=["naive"]))["status"]
    assert step["status"] == "warn"
    assert step["data"]["user_scope_applied"] is False
    assert step["data"]["wanted"]["store_id"] == unknown["store_id"]


def test_s4_a_run_can_ask_for_a_data_set_by_its_fingerprint(api: Client, data: Json) -> None:
    api.datasets.generate(end_date=AS_OF, seed=6, overrides=SMALL_OVERRIDES)
    step = completed(events_of(api, data_fingerprint=data["fingerprint"], train_model_types=["naive"]))["status"]
    assert step["data"]["fingerprint"] == data["fingerprint"]


def test_s4_a_fingerprint_that_is_gone_gives_the_current_one_and_a_warning(api: Client, data: Json) -> None:
    step = completed(events_of(api, data_fingerprint="0" * 64, train_model_types=["naive"]))["status"]
    assert step["status"] == "warn"
    assert step["data"]["fingerprint"] == data["fingerprint"]
    assert step["data"]["missing_fingerprint"] == "0" * 64


def test_s4_enrichment_has_a_digest_of_its_own_and_is_made_once(api: Client, data: Json) -> None:
    first = api.api.call("POST", "/seeder/phase2-enrichment")
    second = api.api.call("POST", "/seeder/phase2-enrichment")
    assert first["digest"] == second["digest"]
    assert set(second["records_created"].values()) == {0}
    assert api.datasets.status()["fingerprint"] == data["fingerprint"]


def test_s4_append_makes_a_new_data_set(api: Client) -> None:
    api.api.call("DELETE", "/seeder/data")  # what was appended before would be found again
    data = api.datasets.generate(end_date=AS_OF, overrides=SMALL_OVERRIDES)
    added = api.api.call("POST", "/seeder/append", json={"end_date": "2026-04-10"})
    assert added["data_set"] != data["data_set"]
    assert added["records_created"]["sales"] == 2 * 10
    assert api.datasets.status()["date_range_end"] == "2026-04-10"


def test_s4_an_append_ends_after_the_last_day(api: Client, data: Json) -> None:
    refused(api, 422, "POST", "/seeder/append", json={"end_date": AS_OF})


def test_s4_verify_counts_and_fingerprints_what_is_stored(api: Client, data: Json) -> None:
    found = api.api.call("POST", "/seeder/verify")
    assert found["passed"] is True
    assert {check["name"] for check in found["checks"]} >= {"row_counts", "fingerprint"}
    assert found["fingerprint"] == data["fingerprint"]


def test_s4_a_dry_delete_lists_what_would_go_imports_too(api: Client, data: Json, http: httpx.Client) -> None:
    assert sent(http, ROWS).status_code == 201
    counted = api.api.call("DELETE", "/seeder/data", params={"dry_run": True})
    assert counted["dry_run"] is True
    assert counted["records_deleted"]["sales"] >= 56 + data["row_counts"]["sales"]
    assert len(api.datasets.list()) >= 2


def test_s4_facts_can_be_deleted_alone(api: Client, data: Json) -> None:
    gone = api.api.call("DELETE", "/seeder/data", params={"scope": "facts"})
    assert gone["records_deleted"]["sales"] > 0
    status = api.datasets.status()
    assert status["sales"] == 0
    assert status["stores"] > 0
    api.api.call("DELETE", "/seeder/data")


def test_s4_a_delete_takes_its_scope_from_a_body_too(api: Client, data: Json, http: httpx.Client) -> None:
    answer = http.request("DELETE", "/seeder/data", json={"scope": "all", "dry_run": True})
    assert answer.status_code == 200
    assert answer.json()["dry_run"] is True
    assert http.request("DELETE", "/seeder/data", json={"scope": "none"}).status_code == 422


def test_s4_an_empty_database_has_zeros_and_null_days(api: Client) -> None:
    api.api.call("DELETE", "/seeder/data")
    status = api.datasets.status()
    assert status["sales"] == status["stores"] == 0
    assert status["date_range_start"] is status["date_range_end"] is None
    assert api.api.call("GET", "/dimensions/products") == {"products": [], "total": 0}


# --- imports ---


def test_s4_a_csv_of_real_sales_becomes_the_current_data_set(api: Client, http: httpx.Client) -> None:
    answer = sent(http, ROWS.replace("apple", "quince"), "shop.csv")
    assert answer.status_code == 201, answer.text
    found = next(one for one in api.datasets.list() if one["is_current"])
    assert found["kind"] == "imported"
    assert found["recipe"]["file"] == "shop.csv"
    assert len(found["recipe"]["sha256"]) == 64
    assert found["row_counts"]["sales"] == 56


def test_s4_csv_gz_and_parquet_give_the_same_fingerprint(http: httpx.Client) -> None:
    frame, packed = pl.read_csv(ROWS.encode(), try_parse_dates=True), io.BytesIO()
    frame.write_parquet(packed)
    files = {"a.csv": ROWS.encode(), "a.csv.gz": gzip.compress(ROWS.encode()), "a.parquet": packed.getvalue()}
    prints = {sent(http, content, name).json()["fingerprint"] for name, content in files.items()}
    assert len(prints) == 1


def test_s4_columns_can_be_mapped_and_unknown_ones_are_listed(http: httpx.Client) -> None:
    body = "Tag,Filiale,Artikel,Stück,Wetter\n2026-01-01,a,b,3,sun\n2026-01-02,a,b,4,rain\n"
    mapping = {"date": "Tag", "store": "Filiale", "product": "Artikel", "quantity": "Stück"}
    answer = sent(http, body, mapping=json.dumps(mapping))
    assert answer.status_code == 201, answer.text
    assert answer.json()["ignored_columns"] == ["Wetter"]
    assert any("Stück" in line for line in answer.json()["mapping"])


def test_s4_a_bad_row_stops_an_import_with_its_line_column_value_and_rule(api: Client, http: httpx.Client) -> None:
    before = api.datasets.list()
    answer = sent(http, ROWS + "2026-01-29,north,apple,many\n2026-01-30,north,apple,-2\n")
    assert answer.status_code == 422
    rows = answer.json()["rows"]
    assert [(row["line"], row["column"], row["value"], row["rule"]) for row in rows] == [
        (58, "quantity", "many", "number"), (59, "quantity", "-2", "units_negative"),
    ]  # fmt: skip
    assert api.datasets.list() == before


def test_s4_at_most_fifty_places_are_listed(http: httpx.Client) -> None:
    body = "date,store,product,quantity\n" + "".join(f"2026-01-01,s{n},p,x\n" for n in range(80))
    answer = sent(http, body).json()
    assert len(answer["rows"]) == 50
    assert answer["is_complete"] is False


def test_s4_a_negative_quantity_is_netted_where_returns_say_so(http: httpx.Client) -> None:
    body = "date,store,product,quantity\n2026-01-01,a,b,5\n2026-01-02,a,b,-2\n2026-01-03,a,b,4\n"
    assert sent(http, body).status_code == 422
    assert sent(http, body, returns="net").status_code == 201


@pytest.mark.parametrize(
    ("content", "rule"),
    [("", "file_empty"), ("date,store,product,quantity\n", "file_empty"), ("a,b\n1,2\n", "column_missing"),
     (b"\x1f\x8b\x08broken", "gzip_whole"), (b"PAR1broken", "parquet_whole"),
     ("date,store,product,quantity\n2026-02-30,a,b,1\n", "date_calendar"),
     ("date,store,product,quantity\n2026-01-01,a,b,1\n2026-01-01,a,b,2\n", "key_twice"),
     ("date,store,product,quantity\n2026-01-01,a,b,1.5\n", "units_whole")],
)  # fmt: skip
def test_s4_a_file_that_breaks_a_rule_is_refused_by_its_name(http: httpx.Client, content: Any, rule: str) -> None:
    answer = sent(http, content)
    assert answer.status_code == 422, answer.text
    assert rule in {row["rule"] for row in answer.json()["rows"]}


def test_s4_a_file_name_never_becomes_a_path(api: Client, http: httpx.Client) -> None:
    answer = sent(http, ROWS.replace("apple", "medlar"), "../../etc/passwd")
    assert answer.status_code == 201
    assert next(one for one in api.datasets.list() if one["is_current"])["recipe"]["file"] == "passwd"


@pytest.mark.parametrize(
    "fields", [{"decimal": "x"}, {"mapping": "[]"}, {"mapping": "{"}, {"returns": "yes"}, {"colour": "red"}]
)
def test_s4_a_form_field_that_says_nothing_known_is_refused(http: httpx.Client, fields: dict[str, str]) -> None:
    assert sent(http, ROWS, **fields).status_code == 422


def test_s4_an_import_without_a_file_is_refused(http: httpx.Client) -> None:
    assert http.post("/datasets/import", json={}).status_code == 422
    assert http.post("/datasets/import", files={"other": ("a.csv", b"x")}).status_code == 422
    assert http.post("/datasets/import", files=[("file", ("a", b"x")), ("file", ("b", b"y"))]).status_code == 422


def test_s4_a_form_that_breaks_off_is_refused(http: httpx.Client) -> None:
    headers = {"content-type": "multipart/form-data; boundary=xyz"}
    broken = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\ndate,store'
    assert http.post("/datasets/import", content=broken, headers=headers).status_code == 422
    assert (
        http.post("/datasets/import", content=b"", headers={"content-type": "multipart/form-data"}).status_code == 422
    )


def test_s4_the_client_imports_a_file_and_shows_the_refused_places(api: Client, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(ROWS)
    assert api.datasets.import_file(file, mapping={"event": None})["records_created"] is not None
    file.write_text(ROWS + "never,north,apple,1\n")
    with pytest.raises(CallError) as refusal:
        api.datasets.import_file(file)
    assert refusal.value.body["rows"][0]["column"] == "date"


def test_s4_a_run_on_imported_sales_is_an_ordinary_run(api: Client, http: httpx.Client) -> None:
    days = pl.date_range(pl.date(2026, 1, 1), pl.date(2026, 3, 31), eager=True)
    body = "date,store,product,quantity,unit_price\n" + "".join(
        f"{day},s,p,{10 + day.weekday()},2.50\n" for day in days
    )
    assert sent(http, body).status_code == 201
    ended = api.runs.run(train_model_types=["naive", "seasonal_naive"])
    assert ended["winner_model_type"] == "seasonal_naive"
    assert ended["winner_wape"] == 0
    refused(api, 409, "POST", "/seeder/append", json={"end_date": "2026-05-01"})


def test_s4_the_wishes_of_a_rich_run_are_met_by_its_data(rich: list[Json]) -> None:
    counts = completed(rich)["status"]["data"]["counts"]
    assert (counts["stores"], counts["products"]) == (
        RICH["seed_overrides"]["stores"],
        RICH["seed_overrides"]["products"],
    )
