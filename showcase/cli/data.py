"""`showcase seed`, `import` and `datasets`: demand data without a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from showcase.cli.flags import once
from showcase.cli.output import errors, print_json, print_table, screen
from showcase.cli.run import KNOBS, parse_knobs
from showcase.demand.intake_values import IntakeOptions
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import resolve_recipe
from showcase.errors import InvalidInputError
from showcase.kernel.day import parse_day
from showcase.kernel.refusals import refusal
from showcase.services.data_sets import data_set_json, intake_json, kept_json
from showcase.services.demand import Kept
from showcase.wiring import open_installation


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Callable[[float, str], None]]:
    """A bar on stderr while work goes on."""
    with Progress(
        TextColumn(title), BarColumn(), TextColumn("{task.fields[what]}", markup=False), TimeElapsedColumn(),
        console=errors, transient=True, disable=quiet or not errors.is_terminal,
    ) as bars:  # fmt: skip
        task = bars.add_task(title, total=1.0, what="")
        yield lambda share, what: bars.update(task, completed=share, what=what)


def seed(
    scenario: Annotated[str, typer.Option(help=f"The preset, one of {', '.join(Scenario)}.")] = "demo_minimal",
    seed: Annotated[int, typer.Option(help="The seed of every random draw.")] = 42,
    native: Annotated[bool, typer.Option("--native", help="The preset's full size instead of the demo size.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Last day of the data, as 2026-11-22; today by default.")] = None,
    override: Annotated[list[str] | None, typer.Option(help=KNOBS)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Seed a preset as a new data set beside the others, and make it the current one.

    Example: showcase seed --scenario retail_standard --native
    """
    try:
        overrides = SeedOverrides.model_validate(parse_knobs(override or []))
    except ValidationError as error:
        raise refusal(error, "set of overrides") from error
    with open_installation() as installation:
        fixed = preset_named(scenario).fixed_window is not None and as_of is None
        last = None if fixed else (parse_day(as_of) if as_of is not None else installation.services.clock.today())
        recipe = resolve_recipe(scenario, seed, overrides, last, native)
        with installation.launcher.exclusive("seeding"), progress_bar(f"seeding {scenario}", quiet=as_json) as progress:
            kept = installation.services.demand.seed(recipe, progress)
    _say_kept(kept, {"seed": seed}, as_json=as_json)


def import_sales(
    file: Annotated[Path, typer.Argument(help="CSV, CSV.gz or Parquet with date, store, product and quantity.")],
    column: Annotated[
        list[str] | None, typer.Option(help="A field's column, as quantity=Qty; quantity= for none.")
    ] = None,
    date_format: Annotated[str | None, typer.Option(help="Format of the days where not ISO, as %d.%m.%Y.")] = None,
    decimal: Annotated[str, typer.Option(help="The decimal sign, . or ,")] = ".",
    delimiter: Annotated[str | None, typer.Option(help="The column separator; guessed by default.")] = None,
    returns: Annotated[str, typer.Option(help="net takes negative quantities off the day's sales.")] = "refuse",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import a file of real sales as a new data set, all of it or nothing, and make it the current one.

    Example: showcase import sales.csv.gz --column quantity=Qty --date-format %d.%m.%Y
    """
    for flag, given, allowed in (("--decimal", decimal, (".", ",")), ("--returns", returns, ("refuse", "net"))):
        if given not in allowed:
            raise InvalidInputError(f"{flag} was {given[:40]!r}.", f"Give {' or '.join(allowed)}.")
    options = IntakeOptions(
        delimiter=delimiter,
        decimal=cast("Literal['.', ',']", decimal),
        date_format=date_format,
        returns=cast("Literal['refuse', 'net']", returns),
    )
    mapping = {field: name or None for field, name in once((e.partition("=")[::2] for e in column or []), "--column")}
    with (
        open_installation() as installation,
        installation.launcher.exclusive("import"),
        progress_bar(f"importing {file.name}", quiet=as_json) as progress,
    ):
        kept, intake = installation.services.demand.import_sales(
            file, mapping=mapping or None, options=options, progress=progress
        )
    account = intake_json(intake)
    if not as_json:
        for line in intake.mapping_shown:
            screen.print(f"  {line}", markup=False)
        if intake.ignored_columns:
            screen.print(f"  ignored: {', '.join(intake.ignored_columns)}", markup=False)
        for line in (*account["summary"], *account["notes"]):
            screen.print(f"  {line}", markup=False)
    _say_kept(kept, account, as_json=as_json)


def _say_kept(kept: Kept, more: dict[str, Any], *, as_json: bool) -> None:
    found = kept.data_set
    if as_json:
        print_json(kept_json(kept) | more)
        return
    verb = "Made" if kept.is_new else "The same rows were there already:"
    screen.print(
        f"{verb} data set {found.id} ({found.name}): {found.row_counts['sales']:,} sales rows over {found.window}, "
        f"fingerprint {found.fingerprint.short}. It is the current one.",
        markup=False,
    )


def datasets(
    use: Annotated[int | None, typer.Option(help="Make the data set with this id the current one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the data sets, newest first, or choose the current one.

    Example: showcase datasets --use 3
    """
    with open_installation() as installation:
        if use is not None:
            with installation.launcher.exclusive("choosing a data set"):
                installation.services.demand.make_current(use)
        found = installation.services.demand.list_data_sets()
    if as_json:
        print_json({"datasets": [data_set_json(one) for one in found]})
        return
    print_table(
        "Data sets",
        ("", "id", "name", "kind", "window", "sales rows", "fingerprint"),
        (
            ("*" if one.is_current else "", one.id, one.name, one.kind, one.window, f"{one.row_counts['sales']:,}",
             one.fingerprint.short)
            for one in found
        ),
        "No data yet. Seed a preset with `showcase seed`, or import a file with `showcase import FILE`.",
    )  # fmt: skip
