"""The command line: the same words and refusals as every other door."""

from __future__ import annotations

import sys

import typer

from showcase.cli import (
    batch,
    bundles,
    data,
    db,
    doctor,
    library,
    plans,
    relations,
    replays,
    run,
    runs,
    serve,
    workspaces,
)
from showcase.cli.output import explain
from showcase.errors import ShowcaseError

app = typer.Typer(
    name="showcase",
    help="Make, keep, replay, prove and hand over demand-forecasting showcases.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("serve")(serve.serve)
app.command("seed")(data.seed)
app.command("import")(data.import_sales)
app.command("datasets")(data.datasets)
app.command("doctor")(doctor.doctor)
workspaces.app.command("edit")(library.edit)
workspaces.app.command("bulk")(library.bulk)
workspaces.app.command("undo")(library.undo)
workspaces.app.command("delete")(library.delete)
workspaces.app.command("searches")(library.searches)
workspaces.app.command("replay")(replays.replay)
workspaces.app.command("compare")(relations.compare)
workspaces.app.command("lineage")(relations.lineage)
workspaces.app.command("health")(relations.health)
workspaces.app.command("export")(bundles.export)
app.add_typer(bundles.app, name="bundle")
app.add_typer(workspaces.app, name="workspaces")
app.add_typer(runs.app, name="runs")
app.add_typer(plans.app, name="plans")
app.add_typer(batch.app, name="batch")
app.add_typer(db.app, name="db")


def main() -> None:
    """Run the command line; a refusal is two sentences on stderr and exit 2."""
    try:
        app()
    except ShowcaseError as error:
        explain(error)
        sys.exit(2)
    except BrokenPipeError:
        # the reader (head, less) has gone: nothing more to say
        sys.stderr.close()
        sys.exit(0)
