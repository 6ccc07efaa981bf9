"""What goes into a bundle, as plain JSON values and the digests of stored bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from showcase.bundles.verify import TABLES
from showcase.kernel.identity import Digest

CARRIED_BY_ID = ("model_run_ids", "synthetic_model_run_ids", "plan_ids")
"""The lists of a workspace's created objects whose rows a bundle carries; jobs and batches are only named."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference of the workspace that leads nowhere; `key` is where it stands, `why` is gone or damaged."""

    key: str
    ref_type: str
    ref_id: str
    why: str


@dataclass(frozen=True, slots=True)
class BundleContent:
    """One workspace with everything that it refers to and that a bundle carries.

    `workspace`, `run`, `model_runs` and `plans` are rows as JSON has them; `data` is what is known of the data set.
    `unresolved` are the references that led nowhere when the rows were read.
    """

    workspace: Mapping[str, Any]
    run: Mapping[str, Any] | None
    events: Sequence[Mapping[str, Any]]
    model_runs: Sequence[Mapping[str, Any]]
    plans: Sequence[Mapping[str, Any]]
    data: Mapping[str, Any]
    unresolved: Sequence[Unresolved] = field(default=())

    @property
    def workspace_id(self) -> str:
        return str(self.workspace["workspace_id"])


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Stored bytes that a bundle carries: where they go, which they are, and where the workspace names them."""

    path: str
    digest: Digest
    key: str


def stored_files(content: BundleContent) -> list[StoredFile]:
    """The stored bytes that the workspace names, each once, by path: its tables and every model."""
    made = content.workspace["created_objects"]
    named = made.get("files", {})
    found = [StoredFile(path, Digest(named[key]), f"files.{key}") for path, key in TABLES.items() if named.get(key)]
    models = [(f"trained_artifacts.{name}", digest) for name, digest in made.get("trained_artifacts", {}).items()]
    models += [("files.model", named["model"])] if named.get("model") else []
    models += [(f"model_runs.{run['run_id']}", run["artifact_digest"]) for run in content.model_runs]
    found += [StoredFile(f"models/{digest}.zip", Digest(digest), key) for key, digest in models if digest]
    return sorted({one.path: one for one in reversed(found)}.values(), key=lambda one: one.path)


def text_files(content: BundleContent) -> dict[str, bytes]:
    """The plans and the events as files."""
    plans = {f"scenario_plans/{plan['plan_id']}.json": pretty_json(plan) for plan in content.plans}
    # keys in the order of the wire, which is the order in which they are stored
    lines = [json.dumps(event, separators=(",", ":"), ensure_ascii=False, allow_nan=False) for event in content.events]
    return plans | {"events.jsonl": "".join(f"{line}\n" for line in lines).encode()}


def pretty_json(value: object) -> bytes:
    """The value as JSON that a person can read: sorted keys, two spaces, one form for equal values."""
    import json

    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def unresolved_rows(found: Sequence[Unresolved]) -> list[dict[str, str]]:
    """The unresolved references as JSON rows, in one order."""
    return [asdict(one) for one in sorted(found, key=lambda one: (one.key, one.ref_id))]
