"""The figures: what is measured against what."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
from sqlalchemy import text

from benchmarks.home import fresh_installation
from benchmarks.measure import Figure, compare, cpu_seconds, seconds
from showcase.demand.generate import generate
from showcase.demand.overrides import SeedOverrides
from showcase.demand.recipe import Recipe, resolve_recipe
from showcase.demand.tables import DemandTables
from showcase.pipeline.request import parse_request
from showcase.pipeline.steps import steps_for
from showcase.store.pg_binaries import choose_binaries
from showcase.wiring import Installation, open_installation
from showcase.workspaces.lineage import Kin, build_lineage
from showcase.workspaces.lineage_layout import lay_out

DAY = date(2026, 11, 22)
TRIO = ("naive", "seasonal_naive", "moving_average")
WINDOW_S = 1.0
"""How long a run of 24 steps waits for a decision that nobody makes."""


def _csv(tables: DemandTables, name: str, folder: Path) -> Path:
    file = folder / f"{name}.csv"
    getattr(tables, name).with_columns(pl.lit(1).alias("data_set_id")).write_csv(file)
    file.chmod(0o644)
    return file


def _copy_with_psql(installation: Installation, tables: DemandTables, folder: Path) -> Callable[[], object]:
    """The same sales and stock rows through psql's \\copy into plain tables, with the same keys added afterwards."""
    script = folder / "load.sql"
    lines = []
    for name, columns in (
        ("sales", "units bigint, unit_price_cents bigint, revenue_cents bigint, promo_percent int, is_open boolean"),
        ("stock", "on_hand bigint, received bigint, is_stockout boolean"),
    ):
        file = _csv(tables, name, folder)
        lines += [
            "SET client_min_messages = warning;",
            f"DROP TABLE IF EXISTS bench_{name};",
            f"CREATE TABLE bench_{name} (store int, product int, date date, {columns}, data_set_id int);",
            f"\\copy bench_{name} FROM '{file}' CSV HEADER",
            f"ALTER TABLE bench_{name} ADD PRIMARY KEY (data_set_id, store, product, date);",
        ]
    script.write_text("\n".join(lines))
    url = installation.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    psql = choose_binaries().program("psql")
    return lambda: subprocess.run([psql, "-q", "-v", "ON_ERROR_STOP=1", "-f", script, url], check=True)


def seeding() -> list[Figure]:
    """Seeding retail_standard up to its native size, against `psql \\copy` of the same rows and the same keys after."""
    figures = []
    with fresh_installation() as installation, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        demand = installation.services.demand
        for knobs in ({"stores": 5, "products": 15, "window_days": 180}, {"stores": 10, "products": 20}, {}):
            recipe = resolve_recipe(
                "retail_standard", 42, SeedOverrides.model_validate(knobs), as_of=DAY, native=True
            )  # fmt: skip
            tables = generate(recipe)

            def ours(recipe: Recipe = recipe) -> None:
                demand.wipe()
                demand.seed(recipe)

            theirs = _copy_with_psql(installation, tables, Path(folder))
            rows = f"{tables.sales.height:,} sales and {tables.stock.height:,} stock rows"
            figures.append(compare("seeding a data set", rows, ours, "psql \\copy and keys", theirs))
    return figures


def runs() -> list[Figure]:
    """A whole run in a warm process, reset and seeded anew, against reading its finished rows once, joined."""
    figures = []
    with fresh_installation(decision_window_s=WINDOW_S) as installation:

        def theirs() -> None:
            with installation.database.read() as connection:
                connection.execute(
                    text("SELECT * FROM sales JOIN stock USING (data_set_id, store_id, product_id, date)")
                ).all()

        for scenario in ("demo_minimal", "retail_standard", "showcase_rich"):
            request = parse_request({"scenario": scenario, "reset": True, "skip_seed": False})
            steps = len(steps_for(scenario))
            figures.append(
                compare(
                    f"a run of {steps} steps, {scenario}", "its demo size",
                    lambda request=request: installation.launcher.start(request).wait(),
                    "reading its rows once", theirs,
                )
            )  # fmt: skip
    return figures


def exports() -> list[Figure]:
    """Exporting a kept run, against copying its bundle to the disk and hashing the copy."""
    figures = []
    sizes = ((3, 10, TRIO), (60, 100, TRIO), (60, 100, (*TRIO, "prophet_like", "lightgbm")))
    with fresh_installation() as installation:
        for stores, products, models in sizes:
            frame = {
                "scenario": "retail_standard", "skip_seed": False, "preservation": "keep",
                "seed_overrides": {"stores": stores, "products": products}, "train_model_types": list(models),
            }  # fmt: skip
            run = installation.launcher.start(parse_request(frame))
            run.wait()
            workspace = str(run.workspace_id)
            installation.services.bundles.export(workspace)
            bundle = installation.settings.home / "showcase" / workspace
            size = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())
            figures.append(
                compare(
                    "exporting a workspace", f"{size / 1e6:.1f} MB",
                    lambda workspace=workspace: installation.services.bundles.export(workspace),
                    "cp, sha256sum and sync", lambda bundle=bundle: _copy_and_hash(bundle), runs=25,
                )
            )  # fmt: skip
    return figures


def _copy_and_hash(bundle: Path) -> None:
    copy = bundle.with_suffix(".copy")
    subprocess.run([_program("cp"), "-r", bundle, copy], check=True)
    files = [file for file in copy.rglob("*") if file.is_file()]
    subprocess.run([_program("sha256sum"), *files], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([_program("sync"), *files], check=True)
    shutil.rmtree(copy)


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, f"{name} is not on this machine"
    return found


def lineage() -> list[Figure]:
    """Laying out a whole library's lineage, against writing the same graph as JSON."""
    figures = []
    for count in (100, 1_000, 10_000):
        graph = build_lineage(None, _kin(count), is_whole=True)
        figures.append(
            compare(
                "lineage layout, CPU", f"{count:,} workspaces", lambda graph=graph: lay_out(graph), "the graph as JSON",
                lambda graph=graph: json.dumps(graph.as_json(), default=str), clock=cpu_seconds,
            )
        )  # fmt: skip
    return figures


def _kin(count: int) -> list[Kin]:
    """A library in which each workspace replays one of those before it, often the newest."""
    random = np.random.default_rng(3)
    names = [f"{number:032x}" for number in range(count)]
    sources = [None, *(names[max(0, number - 1 - int(random.geometric(0.3)))] for number in range(1, count))]
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return [
        Kin(name, False, False, False, source, f"run-{place}", "completed", "demo_minimal", "identical", moment)
        for place, (name, source) in enumerate(zip(names, sources, strict=True))
    ]


def warm_start() -> list[Figure]:
    """Opening an installation whose server runs, against one round trip to it on a new connection."""
    with fresh_installation() as installation:

        def ours() -> None:
            open_installation(installation.settings).close()

        def theirs() -> None:
            installation.database.lone_connection().close()

        return [
            compare("opening an installation", "server runs already", ours, "one new connection", theirs, clock=seconds)
        ]


FIGURES: tuple[Callable[[], list[Figure]], ...] = (seeding, runs, exports, lineage, warm_start)
