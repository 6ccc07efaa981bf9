"""Which of the things that have an id are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import String

from showcase.store import tables as t

_KEYS: Mapping[str, ColumnElement[str]] = {
    "workspace": t.showcase_workspace.c.workspace_id,
    "run": t.demo_run.c.run_id,
    "model_run": t.model_run.c.run_id,
    "plan": t.plan.c.plan_id,
    "job": t.job.c.job_id,
    "batch": t.batch.c.batch_id,
    "decision": t.decision.c.action_id,
    "data_set": t.data_set.c.fingerprint,
    "enrichment": t.enrichment.c.digest,
    "alias": t.model_alias.c.name,
}
"""What lies in the database, each by the column that names it."""


def find_there(connection: Connection, asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """The ids that exist, by kind; kinds that do not lie in the database are left out."""
    found = {}
    for kind, ids in asked.items():
        if kind in _KEYS:
            key = _KEYS[kind]
            query = select(key).where(key == bindparam("ids", list(ids), type_=ARRAY(String), unique=True).any_())
            found[kind] = frozenset(str(one) for one in connection.execute(query).scalars())
    return found


def find_beginning(connection: Connection, kind: str, beginning: str, limit: int) -> list[str]:
    """The ids of a kind that begin with these lower-case hexadecimal characters, in their order.

    A range, and no pattern: every such column has an index, which answers a range in any collation.
    """
    key = _KEYS[kind]
    query = select(key).where(key >= beginning, key < _behind(beginning)).order_by(key).limit(limit)
    return [str(one) for one in connection.execute(query).scalars()]


def _behind(beginning: str) -> str:
    """The first text behind all that begin so; digits come before letters, whatever signs lie between."""
    last = {"9": "a"}.get(beginning[-1], chr(ord(beginning[-1]) + 1))
    return beginning[:-1] + last
