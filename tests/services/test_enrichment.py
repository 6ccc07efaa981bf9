"""A data set is enriched once, whole or not at all, and wiped with all it has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, func, select, text

from showcase.errors import NotFoundError
from showcase.services.models import Subject
from showcase.services.suite import Services
from showcase.store import migrate
from showcase.store import tables as t
from showcase.store.engine import Database
from tests.services.subjects import quiet, seed_subject, services_of

TABLES = {
    "lifecycle_stages": t.lifecycle_stage,
    "replenishment_events": t.replenishment_event,
    "exogenous_signals": t.exogenous_signal,
    "sales_returns": t.sales_return,
}


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_of(database, tmp_path)


@pytest.fixture
def subject(services: Services) -> Subject:
    return seed_subject(services, "showcase_rich", stores=2, products=5, window_days=80)


def _rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in TABLES.items()
        }


@pytest.mark.compat
def test_the_rows_are_there_as_they_were_counted(database: Database, services: Services, subject: Subject) -> None:
    enriched = services.enrichment.enrich(subject.data_set, quiet)
    assert enriched.is_new
    assert enriched.enrichment.row_counts == _rows(database)
    assert enriched.enrichment.row_counts["lifecycle_stages"] == 5
    # two regions and everywhere, each on 81 days
    assert enriched.enrichment.row_counts["exogenous_signals"] == 3 * 81
    assert enriched.enrichment.skipped == {}


def test_deliveries_are_those_of_the_stock_table(database: Database, services: Services, subject: Subject) -> None:
    services.enrichment.enrich(subject.data_set, quiet)
    with database.read() as connection:
        different = connection.execute(
            text(
                "SELECT count(*) FROM (SELECT store_id, product_id, date, received FROM stock WHERE received > 0"
                " EXCEPT SELECT store_id, product_id, date, units FROM replenishment_event) AS missing"
            )
        ).scalar_one()
        received = connection.execute(select(func.count()).where(t.stock.c.received > 0)).scalar_one()
    assert (different, received) == (0, _rows(database)["replenishment_events"])


def test_doing_it_again_changes_nothing(database: Database, services: Services, subject: Subject) -> None:
    first = services.enrichment.enrich(subject.data_set, quiet)
    rows = _rows(database)
    second = services.enrichment.enrich(subject.data_set, quiet)
    assert (second.is_new, second.enrichment) == (False, first.enrichment)
    assert _rows(database) == rows
    assert services.enrichment.find(subject.data_set) == first.enrichment


def test_a_reseeded_data_set_has_the_same_digest_under_other_ids(services: Services, subject: Subject) -> None:
    first = services.enrichment.enrich(subject.data_set, quiet).enrichment
    services.demand.wipe()
    again = seed_subject(services, "showcase_rich", stores=2, products=5, window_days=80)
    second = services.enrichment.enrich(again.data_set, quiet).enrichment
    assert second.data_set_id != first.data_set_id
    assert second.digest == first.digest


def test_the_fingerprint_of_the_data_set_stays(services: Services, subject: Subject) -> None:
    services.enrichment.enrich(subject.data_set, quiet)
    found = services.demand.find_by_fingerprint(subject.data_set.fingerprint)
    assert found == subject.data_set


def test_models_see_the_signals_of_their_stores_region(services: Services, subject: Subject) -> None:
    assert services.demand.with_signals(subject.data_set, subject.matrix).signals == {}
    services.enrichment.enrich(subject.data_set, quiet)
    signals = services.demand.with_signals(subject.data_set, subject.matrix).signals
    assert set(signals) == {"weather", "macro"}
    weather, macro = signals["weather"], signals["macro"]
    assert weather.shape == macro.shape == subject.matrix.units.shape
    assert not np.isnan(weather).any()
    first = subject.matrix.store_ids == subject.matrix.store_ids[0]
    assert (weather[first] == weather[0]).all()
    assert (weather[~first] != weather[0]).any()
    assert (macro == macro[0]).all()


def test_a_wipe_lists_and_takes_the_enrichment(database: Database, services: Services, subject: Subject) -> None:
    enriched = services.enrichment.enrich(subject.data_set, quiet).enrichment
    listed = {table: rows for _, table, rows in services.demand.preview_wipe().lines}
    assert listed == {name: rows for name, rows in (subject.data_set.row_counts | enriched.row_counts).items() if rows}
    assert services.demand.wipe().rows == sum(listed.values())
    assert set(_rows(database).values()) == {0}
    with database.read() as connection:
        left = connection.execute(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")).scalars()
        assert list(left) == []
        assert connection.execute(select(func.count()).select_from(t.enrichment)).scalar_one() == 0


def test_whoever_stops_it_leaves_nothing_behind(database: Database, services: Services, subject: Subject) -> None:
    def stop(share: float, what: str) -> None:
        if share >= 0.95:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.enrichment.enrich(subject.data_set, stop)
    assert services.enrichment.find(subject.data_set) is None
    assert set(_rows(database).values()) == {0}
    assert services.enrichment.enrich(subject.data_set, quiet).is_new


def test_a_data_set_that_is_gone_is_not_found(services: Services, subject: Subject) -> None:
    services.demand.wipe()
    with pytest.raises(NotFoundError):
        services.enrichment.enrich(subject.data_set, quiet)


def test_without_dimensions_it_fails(database: Database, services: Services, subject: Subject) -> None:
    with database.begin() as connection:
        for table in ("sales", "stock", "truth.demand"):
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
        connection.execute(delete(t.product))
    with pytest.raises(NotFoundError) as refused:
        services.enrichment.enrich(subject.data_set, quiet)
    assert "no products" in refused.value.message
    assert services.enrichment.find(subject.data_set) is None


def test_an_import_is_enriched_with_what_it_shows(services: Services, tmp_path: Path) -> None:
    rows = ["date,store,product,quantity,on_hand"]
    for day in range(60):
        stamp = f"2026-{day // 30 + 1:02d}-{day % 28 + 1:02d}" if day < 28 else f"2026-02-{day - 27:02d}"
        if day < 28 or day - 27 <= 28:
            rows.append(f"{stamp},A,old,2,{30 - day % 10}")
            if day >= 40:
                rows.append(f"{stamp},A,new,3,{20 - day % 7}")
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(rows))
    kept, _ = services.demand.import_sales(file)
    enriched = services.enrichment.enrich(kept.data_set, quiet).enrichment
    assert set(enriched.skipped) == {"weather and macro signals", "sales_returns"}
    assert enriched.row_counts["lifecycle_stages"] == 1
    assert enriched.row_counts["replenishment_events"] > 0
    assert enriched.row_counts["exogenous_signals"] == 0


@pytest.mark.compat
def test_the_migration_goes_down_and_up_with_rows_in_its_tables(
    database: Database, services: Services, subject: Subject
) -> None:
    before = services.enrichment.enrich(subject.data_set, quiet).enrichment.digest
    assert migrate.downgrade(database, "0006").current == "0006"
    assert migrate.upgrade(database).is_current
    assert services.enrichment.find(subject.data_set) is None
    assert services.enrichment.enrich(subject.data_set, quiet).enrichment.digest == before
