"""The sandbox: an alias of its own and synthetic model runs, to show what goes wrong without anything going wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import ModelRunId
from showcase.ports import Artifacts
from showcase.services.models import Subject
from showcase.services.registration import Made, Registrar
from showcase.services.registry import RegistryService
from showcase.store import registry as rows
from showcase.store.fence import Transactions

SANDBOX_ALIAS = "demo-sandbox"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox while it is open. Its model runs are marked synthetic: no statistic and no real alias sees them."""

    subject: Subject
    registry: RegistryService
    registrar: Registrar
    made: Made

    def copy(self, run_id: str) -> ModelRunId:
        """A synthetic copy of a real success: the same model, scores and artifact."""
        real = self.registry.show(run_id)
        digest = real.artifact_digest
        assert digest is not None  # a success has one
        config = ModelConfig.parse(real.config)
        return self.add(
            config, {**(real.metrics or {}), "copy_of": run_id}, lambda: self.registrar.artifacts.get(digest)
        )

    def add(self, config: ModelConfig, metrics: Mapping[str, Any], make: Callable[[], bytes]) -> ModelRunId:
        """A synthetic success with these real scores and this artifact."""
        new = self.subject.new_model_run(config, metrics, synthetic=True)
        return self.registrar.store(new, make, self.made).model_run_id

    def point(self, run_id: ModelRunId) -> ModelRunId | None:
        """Point the sandbox alias at a run; returns what it pointed at before."""
        return self.registry.set_alias(SANDBOX_ALIAS, run_id)


@dataclass(frozen=True, slots=True)
class SandboxService:
    """Opens the sandbox and puts everything back when it closes."""

    transactions: Transactions
    artifacts: Artifacts
    registry: RegistryService

    @contextmanager
    def opened(self, subject: Subject, made: Made) -> Iterator[Sandbox]:
        """A sandbox for the block. However the block ends, the alias is put back and the synthetic runs are archived.

        Where this process dies inside the block, whoever settles the run puts the alias back.
        """
        with self.transactions.read() as connection:
            before = rows.find_alias(connection, SANDBOX_ALIAS)
        first = len(made.model_run_ids)
        try:
            yield Sandbox(subject, self.registry, Registrar(self.transactions, self.artifacts), made)
        finally:
            self._put_back(before, made.model_run_ids[first:])

    def _put_back(self, before: ModelRunId | None, synthetic: list[ModelRunId]) -> None:
        with self.transactions.begin() as connection:
            if before is None:
                rows.remove_alias(connection, SANDBOX_ALIAS)
            else:
                rows.point_alias(connection, SANDBOX_ALIAS, before)
            for run_id in synthetic:
                found = rows.find_model_run(connection, run_id, lock=True)
                if found is not None and found.status == "success":
                    rows.update_model_run(connection, run_id, {"status": "archived"})
