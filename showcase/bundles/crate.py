"""The RO-Crate description of a bundle (https://w3id.org/ro/crate/1.1), for catalogues and archives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from showcase.bundles.content import BundleContent, pretty_json
from showcase.bundles.manifest import BundleFile
from showcase.bundles.verify import CHECKSUMS, MANIFEST

CRATE = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/crate/1.1"
_KINDS = {
    "README.md": ("text/markdown", "What this bundle is and how it is checked."),
    "report.html": ("text/html", "The run as pictures and tables; opens offline."),
    "verify.py": ("text/x-python", "Checks the bundle; needs Python and nothing else."),
    "events.jsonl": ("application/jsonl", "Every event of the run, one a line."),
    "forecasts.parquet": ("application/vnd.apache.parquet", "The registered forecast of every series."),
    "backtest.parquet": ("application/vnd.apache.parquet", "The forecasts of every fold beside what happened."),
    "score_parts.parquet": ("application/vnd.apache.parquet", "The numerators and denominators behind the scores."),
    MANIFEST: ("application/json", "The workspace with its story, and every file with size and digest."),
    CHECKSUMS: ("text/plain", "The SHA-256 of every file, for sha256sum -c."),
}


def write_crate(content: BundleContent, files: Sequence[BundleFile]) -> bytes:
    """ro-crate-metadata.json over `files` and the two that are written after it; datePublished is created_at."""
    known = {file.path: file for file in files}
    paths = sorted({*known, MANIFEST, CHECKSUMS})
    graph = [_descriptor(), _root(content, paths), *(_file(path, known.get(path)) for path in paths)]
    graph += [_software(content), _terms(), _action(content)]
    return pretty_json({"@context": [f"{_PROFILE}/context", {"sha256": "https://schema.org/sha256"}], "@graph": graph})


def _descriptor() -> dict[str, Any]:
    return {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": _PROFILE}, "about": {"@id": "./"}}


def _root(content: BundleContent, paths: Sequence[str]) -> dict[str, Any]:
    workspace = content.workspace
    return {
        "@id": "./",
        "@type": "Dataset",
        "identifier": content.workspace_id,
        "name": f"Forecasting showcase {workspace['name'] or content.workspace_id}",
        "description": f"A demand-forecasting run of the preset {workspace['scenario']} that was kept, with its "
        "forecasts, scores, models and everything that was decided on the way.",
        "datePublished": workspace["created_at"],
        "license": {"@id": "#terms"},
        "mainEntity": {"@id": "report.html"},
        "hasPart": [{"@id": path} for path in paths],
    }


def _file(path: str, file: BundleFile | None) -> dict[str, Any]:
    """A file that is written after the crate has no size and digest here; the checksums have them."""
    encoding, description = _kind(path)
    facts = {"contentSize": str(file.size_bytes), "sha256": str(file.sha256)} if file is not None else {}
    return {
        "@id": path,
        "@type": "File",
        "name": path.rpartition("/")[2],
        "description": description,
        "encodingFormat": encoding,
        **facts,
    }


def _kind(path: str) -> tuple[str, str]:
    if path.startswith("models/"):
        return "application/zip", "A fitted model: JSON, Parquet and text in a plain zip."
    if path.startswith("scenario_plans/"):
        return "application/json", "A saved what-if plan with its effects."
    return _KINDS[path]


def _software(content: BundleContent) -> dict[str, Any]:
    version = (content.workspace["environment"] or {}).get("code")
    named = {"softwareVersion": version} if version else {}
    return {"@id": "#showcase", "@type": "SoftwareApplication", "name": "showcase", **named}


def _terms() -> dict[str, Any]:
    return {
        "@id": "#terms",
        "@type": "CreativeWork",
        "name": "No licence is stated",
        "description": "What may be done with these files is between those who hand them over and those who take them.",
    }


def _action(content: BundleContent) -> dict[str, Any]:
    """The run that made all of it."""
    workspace, run = content.workspace, content.run or {}
    moments = {"startTime": run.get("started_at"), "endTime": run.get("ended_at")}
    return {
        "@id": f"#run-{workspace['run_id'] or content.workspace_id}",
        "@type": "CreateAction",
        "name": f"The run of {workspace['scenario']} with seed {workspace['seed']}",
        "instrument": {"@id": "#showcase"},
        "result": {"@id": "./"},
        **{name: moment for name, moment in moments.items() if moment},
    }
