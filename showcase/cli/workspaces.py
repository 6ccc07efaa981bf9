"""`showcase workspaces`: runs that were kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from showcase.cli.output import print_json, print_table, screen
from showcase.store.workspaces import Workspace
from showcase.wiring import open_installation

app = typer.Typer(help="Find and show kept runs.", no_args_is_help=True, rich_markup_mode=None)


def _score(found: Workspace) -> str:
    value = (found.result_summary or {}).get("winner_value")
    return "" if value is None else f"{value:.2f}"


@app.command("list")
def list_workspaces(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List workspaces, newest first.

    Example: showcase workspaces list --limit 5
    """
    with open_installation() as installation:
        found, total = installation.services.workspaces.list(limit)
    if as_json:
        print_json({"workspaces": [asdict(one) for one in found], "total": total})
        return
    print_table(
        f"{len(found)} of {total} workspaces",
        ("workspace", "name", "status", "preset", "winner", "score", "made (UTC)"),
        (
            (one.workspace_id, one.name, one.status, one.scenario, (one.result_summary or {}).get("winner_model_type"),
             _score(one), f"{one.created_at:%Y-%m-%d %H:%M}")
            for one in found
        ),
        "No workspace yet. Keep a run with `showcase run --reseed --keep --name first`.",
    )  # fmt: skip


@app.command()
def show(
    workspace_id: Annotated[str, typer.Argument(help="The workspace's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show one workspace: what was asked, what came out, what was made.

    Example: showcase workspaces show 0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        found = installation.services.workspaces.show(workspace_id)
    if as_json:
        print_json(asdict(found))
        return
    summary = found.result_summary or {}
    _print_facts(found, summary)
    board = summary.get("leaderboard") or []
    if board:
        print_table(
            "\nLeaderboard, pooled over all series",
            ("rank", "model", "wape %", "mae", "bias", "80 % held"),
            ((row["rank"], row["model"], *(_number(row[name]) for name in _SCORES)) for row in board),
            "",
        )
    _print_made(found.created_objects)


_SCORES = ("wape", "mae", "bias", "coverage80")


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _print_facts(found: Workspace, summary: dict[str, Any]) -> None:
    facts = {
        "workspace": found.workspace_id,
        "name": found.name,
        "status": found.status,
        "asked": f"{found.scenario}, seed {found.seed}" + (", reset" if found.reset else "")
        + (", on the data there was" if found.skip_seed else ""),
        "configuration": found.run_config,
        "days": f"{found.date_start} .. {found.date_end}" if found.date_start else None,
        "data": summary.get("data_fingerprint"),
        "focus": f"store {found.store_id}, product {found.product_id}" if found.store_id else None,
        "winner": f"{summary['winner_model_type']}, {summary['winner_metric']} {summary['winner_value']:.2f}"
        if summary.get("winner_model_type") else None,
        "why": summary.get("reason"),
        "seconds": summary.get("wall_clock_s"),
        "made": f"{found.created_at:%Y-%m-%d %H:%M:%S} UTC",
    }  # fmt: skip
    for name, value in facts.items():
        if value is not None:
            screen.print(f"{name:<14} {value}", markup=False)


def _print_made(made: dict[str, Any]) -> None:
    screen.print("\nMade objects")
    for name, value in made.items():
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        if isinstance(value, dict | list):
            for key, inner in entries:
                screen.print(
                    f"  {name} {key if isinstance(value, dict) else ''} {inner}".replace("  ", " "), markup=False
                )
        elif value is not None:
            screen.print(f" {name} {value}", markup=False)
