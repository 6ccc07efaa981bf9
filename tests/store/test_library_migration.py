"""Workspaces that were kept before the library read well in it, and go back to what they were."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from showcase.store import migrate
from showcase.store.engine import Database
from showcase.testing import services_over

OLD = "1" * 32
_INSERT = """
INSERT INTO showcase_workspace (workspace_id, status, seed, scenario, reset, skip_seed, run_config, created_objects,
                                result_summary, created_at)
VALUES (:id, 'completed', 42, 'sparse', false, false, 'null', :made, :result, '2026-01-01T00:00:00Z')
"""


def test_an_older_row_reads_well_can_be_edited_and_goes_back(empty_database: Database, tmp_path: Path) -> None:
    migrate.upgrade(empty_database, "0007")
    made = f'{{"run_id": "{"2" * 32}", "job_ids": ["{"3" * 32}"]}}'
    result = f'{{"winner_wape": 12.5, "data_fingerprint": "{"f" * 64}"}}'
    with empty_database.begin() as connection:
        connection.execute(text(_INSERT), {"id": OLD, "made": made, "result": result})
        before = connection.execute(text("SELECT * FROM showcase_workspace")).one()
    migrate.upgrade(empty_database)
    library = services_over(empty_database, tmp_path).workspaces
    found = library.show(OLD)
    assert (found.config_schema_version, found.revision, found.tags, found.pinned) == (1, 1, [], False)
    assert (found.run_id, found.job_ids, found.data_fingerprint) == ("2" * 32, ["3" * 32], "f" * 64)
    assert (found.updated_at, found.environment, found.run_config) == (found.created_at, None, None)
    assert [one.workspace_id for one in library.find(search="wape<20 scenario:sparse").workspaces] == [OLD]
    assert library.edit(OLD, {"tags": ["old"]}).revision == 2
    migrate.downgrade(empty_database, "0007")
    with empty_database.read() as connection:
        after = connection.execute(text("SELECT * FROM showcase_workspace")).one()
    assert after._mapping == {**before._mapping, "run_config": None}
