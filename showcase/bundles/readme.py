"""The README of a bundle: what it is and how it is checked, for somebody who never saw this program."""

from __future__ import annotations

import re

from showcase.bundles.content import BundleContent

README = "README.md"
_FILES = (
    ("report.html", "the run as pictures and tables; open it in any browser, offline"),
    ("manifest.json", "the workspace with its whole story, and every file with its size and digest"),
    ("checksums.sha256", "the SHA-256 of every file but itself"),
    ("verify.py", "checks all of it; needs Python 3.8 or newer and nothing else"),
    ("forecasts.parquet", "the registered forecast of every series: point and intervals, in units"),
    ("backtest.parquet", "the forecasts of every fold beside what was really sold"),
    ("score_parts.parquet", "the numerators and denominators from which every score is pooled"),
    (
        "models/",
        "the fitted models, each named by its digest: JSON, Parquet and text in a plain zip, nothing executable",
    ),
    ("scenario_plans/", "the what-if plans that were saved"),
    ("events.jsonl", "every event of the run, one a line"),
    ("ro-crate-metadata.json", "the same for catalogues and archives, as an RO-Crate"),
)


def write_readme(content: BundleContent, paths: set[str]) -> bytes:
    """README.md; `paths` are the files of the bundle, those that are written after it included."""
    workspace = content.workspace
    folders = {path.partition("/")[0] + "/" for path in paths if "/" in path}
    lines = [
        f"# {_plain(workspace['name']) or 'Workspace ' + content.workspace_id}",
        "",
        f"A demand-forecasting run of the preset `{workspace['scenario']}`, status {workspace['status']}, kept on "
        f"{workspace['created_at'][:10]} as workspace `{content.workspace_id}`.",
        "Begin with `report.html`.",
        "",
        "| file | what it is |",
        "|---|---|",
        *(f"| `{name}` | {what} |" for name, what in _FILES if name in paths or name in folders),
        "",
        "## Check it",
        "",
        "In this folder, with what every Linux and macOS has (`shasum -a 256 -c` on macOS):",
        "",
        "    sha256sum -c checksums.sha256",
        "",
        "That says whether the listed files are unchanged. `python3 verify.py` says more: nothing was added, renamed",
        "or linked, the manifest tells the same, and every model, plan and table is the one that the workspace names.",
        "",
        "Both read what lies here, so whoever rewrote everything, the checksums too, passes both. Against that,",
        "compare the fingerprint that `verify.py` prints with the one that the sender keeps of every export: there,",
        "`showcase bundle verify` does so by itself. And use a `verify.py` that did not come with the bundle.",
    ]
    return ("\n".join(lines) + "\n").encode()


def _plain(name: str | None) -> str | None:
    """A name without what Markdown would read as markup."""
    return None if name is None else re.sub(r"[^\w .-]", " ", name)
