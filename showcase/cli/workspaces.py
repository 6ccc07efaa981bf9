"""`showcase workspaces`: runs that were kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from showcase.cli.flags import WorkspaceArgument
from showcase.cli.groups import command_group
from showcase.cli.output import print_json, print_table, screen
from showcase.store.workspaces import Workspace
from showcase.wiring import open_installation

app = command_group("Find, show, edit, replay, compare and export kept runs.")


def _score(found: Workspace) -> str:
    value = (found.result_summary or {}).get("winner_value")
    return "" if value is None else f"{value:.2f}"


@app.command("list")
def list_workspaces(
    search: Annotated[str | None, typer.Option(help="A search, as 'tag:demo wape<20 NOT pinned'.")] = None,
    q: Annotated[str | None, typer.Option("--q", help="A literal piece of the name, the notes or a tag.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; repeated: all of them.")] = None,
    status: Annotated[str | None, typer.Option(help="The run's status.")] = None,
    scenario: Annotated[str | None, typer.Option(help="The preset.")] = None,
    since: Annotated[str | None, typer.Option(help="The first day, as 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day, as 2026-01-31.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="The archived ones too.")] = False,
    sort_by: Annotated[str, typer.Option(help="created_at, name, seed, status, metric or wall_clock.")] = "created_at",
    sort_order: Annotated[str, typer.Option(help="asc or desc.")] = "desc",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where to go on: next or previous of another page.")] = None,
    saved: Annotated[str | None, typer.Option(help="What this saved search finds; other filters go over it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List workspaces, pinned first, then newest first.

    Example: showcase workspaces list --search 'status:failed NOT tag:seen' --limit 5
    """
    sent = {
        "search": search, "q": q, "tags": tag, "status": status, "scenario": scenario, "since": since, "until": until,
        "include_archived": archived or None,
    }  # fmt: skip
    filters = {field: value for field, value in sent.items() if value is not None}
    with open_installation() as installation:
        service = installation.services.workspaces
        kept = {} if saved is None else service.saved_search(saved)
        page = service.find(**(kept | filters), sort_by=sort_by, sort_order=sort_order, limit=limit, cursor=cursor)
    if as_json:
        print_json(asdict(page))
        return
    print_table(
        f"{len(page.workspaces)} of {'' if page.total_is_exact else 'more than '}{page.total} workspaces",
        ("workspace", "", "name", "status", "demand", "winner", "score", "tags", "made (UTC)"),
        (
            (one.workspace_id, _marks(one), one.name, one.status, one.demand,
             (one.result_summary or {}).get("winner_model_type"), _score(one), ", ".join(one.tags),
             f"{one.created_at:%Y-%m-%d %H:%M}")
            for one in page.workspaces
        ),
        "No workspace is found with these filters." if kept | filters
        else "No workspace yet. Keep a run with `showcase run --reseed --keep --name first`.",
    )  # fmt: skip
    if page.next is not None:
        screen.print(f"Go on with --cursor {page.next}", markup=False)


def _marks(found: Workspace) -> str:
    return " ".join(word for word, holds in (("pinned", found.pinned), ("archived", found.archived)) if holds)


@app.command()
def show(
    workspace_id: WorkspaceArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show one workspace: what was asked, what came out, what was made.

    Example: showcase workspaces show 0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        services = installation.services
        found = services.workspaces.show(services.ids.complete(workspace_id, "workspace"))
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
        + (f", on the data there was, {found.demand}" if found.skip_seed else ""),
        "configuration": found.run_config,
        "days": f"{found.date_start} .. {found.date_end}" if found.date_start else None,
        "data": summary.get("data_fingerprint"),
        "focus": f"store {found.store_id}, product {found.product_id}" if found.store_id else None,
        "winner": f"{summary['winner_model_type']}, {summary['winner_metric']} {summary['winner_value']:.2f}"
        if summary.get("winner_model_type") else None,
        "why": summary.get("reason"),
        "seconds": summary.get("wall_clock_s"),
        "replays": found.replayed_from_workspace_id,
        "verdict": (summary.get("verdict") or {}).get("overall"),
        "tags": ", ".join(found.tags) or None,
        "marks": _marks(found) or None,
        "notes": found.notes,
        "revision": found.revision,
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
