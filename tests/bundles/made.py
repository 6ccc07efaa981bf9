"""A bundle made by the real writer from contents written by hand, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from showcase.adapters.artifacts import FileArtifacts
from showcase.bundles.content import BundleContent
from showcase.services.bundle_files import Stage
from showcase.services.bundle_writing import Written, write_bundle
from tests.bundles.cases import content, model_run, plan, tables

MOMENT = datetime(2026, 1, 6, tzinfo=UTC)


def make_bundle(folder: Path, store: Path) -> Written:
    """Write a bundle with every kind of file into `folder`; its stored bytes lie below `store`."""
    artifacts = FileArtifacts(store)
    stored = {name: str(artifacts.put(body)) for name, body in tables().items()}
    models = [str(artifacts.put(f"model {number}".encode())) for number in range(4)]
    made = {"files": stored | {"model": models[0]}, "trained_artifacts": {"naive": models[1]}}
    runs = [model_run(run_id=f"{number:032x}", artifact_digest=digest) for number, digest in enumerate(models)]
    plans = [plan(plan_id=f"{number:032x}") for number in range(2)]
    told: BundleContent = replace(content(created_objects=made), model_runs=runs, plans=plans)
    folder.mkdir(parents=True)
    return write_bundle(told, artifacts, Stage(folder).write, MOMENT)
