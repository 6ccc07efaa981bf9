"""Writes tables into a page of docs, docs/benchmarks.md unless said otherwise, each between two comments."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "benchmarks.md"


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put the text between `<!-- name -->` and `<!-- end of name -->`."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    there = page.read_text()
    before, after = there.split(begin)[0], there.split(end)[1]
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")
