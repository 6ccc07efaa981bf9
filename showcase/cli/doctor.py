"""`showcase doctor`: whether this installation can work, and where its parts lie."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape

from showcase.cli.output import print_json, screen
from showcase.diagnosis import Finding, look_around, look_inside
from showcase.errors import ShowcaseError
from showcase.settings import load_settings
from showcase.wiring import open_installation


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Look at everything a run stands on, and say what is wrong and what to do. Exit 1 where something is.

    Example: showcase doctor
    """
    settings = load_settings()
    findings = look_around(settings)
    try:
        with open_installation(settings) as installation:
            findings += look_inside(installation)
    except ShowcaseError as error:
        findings.append(Finding("database", False, str(error)))
    is_fine = all(finding.is_fine for finding in findings)
    if as_json:
        print_json(
            {"ok": is_fine, "findings": [{"name": f.name, "ok": f.is_fine, "detail": f.detail} for f in findings]}
        )
    else:
        for finding in findings:
            mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
            screen.print(f"{mark} {finding.name:<10} {escape(finding.detail)}")
    sys.exit(0 if is_fine else 1)
