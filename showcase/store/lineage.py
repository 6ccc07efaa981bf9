"""Ancestors and descendants of a workspace, in one query."""

from __future__ import annotations

from sqlalchemy import Connection, text

from showcase.workspaces.lineage import Kin

MOST_NODES = 10_000

# UNION drops rows that were seen, so a cycle ends by itself; an ancestor may be deleted, so ids are walked, not rows
_FAMILY = text("""
WITH RECURSIVE
up (id) AS (
    SELECT CAST(:workspace_id AS text)
    UNION
    SELECT w.replayed_from_workspace_id::text FROM up
    JOIN showcase_workspace w ON w.workspace_id = up.id WHERE w.replayed_from_workspace_id IS NOT NULL
),
down (id) AS (
    SELECT CAST(:workspace_id AS text)
    UNION
    SELECT w.workspace_id::text FROM down JOIN showcase_workspace w ON w.replayed_from_workspace_id = down.id
),
family (id) AS (
    SELECT id FROM up WHERE :with_family
    UNION
    SELECT w.workspace_id::text FROM family JOIN showcase_workspace w ON w.replayed_from_workspace_id = family.id
),
kin (id, is_ancestor, is_descendant) AS (
    SELECT id, bool_or(is_up), bool_or(is_down) FROM (
        SELECT id, true AS is_up, false AS is_down FROM up
        UNION ALL SELECT id, false, true FROM down
        UNION ALL SELECT id, false, false FROM family
    ) AS each GROUP BY id
)
SELECT kin.id, kin.is_ancestor, kin.is_descendant, w.workspace_id IS NULL AS is_deleted,
       w.replayed_from_workspace_id AS source, w.name, w.status, w.scenario,
       w.result_summary -> 'verdict' ->> 'overall' AS verdict
FROM kin LEFT JOIN showcase_workspace w ON w.workspace_id = kin.id
ORDER BY (kin.id = :workspace_id) DESC, w.id NULLS FIRST LIMIT :most
""")


def read_kin(connection: Connection, workspace_id: str, *, with_family: bool) -> tuple[list[Kin], bool]:
    """The ancestors and descendants, itself among them, and whether those are all; with `with_family` also every other
    descendant of its ancestors. A deleted one has only its id.
    """
    asked = {"workspace_id": str(workspace_id), "with_family": with_family, "most": MOST_NODES + 1}
    rows = list(connection.execute(_FAMILY, asked))
    return [Kin(*row) for row in rows[:MOST_NODES]], len(rows) <= MOST_NODES
