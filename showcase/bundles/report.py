"""report.html of a bundle: one file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from showcase.bundles.content import BundleContent

REPORT = "report.html"


def write_report(content: BundleContent, tables: Mapping[str, bytes]) -> bytes:
    """The report of a workspace; `tables` are its stored tables by what they hold, as Parquet."""
    workspace = content.workspace
    facts = [(name, workspace[name]) for name in ("name", "status", "scenario", "seed", "created_at")]
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts)
    rows += "".join(f"<tr><th>{escape(name)}</th><td>{len(body):,} bytes</td></tr>" for name, body in tables.items())
    title = escape(f"Workspace {content.workspace_id}")
    return f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><table>{rows}</table>\n".encode()
