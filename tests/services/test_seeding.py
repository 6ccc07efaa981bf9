"""Seeding without a run, held against the rows that come of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.kernel.refusals import parse_as
from showcase.services.seeding import AppendRequest, DeleteRequest, GenerateRequest
from showcase.services.suite import Services
from showcase.store.demand_read import read_tables
from showcase.store.engine import Database
from showcase.testing import TODAY, services_over

SMALL = {"stores": 2, "products": 3, "start_date": date(2026, 8, 1), "end_date": date(2026, 10, 31)}


def silent(share: float, what: str) -> None:
    assert 0 <= share <= 1
    assert what


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_over(database, tmp_path)


def seeded(services: Services, **fields: object) -> dict[str, object]:
    return services.seeding.generate(GenerateRequest.model_validate(SMALL | fields), silent)


def test_an_empty_database_has_zeros_and_no_days(services: Services) -> None:
    found = services.seeding.status()
    assert found["sales"] == 0
    assert found["date_range_start"] is None
    with pytest.raises(NotFoundError):
        services.seeding.verify()


def test_what_is_generated_is_counted_and_current(services: Services) -> None:
    made = seeded(services)
    status = services.seeding.status()
    assert made["records_created"]["stores"] == status["stores"] == 2
    assert (status["date_range_start"], status["date_range_end"]) == (SMALL["start_date"], SMALL["end_date"])
    assert status["sales"] == made["records_created"]["sales"] > 0
    assert services.seeding.verify()["passed"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"end_date": "1800-01-01"}, "end_date"),
        ({"start_date": "1800-01-01", "end_date": "1800-02-01"}, "start_date"),
        ({"start_date": "2026-01-01", "end_date": "2026-04-01", "overrides": {"window_days": 80}},
         "overrides.window_days"),
        ({"scenario": "holiday_rush", "end_date": "2026-01-01"}, "end_date"),
        ({"scenario": "moon"}, "scenario"),
    ],
)  # fmt: skip
def test_what_cannot_be_generated_is_refused_by_the_field_that_was_sent(
    services: Services, sent: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        services.seeding.generate(GenerateRequest.model_validate(sent), silent)
    assert [error.field for error in refused.value.errors] == [field]
    assert ("moon" if field == "scenario" else field) in refused.value.message


def test_a_dry_run_makes_nothing_and_expects_about_what_comes(services: Services) -> None:
    expected = seeded(services, dry_run=True)
    assert expected["data_set"] is None
    assert services.demand.current() is None
    made = seeded(services)
    assert expected["records_created"]["sales"] == pytest.approx(made["records_created"]["sales"], rel=0.05)


def test_a_preset_comes_in_its_native_size_unless_told_otherwise(services: Services) -> None:
    expected = services.seeding.generate(GenerateRequest(scenario="demo_minimal", dry_run=True), silent)
    assert expected["records_created"]["stores"] == 10
    assert expected["records_created"]["products"] == 50
    assert expected["records_created"]["calendar"] == 366


def test_overrides_are_applied_last(services: Services) -> None:
    made = seeded(services, overrides={"stores": 1})
    assert made["records_created"]["stores"] == 1


def test_days_that_contradict_each_other_are_refused(services: Services) -> None:
    for days in ({"start_date": "2026-08-01"}, {"end_date": "2026-08-01", "start_date": "2026-08-02"}):
        with pytest.raises(InvalidInputError) as refused:
            parse_as(GenerateRequest, days, "request")
        assert [error.field for error in refused.value.errors] == ["end_date"]


def test_appended_days_leave_every_earlier_row_as_it_was(services: Services, database: Database) -> None:
    seeded(services)
    before = services.demand.require_current()
    added = services.seeding.append(AppendRequest(end_date=date(2026, 11, 14)), silent)
    after = services.demand.require_current()
    with database.read() as connection:
        old, new = read_tables(connection, before), read_tables(connection, after)
    assert after.window.end == date(2026, 11, 14)
    assert old.sales.equals(new.sales.filter(pl.col("date") <= before.window.end))
    assert added["records_created"]["sales"] == new.sales.height - old.sales.height > 0
    assert new.sales.filter(pl.col("date") > before.window.end)["date"].n_unique() == 14
    assert services.seeding.verify()["passed"]


def test_an_appended_data_set_can_be_made_again_from_its_recipe(services: Services) -> None:
    seeded(services)
    for end in (date(2026, 11, 3), date(2026, 11, 9)):
        services.seeding.append(AppendRequest(end_date=end), silent)
    twice = services.demand.require_current()
    services.demand.wipe()
    seeded(services)
    for end in (date(2026, 11, 3), date(2026, 11, 9)):
        services.seeding.append(AppendRequest(end_date=end), silent)
    assert services.demand.require_current().fingerprint == twice.fingerprint


def test_days_are_appended_at_the_end_and_without_a_gap(services: Services) -> None:
    seeded(services)
    for request in (
        AppendRequest(end_date=date(2026, 10, 31)),
        AppendRequest(start_date=date(2026, 11, 2), end_date=date(2026, 11, 5)),
    ):
        with pytest.raises(InvalidInputError):
            services.seeding.append(request, silent)


def test_nothing_is_appended_to_imported_sales(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("date,store,product,quantity\n2026-01-01,a,b,3\n2026-01-02,a,b,4\n")
    services.demand.import_sales(file)
    with pytest.raises(ConflictError, match="imported"):
        services.seeding.append(AppendRequest(end_date=TODAY), silent)


def test_rows_that_changed_behind_the_program_are_found(services: Services, database: Database) -> None:
    from sqlalchemy import text

    seeded(services)
    with database.begin() as connection:
        connection.execute(text("UPDATE sales SET units = units + 1 WHERE ctid = (SELECT min(ctid) FROM sales)"))
    found = services.seeding.verify()
    assert not found["passed"]
    assert [check["name"] for check in found["checks"] if not check["passed"]] == ["fingerprint"]


def test_enrichment_is_made_once(services: Services) -> None:
    seeded(services)
    first, second = services.seeding.enrich(silent), services.seeding.enrich(silent)
    assert first["digest"] == second["digest"]
    assert sum(first["records_created"].values()) > 0
    assert sum(second["records_created"].values()) == 0
    assert services.seeding.status()["exogenous_signals"] > 0


def test_a_dry_delete_counts_what_a_real_one_then_takes(services: Services) -> None:
    seeded(services)
    counted = services.seeding.delete(DeleteRequest(dry_run=True))
    assert services.demand.current() is not None
    gone = services.seeding.delete(DeleteRequest())
    assert gone["records_deleted"] == counted["records_deleted"]
    assert services.demand.current() is None
    assert services.seeding.delete(DeleteRequest())["total"] == 0


def test_facts_go_and_dimensions_stay(services: Services) -> None:
    seeded(services)
    services.seeding.enrich(silent)
    seeded(services, seed=7)
    counted = services.seeding.delete(DeleteRequest(scope="facts", dry_run=True))
    gone = services.seeding.delete(DeleteRequest(scope="facts"))
    assert gone["records_deleted"] == counted["records_deleted"]
    assert "stores" not in gone["records_deleted"]
    status = services.seeding.status()
    assert (status["stores"], status["products"], status["sales"], status["exogenous_signals"]) == (2, 3, 0, 0)
    assert services.seeding.verify()["passed"]
    again = seeded(services)
    assert again["records_created"]["sales"] > 0  # nothing of it is taken for being there still


def test_two_data_sets_that_differ_in_facts_alone_become_one(services: Services) -> None:
    seeded(services)
    seeded(services, overrides={"noise_sigma": 0.3})
    assert len(services.demand.list_data_sets()) == 2
    services.seeding.delete(DeleteRequest(scope="facts"))
    left = services.demand.list_data_sets()
    assert len(left) == 1
    assert left[0].is_current
