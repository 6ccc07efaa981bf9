"""Joins the parts; the only place that knows all of them."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from showcase import failpoints
from showcase.adapters.artifacts import FileArtifacts
from showcase.adapters.clock import SystemClock
from showcase.adapters.compute import compute_of
from showcase.adapters.language_model import language_model_of
from showcase.adapters.logs import write_logs
from showcase.adapters.providers import embeddings_of
from showcase.adapters.scratch import ScratchFolder
from showcase.errors import ConflictError, UnavailableError
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.reaper import INTERVAL_S, Reaper
from showcase.pipeline.settle import settle_interrupted
from showcase.services.lake_forecasts import LakeForecasts
from showcase.services.lakes import LakeService
from showcase.services.suite import Services
from showcase.settings import Settings, guide_folder, load_settings, source_date
from showcase.store import migrate
from showcase.store.backup import back_up_before_migration
from showcase.store.embedded import EmbeddedPostgres
from showcase.store.engine import Database, open_database

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Installation:
    """One open installation: its settings, database, services and launcher. Close it, or use it as a context."""

    settings: Settings
    database: Database
    services: Services
    launcher: Launcher
    embedded: EmbeddedPostgres | None
    reaper: Reaper | None = None
    scratch: ScratchFolder | None = None

    def live_long(self, look_every_s: float = INTERVAL_S) -> None:
        """Look after runs and the embedded server from now on: for a process that serves."""
        if self.reaper is None:
            revive = self.embedded.start if self.embedded is not None else _leave_it
            self.reaper = Reaper(self.database, self.services.clock, revive, look_every_s)
            self.reaper.start()
            # deletions can be undone until the next start of a process that serves
            self.services.bulk.forget()

    def close(self) -> None:
        """Let go of the database; the embedded server stops with its last user."""
        if self.reaper is not None:
            self.reaper.close()
        self.launcher.close()
        self.services.compute.close()
        self.database.dispose()
        if self.scratch is not None:
            self.scratch.leave()
        if self.embedded is not None:
            self.embedded.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _leave_it() -> None:
    """A database that somebody else runs is waited for, not started."""


def backups_folder(settings: Settings) -> Path:
    """Where backups go that nobody named a place for."""
    return settings.home / "backups"


def connect(settings: Settings) -> tuple[Database, EmbeddedPostgres | None]:
    """The database of these settings, whatever its schema; the embedded server is started where none is named."""
    if settings.database_url is not None:
        return open_database(settings.database_url.get_secret_value()), None
    embedded = EmbeddedPostgres(settings.home)
    url = embedded.start()
    try:
        return open_database(url), embedded
    except BaseException:
        embedded.stop()
        raise


def upgrade_schema(database: Database, backups: Path, revision: str = "head") -> migrate.SchemaStatus:
    """Bring the schema up, after a backup of the rows that are there."""
    status = migrate.status(database)
    if status.current is not None and status.pending:
        made = back_up_before_migration(database, backups, status.current, SystemClock().now())
        if made is not None:
            log.info("backed up to %s before the schema changes", made.path)
    return migrate.upgrade(database, revision)


def prepare_schema(database: Database, backups: Path, *, is_embedded: bool) -> None:
    """Bring the schema to this version: always in the embedded database, elsewhere only where there is none yet.

    Rows that are there are backed up into `backups` first.
    A database that others share is not changed under them; ConflictError says which command does it.
    """
    status = migrate.status(database)
    if status.is_current:
        return
    if is_embedded or status.current is None:
        upgrade_schema(database, backups)
        return
    raise ConflictError(
        f"The schema of {database.name} stands at {status.current}; this program needs {status.head}.",
        "Run `showcase db upgrade` once nobody else uses the older version, or use the program that fits.",
        reason="schema",
    )


def open_installation(settings: Settings | None = None) -> Installation:
    """Open everything: database, schema, services; runs whose process is gone are settled on the way."""
    settings = settings or load_settings()
    failpoints.arm(settings.armed_failpoint)
    write_logs(settings.log_level, settings.secrets)
    database, embedded = connect(settings)
    try:
        prepare_schema(database, backups_folder(settings), is_embedded=embedded is not None)
        clock = SystemClock(settings.fixed_today)
        artifacts, scratch = FileArtifacts(settings.home / "models"), ScratchFolder(settings.home / "scratch")
        services = Services(
            database,
            artifacts,
            clock,
            scratch.path,
            settings.flags_on,
            guide=guide_folder(),
            embeddings=embeddings_of(settings),
            language_model=language_model_of(settings),
            window_s=settings.decision_window_s,
            on_silence=settings.on_silence,
            compute=compute_of(settings),
            bundles_root=settings.home / "showcase",
            source_date=source_date(),
        )
        settled = settle_interrupted(database, clock)
        if settled:
            log.info("settled %d interrupted runs", len(settled))
        _sweep(services, scratch)
        launcher = Launcher(database, services)
        return Installation(settings, database, services, launcher, embedded, scratch=scratch)
    except BaseException:
        database.dispose()
        if embedded is not None:
            embedded.stop()
        raise


@contextmanager
def open_lakes(settings: Settings | None = None) -> Iterator[LakeForecasts]:
    """The lakes of this installation and their forecasts, with the engine that does the work; they need no database."""
    settings = settings or load_settings()
    failpoints.arm(settings.armed_failpoint)
    write_logs(settings.log_level, settings.secrets)
    compute = compute_of(settings)
    try:
        yield LakeForecasts(LakeService(settings.home / "lake", compute), settings.flags_on)
    finally:
        compute.close()


def _sweep(services: Services, scratch: ScratchFolder) -> None:
    """Remove what killed processes left behind; a folder that cannot be swept keeps nobody from running."""
    for clean, what in ((services.bundles.sweep, "bundles"), (scratch.enter, "scratch files")):
        try:
            clean()
        except (UnavailableError, OSError) as error:
            log.warning("the folder of %s was not swept: %s", what, error)


_sharing = threading.Lock()
_shared: Installation | None = None


def share(installation: Installation | None) -> None:
    """Make this the installation that every served session uses; None takes it back. Whoever opened it closes it."""
    global _shared
    with _sharing:
        _shared = installation


def shared_installation() -> Installation:
    """The installation of this process: the one that was shared, else one opened now and closed when the process ends.

    A served notebook runs once a session, so nothing in it may open an installation of its own.
    """
    global _shared
    with _sharing:
        if _shared is None:
            _shared = open_installation()
            _shared.live_long()
            atexit.register(_shared.close)
        return _shared
