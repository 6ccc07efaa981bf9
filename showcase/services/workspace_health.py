"""Whether what a workspace points at is still there: asked of the database and of the artifact folder."""

from __future__ import annotations

from dataclasses import asdict

from showcase.errors import NotFoundError, UnavailableError
from showcase.kernel.identity import Digest
from showcase.ports import Artifacts, Clock
from showcase.store.fence import Transactions
from showcase.store.references import find_there
from showcase.store.workspaces import Workspace
from showcase.workspaces.health import Life, Reference, WorkspaceHealth, read_references, tell_health


def check_health(transactions: Transactions, artifacts: Artifacts, clock: Clock, found: Workspace) -> WorkspaceHealth:
    """The health of a workspace; an artifact whose bytes are not those of its digest is dead."""
    story = asdict(found)
    references = read_references(story)
    asked: dict[str, list[str]] = {}
    for one in references:
        if one.can_be_asked:
            asked.setdefault(one.ref_type, []).append(one.ref_id)
    with transactions.read() as connection:
        there = find_there(connection, asked)
    lives: dict[Reference, Life] = {}
    for one in references:
        if one.can_be_asked and one.ref_type in there:
            lives[one] = "alive" if one.ref_id in there[one.ref_type] else "dead"
        elif one.can_be_asked and one.ref_type == "artifact":
            lives[one] = _life(artifacts, Digest(one.ref_id))
    return tell_health(story, references, lives, clock.now())


def _life(artifacts: Artifacts, digest: Digest) -> Life:
    try:
        return "alive" if artifacts.verify(digest) else "dead"
    except NotFoundError:
        return "dead"
    except UnavailableError:
        return "unknown"
