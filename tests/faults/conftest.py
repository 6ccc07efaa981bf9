"""One kept run a module, for the tests that hurt its exports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import DatabaseServer
from tests.services.kept import Kept, kept_run


@pytest.fixture(scope="module")
def kept(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    """A workspace in a database and a home of its module's own."""
    home = tmp_path_factory.mktemp("kept")
    with database_server.fresh(_migrated_template) as fresh, kept_run(fresh, home, workspace_name="victim") as made:
        yield made
