"""Processes that are made to die, forked from one that has imported the package: hundreds are affordable."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from showcase.settings import Settings
from showcase.store.engine import Database

_PRELOADED = ["showcase.wiring", "showcase.services.suite", "showcase.services.bundles", "tests.faults.victims"]


def settings_of(url: str, home: Path, failpoint: str | None = None, **more: Any) -> Settings:
    """The settings of a victim on the database at `url`."""
    return Settings(
        home=home, database_url=SecretStr(url), test=True, failpoint=failpoint, decision_window_s=0.2, **more
    )


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def start_victim(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start `target` (a function of a module) in a process of its own; it shares nothing with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    process = context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


@contextmanager
def victim(target: Callable[..., None], *arguments: Any) -> Iterator[BaseProcess]:
    """The same for a block, at whose end nothing of it is left."""
    process = start_victim(target, *arguments)
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def die_while_running(url: str, home: Path, failpoint: str | None, frame: Mapping[str, Any]) -> None:
    """Make one run of `frame`; the failpoint ends it, or it comes to its end."""
    from showcase.pipeline.request import parse_request
    from showcase.wiring import open_installation

    with open_installation(settings_of(url, home, failpoint)) as installation:
        installation.launcher.start(parse_request(dict(frame))).wait(120)


def die_while_exporting(url: str, home: Path, failpoint: str | None, workspace_id: str) -> None:
    """Export a workspace; the failpoint ends it, or it comes to its end."""
    from showcase.wiring import open_installation

    with open_installation(settings_of(url, home, failpoint)) as installation:
        installation.services.bundles.export(workspace_id)


def die_while_wiping(url: str, home: Path, failpoint: str) -> None:
    """Wipe all demand data; the failpoint, which counts from the wipe on, ends it."""
    from showcase.failpoints import Failpoint, arm
    from showcase.wiring import open_installation

    with open_installation(settings_of(url, home)) as installation:
        arm(Failpoint.parse(failpoint))
        installation.services.demand.wipe()


def export_again_and_again(url: str, home: Path, bundles: Path, workspace_id: str) -> None:
    """Export a workspace to a folder without end, each time with other bytes."""
    import dataclasses
    from datetime import UTC, datetime, timedelta

    from showcase.services.bundle_files import BundleFolder
    from showcase.wiring import open_installation

    with open_installation(settings_of(url, home)) as installation:
        service = dataclasses.replace(installation.services.bundles, folder=BundleFolder(bundles))
        moment = datetime(2000, 1, 1, tzinfo=UTC)
        while True:
            moment += timedelta(seconds=1)
            dataclasses.replace(service, source_date=moment).export(workspace_id)
