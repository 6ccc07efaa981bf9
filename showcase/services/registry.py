"""The registry: model runs and their states, aliases, comparison, staleness and the origin of artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcase.errors import FieldError, InvalidInputError, NotFoundError
from showcase.forecasting.options import ModelType
from showcase.kernel.clean import clean_text, composed
from showcase.kernel.identity import Digest, JobId, ModelRunId
from showcase.kernel.refusals import check_known
from showcase.ports import Artifacts
from showcase.registry.comparable import Obstacle, obstacles
from showcase.registry.entry import RegistryEntry
from showcase.registry.lifecycle import NEXT, check_aliasable, check_change
from showcase.registry.staleness import stale_reasons
from showcase.services.models import ModelService
from showcase.services.registration import NewModelRun, Registrar
from showcase.store import registry as rows
from showcase.store.fence import Transactions
from showcase.store.jobs import jobs_of_artifact
from showcase.store.model_history import entry_from, newest_rival
from showcase.store.registry import Alias, AliasChange, ModelRun, ModelRunFilter
from showcase.store.tables import MODEL_RUN_STATUSES

_MOST = 100
_LONGEST_ALIAS = 100
_LONGEST_FAILURE = 1000


def entry_of(run: ModelRun) -> RegistryEntry:
    """The model run as the rules of the registry see it."""
    wape = ((run.metrics or {}).get("scores") or {}).get("wape")
    return entry_from(run, None if wape is None else float(wape))


@dataclass(frozen=True, slots=True)
class AliasState:
    """An alias, the run it points at, and why it is stale; no reason: it is fresh."""

    alias: Alias
    run: ModelRun
    stale_reasons: tuple[str, ...]

    @property
    def is_stale(self) -> bool:
        return bool(self.stale_reasons)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two model runs side by side. `wape_change` is second less first, None where they are not comparable or one has
    no wape."""

    first: ModelRun
    second: ModelRun
    obstacles: tuple[Obstacle, ...]
    wape_change: float | None

    @property
    def is_comparable(self) -> bool:
        return not self.obstacles


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an artifact comes from: the model runs that hold it, and the jobs that wrote it with their pipeline run."""

    digest: Digest
    model_runs: tuple[ModelRun, ...]
    jobs: tuple[tuple[JobId, str, str | None], ...]


@dataclass(frozen=True, slots=True)
class RegistryService:
    """Everything about the registry that a person can ask for."""

    transactions: Transactions
    artifacts: Artifacts
    models: ModelService

    def list_runs(
        self, wanted: ModelRunFilter | None = None, *, limit: int = 20, offset: int = 0
    ) -> tuple[list[ModelRun], int]:
        """The newest model runs that are wanted, and how many there are; demonstrations only where asked for.

        InvalidInputError for a page, a status or a model type that there is not.
        """
        if not 1 <= limit <= _MOST or offset < 0:
            raise InvalidInputError(
                f"{limit} model runs from place {offset} on were asked for.", f"Ask for 1 to {_MOST} from place 0 on."
            )
        wanted = wanted or ModelRunFilter()
        for name, known in (("status", MODEL_RUN_STATUSES), ("model_type", tuple(ModelType))):
            check_known(name, getattr(wanted, name), known, "of a model run")
        with self.transactions.read() as connection:
            return rows.list_model_runs(connection, wanted, limit=limit, offset=offset), rows.count_model_runs(
                connection, wanted
            )

    def show(self, run_id: str) -> ModelRun:
        """One model run; NotFoundError where it is unknown."""
        return self.models.model_run(run_id)

    def create(self, new: NewModelRun) -> ModelRun:
        """Register a model run that somebody else trains; it is pending, and becomes success with its artifact."""
        return self.show(Registrar(self.transactions, self.artifacts).insert_pending(new))

    def change_state(
        self,
        run_id: str,
        wanted: str,
        *,
        artifact_digest: Digest | None = None,
        metrics: Mapping[str, Any] | None = None,
        failure: str | None = None,
    ) -> ModelRun:
        """Bring a model run into another state; ConflictError (state_change) where its state does not allow it.

        A success needs an artifact that is stored: InvalidInputError without one, NotFoundError where its bytes are not
        there.
        """
        if wanted not in NEXT:
            allowed = ", ".join(NEXT)
            raise InvalidInputError(
                f"{wanted[:50]!r} is no state of a model run.",
                f"Give one of {allowed}.",
                [FieldError("status", repr(wanted[:50]), f"one of {allowed}")],
            )
        with self.transactions.begin() as connection:
            found = rows.find_model_run(connection, run_id, lock=True)
            if found is None:
                raise _unknown(run_id)
            check_change(run_id, found.status, wanted)
            columns: dict[str, object] = {"status": wanted}
            if wanted == "success":
                columns |= self._artifact_columns(run_id, artifact_digest)
            if metrics is not None:
                columns["metrics"] = dict(metrics)
            if failure is not None:
                columns["failure"] = clean_text(failure, "failure", longest=_LONGEST_FAILURE, is_multiline=True)
            rows.update_model_run(connection, found.run_id, columns)
        return self.show(run_id)

    def _artifact_columns(self, run_id: str, digest: Digest | None) -> dict[str, object]:
        if digest is None:
            raise InvalidInputError(
                f"The model run {run_id[:8]} can become success with an artifact alone; none was given.",
                "Give the digest of its stored artifact.",
                [FieldError("artifact_digest", "null", "the SHA-256 of a stored artifact")],
            )
        return {"artifact_digest": digest, "artifact_bytes": len(self.artifacts.get(digest))}

    def verify(self, run_id: str) -> bool:
        """Whether the artifact has the bytes that were registered and can be read, whatever the model type."""
        return self.models.verify(run_id)

    def aliases(self) -> list[AliasState]:
        """Every alias with its run and why it is stale."""
        with self.transactions.read() as connection:
            found = rows.list_aliases(connection)
        return [self._state(alias) for alias in found]

    def alias(self, name: str) -> AliasState:
        """One alias; NotFoundError where there is none of this name."""
        name = composed(name)
        with self.transactions.read() as connection:
            found = [alias for alias in rows.list_aliases(connection) if alias.name == name]
        if not found:
            raise NotFoundError(
                f"There is no alias {name[:_LONGEST_ALIAS]}.", "Set it to a model run whose status is success."
            )
        return self._state(found[0])

    def set_alias(self, name: str, run_id: str) -> ModelRunId | None:
        """Point an alias at a successful model run; setting it again moves it. Returns what it pointed at before."""
        name = clean_text(name, "name", longest=_LONGEST_ALIAS)
        if not name:
            raise InvalidInputError(
                "An alias without a name was given.",
                f"Give 1 to {_LONGEST_ALIAS} characters.",
                [FieldError("name", repr(name), f"1 to {_LONGEST_ALIAS} characters")],
            )
        with self.transactions.begin() as connection:
            rows.move_alone(connection)
            found = rows.find_model_run(connection, run_id, lock=True)
            if found is None:
                raise _unknown(run_id)
            check_aliasable(run_id, found.status)
            return rows.point_alias(connection, name, found.run_id)

    def remove_alias(self, name: str) -> bool:
        """Take an alias away; its history stays. False where there is none."""
        with self.transactions.begin() as connection:
            return rows.remove_alias(connection, composed(name))

    def alias_history(self, name: str) -> list[AliasChange]:
        """How an alias moved, newest first; also of one that is gone."""
        with self.transactions.read() as connection:
            return rows.list_alias_changes(connection, composed(name))

    def stale_reasons(self, run_id: str) -> tuple[str, ...]:
        """Why an alias to this run would be stale; empty where it would be fresh."""
        run = self.show(run_id)
        with self.transactions.read() as connection:
            rival = newest_rival(connection, run)
        return stale_reasons(entry_of(run), [] if rival is None else [rival])

    def compare(self, first_id: str, second_id: str) -> Compared:
        """Two model runs: comparable or why not, and how much the wape differs where they are."""
        first, second = self.show(first_id), self.show(second_id)
        one, other = entry_of(first), entry_of(second)
        against = obstacles(one, other)
        change = None if against or one.wape is None or other.wape is None else round(other.wape - one.wape, 6)
        return Compared(first, second, against, change)

    def lineage(self, digest: Digest) -> Lineage:
        """The model runs and the jobs that an artifact belongs to; NotFoundError where nothing names it."""
        with self.transactions.read() as connection:
            runs = rows.list_model_runs(connection, ModelRunFilter(artifact_digest=digest, with_synthetic=True))
            jobs = jobs_of_artifact(connection, digest)
        if not runs and not jobs:
            raise NotFoundError(
                f"No model run and no job names the artifact {digest.short}.",
                "Give the digest of an artifact that a model run or a job names.",
            )
        return Lineage(digest, tuple(runs), tuple(jobs))

    def _state(self, alias: Alias) -> AliasState:
        return AliasState(alias, self.show(alias.run_id), self.stale_reasons(alias.run_id))


def _unknown(run_id: str) -> NotFoundError:
    return NotFoundError(f"There is no model run {run_id[:8]}.", "Give the id of a registered model run.")
