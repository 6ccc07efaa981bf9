"""The state of an installation at one glance: what runs, what is stale, what asks for attention."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from showcase.errors import InvalidInputError
from showcase.ports import Artifacts, Clock
from showcase.registry.drift import measure_drift
from showcase.registry.retraining import retraining_score
from showcase.services.attention import attention_items
from showcase.services.ops_summary import Candidate, Disk, Freshness, Health, OpsSummary
from showcase.services.registry import RegistryService
from showcase.store import demand, model_history, ops, runs
from showcase.store.fence import Transactions
from showcase.store.tables import DECISION_STATES, JOB_STATUSES, MODEL_RUN_STATUSES, RUN_STATUSES

RECENT = timedelta(days=7)
_MOST = 100
_LISTED = 20


@dataclass(frozen=True, slots=True)
class OpsService:
    """Everything about the installation's state that a person can ask for."""

    transactions: Transactions
    artifacts: Artifacts
    clock: Clock
    registry: RegistryService

    def summary(self) -> OpsSummary:
        """The state now; zeros and nothing listed on an empty database."""
        with self.transactions.read() as connection:
            last = runs.list_runs(connection, status=None, limit=1)
            by_status, by_kind = ops.count_jobs(connection)
            facts: dict[str, Any] = {
                "runs": _complete(ops.count_runs(connection), RUN_STATUSES),
                "last_run": last[0] if last else None,
                "jobs": _complete(by_status, JOB_STATUSES),
                "jobs_by_kind": by_kind,
                "model_runs": _complete(ops.count_model_runs(connection), MODEL_RUN_STATUSES),
                "workspaces": _complete(ops.count_workspaces(connection), RUN_STATUSES),
                "approvals": _complete(ops.count_decisions(connection), DECISION_STATES),
                "failed_jobs": tuple(ops.failed_jobs_since(connection, self.clock.now() - RECENT, _LISTED)),
            }
            named, database_bytes = ops.named_digests(connection), ops.database_bytes(connection)
            current, newest = demand.current_data_set(connection), model_history.last_success_at(connection)
        end = current.window.end if current else None
        summary = OpsSummary(
            **facts,
            aliases=tuple(state for state in self.registry.aliases() if not state.run.synthetic),
            freshness=Freshness(
                data_set_id=current.id if current else None,
                data_end=end.isoformat() if end else None,
                days_behind=max((self.clock.today() - end).days, 0) if end else None,
                last_model_at=newest.isoformat() if newest else None,
            ),
            candidates=tuple(self._candidates()[:_LISTED]),
            health=tuple(self._health()[:_LISTED]),
            disk=self._disk(named, database_bytes),
        )
        return replace(summary, attention=attention_items(summary))

    def retraining_candidates(self, limit: int = 20) -> list[Candidate]:
        """The newest success of each grain, the most urgent first; demonstrations are left out."""
        return _first(limit, self._candidates)

    def model_health(self, limit: int = 20) -> list[Health]:
        """The drift of each model type on each grain, those that got worse first; demonstrations are left out."""
        return _first(limit, self._health)

    def _candidates(self) -> list[Candidate]:
        with self.transactions.read() as connection:
            newest = model_history.newest_of_each_grain(connection)
        now, candidates = self.clock.now(), []
        for entry in newest:
            age_days = max((now - entry.created_at).days, 0)
            candidates.append(Candidate(entry, age_days, retraining_score(age_days, entry.wape)))
        return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.entry.run_id))

    def _health(self) -> list[Health]:
        with self.transactions.read() as connection:
            scored = model_history.wapes_of_each_model(connection)
        found = [Health(name, grain, len(wapes), measure_drift(wapes)) for name, grain, wapes in scored]
        return sorted(found, key=lambda one: (-(one.drift.change_percent or 0.0), one.model_type, str(one.grain)))

    def _disk(self, named: set[str], database_bytes: int) -> Disk:
        sizes = dict(self.artifacts.sizes())
        orphaned = [size for digest, size in sizes.items() if digest not in named]
        return Disk(
            database_bytes=database_bytes,
            artifacts=len(sizes),
            artifact_bytes=sum(sizes.values()),
            orphaned=len(orphaned),
            orphaned_bytes=sum(orphaned),
            free_bytes=shutil.disk_usage(self.artifacts.check()).free,
        )


def _complete(counts: dict[str, int], names: Iterable[str]) -> dict[str, int]:
    """Every name with its count, and `total`."""
    return {"total": sum(counts.values()), **{name: counts.get(name, 0) for name in names}}


def _first[Row](limit: int, rows: Callable[[], list[Row]]) -> list[Row]:
    if not 1 <= limit <= _MOST:
        raise InvalidInputError(f"A limit of {limit} was asked for.", f"Ask for 1 to {_MOST}.")
    return rows()[:limit]
