"""Tokens with which a destructive replay is confirmed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from showcase.kernel.canonical import digest_of
from showcase.kernel.identity import Digest
from showcase.store import tables as t

VALID_FOR = timedelta(minutes=5)


def replay_state(connection: Connection, workspace_id: str) -> Digest:
    """The digest of what a confirmation is about: the source as it stands, and every data set with its enrichment."""
    w, d, e = t.showcase_workspace.c, t.data_set.c, t.enrichment.c
    source = connection.execute(select(w.revision, w.status).where(w.workspace_id == workspace_id)).first()
    enriched = select(d.id, d.fingerprint, d.is_current, e.digest).join(
        t.enrichment, e.data_set_id == d.id, isouter=True
    )
    data_sets = connection.execute(enriched.order_by(d.id, e.digest))
    return digest_of([workspace_id, list(source) if source else None, [list(row) for row in data_sets]])


def issue(connection: Connection, workspace_id: str, state: Digest) -> tuple[str, datetime]:
    """A new token for this source in this state, and when it expires by the database's clock."""
    token = secrets.token_urlsafe(24)
    c = t.replay_confirmation.c
    connection.execute(delete(t.replay_confirmation).where(c.expires_at < func.now() - VALID_FOR))
    made = (
        insert(t.replay_confirmation)
        .values(
            token_digest=_digest(token), workspace_id=workspace_id, state=state,
            expires_at=func.clock_timestamp() + VALID_FOR,
        )
        .returning(c.expires_at)
    )  # fmt: skip
    return token, connection.execute(made).scalar_one()


def is_valid(connection: Connection, token: str, workspace_id: str, state: Digest) -> bool:
    """Whether the token could be spent now; it is not."""
    return connection.execute(select(1).where(_usable(token, workspace_id, state))).first() is not None


def spend(connection: Connection, token: str, workspace_id: str, state: Digest) -> bool:
    """Spend the token in the caller's transaction: where that fails, it was not spent. False where it is not valid."""
    spent = update(t.replay_confirmation).where(_usable(token, workspace_id, state))
    return connection.execute(spent.values(spent_at=func.clock_timestamp())).rowcount == 1


def _usable(token: str, workspace_id: str, state: Digest) -> ColumnElement[bool]:
    c = t.replay_confirmation.c
    return and_(
        c.token_digest == _digest(token),
        c.workspace_id == workspace_id,
        c.state == state,
        c.spent_at.is_(None),
        c.expires_at > func.clock_timestamp(),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
