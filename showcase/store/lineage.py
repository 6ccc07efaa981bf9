"""Who replayed whom: the kin of a workspace, or of all that a filter finds, each in one query."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import String

from showcase.store import tables as t
from showcase.store.workspace_filter import filter_condition
from showcase.workspaces.lineage import Kin
from showcase.workspaces.listing import WorkspaceFilter

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
       w.result_summary -> 'verdict' ->> 'overall' AS verdict, w.created_at
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


def read_library(connection: Connection, wanted: WorkspaceFilter) -> tuple[list[Kin], bool]:
    """The newest that the filter finds, with the deleted ones that they replay, and whether those are all."""
    c = t.showcase_workspace.c
    replayed = t.showcase_workspace.alias()
    is_there = select(1).where(replayed.c.workspace_id == c.replayed_from_workspace_id).exists()
    query = (
        select(
            c.workspace_id, c.replayed_from_workspace_id, c.name, c.status, c.scenario,
            c.result_summary["verdict"]["overall"].astext, c.created_at, is_there,
        )
        .where(filter_condition(wanted))
        .order_by(c.created_at.desc(), c.id.desc())
        .limit(MOST_NODES + 1)
    )  # fmt: skip
    rows = list(connection.execute(query))
    found = [Kin(row[0], False, False, False, *row[1:7]) for row in rows[:MOST_NODES]]
    gone = dict.fromkeys(row[1] for row in rows[:MOST_NODES] if row[1] is not None and not row[7])
    return [*found, *(Kin(one, False, False, True) for one in gone)], len(rows) <= MOST_NODES


_ANCESTORS = text("""
WITH RECURSIVE up (of, id) AS (
    SELECT w.workspace_id::text, w.replayed_from_workspace_id::text FROM showcase_workspace w
    WHERE w.workspace_id = ANY(:ids) AND w.replayed_from_workspace_id IS NOT NULL
    UNION
    SELECT up.of, w.replayed_from_workspace_id::text FROM up
    JOIN showcase_workspace w ON w.workspace_id = up.id WHERE w.replayed_from_workspace_id IS NOT NULL
)
SELECT of, array_agg(id) FROM up GROUP BY of
""").bindparams(bindparam("ids", type_=ARRAY(String)))


def read_ancestors(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """The ancestors of each of these workspaces, deleted ones too; in a circle it is its own."""
    found = {of: frozenset(ancestors) for of, ancestors in connection.execute(_ANCESTORS, {"ids": list(ids)})}
    return {one: found.get(one, frozenset()) for one in ids}
