"""All services over one source of transactions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from showcase.kernel.identity import RunId
from showcase.ports import Artifacts, Clock, Compute, Embeddings, LanguageModel
from showcase.services.agent_sessions import AgentSessionService
from showcase.services.agents import AgentService
from showcase.services.backfill import BackfillService
from showcase.services.bundle_files import BundleFolder
from showcase.services.bundles import BundleService
from showcase.services.challenger import ChallengerService
from showcase.services.decisions import DecisionService, Silence
from showcase.services.demand import DemandService
from showcase.services.dimensions import DimensionService
from showcase.services.enrichment import EnrichmentService
from showcase.services.ids import IdService
from showcase.services.jobs import JobService
from showcase.services.knowledge import KnowledgeService
from showcase.services.models import ModelService
from showcase.services.once import OnceService
from showcase.services.ops import OpsService
from showcase.services.plans import PlanService
from showcase.services.portfolio import PortfolioService
from showcase.services.registry import RegistryService
from showcase.services.replays import ReplayService
from showcase.services.sandbox import SandboxService
from showcase.services.seeding import SeedingService
from showcase.services.series import SeriesService
from showcase.services.workbench import Workbench
from showcase.services.workspace_bulk import BulkService
from showcase.services.workspaces import WorkspaceService
from showcase.store.fence import FencedTransactions, Transactions
from showcase.store.health import read_schema_revision, read_server_version


@dataclass(frozen=True, slots=True)
class Health:
    """What a run stands on."""

    server_version: str
    schema_revision: str
    artifacts_folder: Path


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one installation.

    `flags` are the opt-in flags that are on; `guide` is the folder of the user guide; `window_s` and `on_silence` are
    how long a question to a person stays open and what the end of that means; `compute` does the work on many series;
    bundles lie below `bundles_root`, and `source_date` stands in for the time of an export.
    """

    transactions: Transactions
    artifacts: Artifacts
    clock: Clock
    scratch: Path
    flags: frozenset[str] = frozenset()
    guide: Path | None = None
    embeddings: Embeddings | None = None
    language_model: LanguageModel | None = None
    window_s: float = 10.0
    on_silence: Silence = "nothing"
    compute: Compute = field(kw_only=True)
    bundles_root: Path = field(kw_only=True)
    source_date: datetime | None = None

    @property
    def demand(self) -> DemandService:
        return DemandService(self.transactions, self.clock, self.scratch)

    @property
    def dimensions(self) -> DimensionService:
        return DimensionService(self.transactions)

    @property
    def seeding(self) -> SeedingService:
        return SeedingService(self.transactions, self.clock, self.demand, self.enrichment)

    @property
    def series(self) -> SeriesService:
        return SeriesService(self.transactions)

    @property
    def models(self) -> ModelService:
        return ModelService(self.transactions, self.artifacts, self.flags)

    @property
    def plans(self) -> PlanService:
        return PlanService(self.transactions, self.demand, self.models)

    @property
    def workbench(self) -> Workbench:
        return Workbench(self.transactions, self.artifacts, self.demand, self.models)

    @property
    def jobs(self) -> JobService:
        return JobService(self.transactions)

    @property
    def ids(self) -> IdService:
        return IdService(self.transactions)

    @property
    def workspaces(self) -> WorkspaceService:
        return WorkspaceService(self.transactions, self.artifacts, self.clock)

    @property
    def replays(self) -> ReplayService:
        return ReplayService(self.transactions, self.artifacts, self.clock, self.demand)

    @property
    def bulk(self) -> BulkService:
        return BulkService(self.transactions, self.bundles)

    @property
    def bundles(self) -> BundleService:
        folder = BundleFolder(self.bundles_root)
        return BundleService(
            self.transactions, self.artifacts, self.clock, self.demand, folder, self.scratch, self.source_date
        )

    @property
    def knowledge(self) -> KnowledgeService:
        return KnowledgeService(self.transactions, self.guide, self.embeddings)

    @property
    def agents(self) -> AgentService:
        return AgentService(self.plans, self.language_model)

    @property
    def agent_sessions(self) -> AgentSessionService:
        return AgentSessionService(self.transactions, self.registry, self.knowledge, self.language_model)

    @property
    def decisions(self) -> DecisionService:
        return DecisionService(self.transactions, self.window_s, self.on_silence)

    @property
    def enrichment(self) -> EnrichmentService:
        return EnrichmentService(self.transactions)

    @property
    def registry(self) -> RegistryService:
        return RegistryService(self.transactions, self.artifacts, self.models)

    @property
    def backfill(self) -> BackfillService:
        return BackfillService(self.transactions, self.artifacts)

    @property
    def challenger(self) -> ChallengerService:
        return ChallengerService(self.transactions, self.artifacts)

    @property
    def sandbox(self) -> SandboxService:
        return SandboxService(self.transactions, self.artifacts, self.registry)

    @property
    def portfolio(self) -> PortfolioService:
        return PortfolioService(self.transactions, self.artifacts, self.compute, self.scratch, self.flags)

    @property
    def once(self) -> OnceService:
        return OnceService(self.transactions)

    @property
    def ops(self) -> OpsService:
        return OpsService(self.transactions, self.artifacts, self.clock, self.registry)

    def health(self) -> Health:
        """Asks the database and writes to the artifact folder; UnavailableError where either does not answer."""
        with self.transactions.read() as connection:
            version, revision = read_server_version(connection), read_schema_revision(connection)
        return Health(version, revision, self.artifacts.check())

    def fenced(self, run_id: RunId, token: int) -> Services:
        """The same services for one run: every write checks first that the run still holds the lock."""
        return replace(self, transactions=FencedTransactions(self.transactions, run_id, token))
