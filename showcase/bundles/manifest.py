"""The manifest of a bundle: what it holds, written and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from showcase.bundles.content import BundleContent, Unresolved, pretty_json, unresolved_rows
from showcase.bundles.verify import BUNDLE_FORMAT_VERSION
from showcase.kernel.identity import Digest


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle: its path inside it, its digest and size."""

    path: str
    sha256: Digest
    size_bytes: int

    @classmethod
    def of(cls, path: str, content: bytes) -> BundleFile:
        return cls(path, Digest.of(content), len(content))

    def as_json(self) -> dict[str, Any]:
        return {"path": self.path, "sha256": str(self.sha256), "size_bytes": self.size_bytes}


def write_manifest(
    content: BundleContent, files: Sequence[BundleFile], unresolved: Sequence[Unresolved], exported_at: datetime
) -> bytes:
    """manifest.json: `files` are all but itself and the checksums; `exported_at` is all that time changes."""
    there = {file.path for file in files}
    return pretty_json(
        {
            "bundle_format_version": BUNDLE_FORMAT_VERSION,
            "exported_at": exported_at.isoformat(),
            "workspace": content.workspace,
            "run": content.run,
            "model_runs": [_with_proof(run, there) for run in content.model_runs],
            "scenario_plans": [_plan_line(plan) for plan in content.plans],
            "unresolved_references": unresolved_rows(unresolved),
            "environment": content.workspace["environment"],
            "data": content.data,
            "files": [file.as_json() for file in sorted(files, key=lambda file: file.path)],
        }
    )


def _with_proof(run: Mapping[str, Any], there: set[str]) -> dict[str, Any]:
    """A model run, and whether its stored bytes had their digest when they were copied; null where it has none."""
    digest = run["artifact_digest"]
    return {**run, "artifact_verified": None if digest is None else f"models/{digest}.zip" in there}


def _plan_line(plan: Mapping[str, Any]) -> dict[str, Any]:
    names = ("plan_id", "name", "tags", "method", "model_type", "units_delta", "revenue_delta")
    return {name: plan[name] for name in names}
