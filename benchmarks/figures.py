"""The figures: what is measured against what."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from sqlalchemy import text

from benchmarks.home import fresh_installation
from benchmarks.measure import Figure, compare, cpu_seconds, seconds
from showcase.demand.generate import generate
from showcase.demand.recipe import resolve_recipe
from showcase.demand.tables import DemandTables
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from showcase.pipeline.request import parse_request
from showcase.store.pg_binaries import choose_binaries
from showcase.wiring import Installation, open_installation

DAY = date(2026, 11, 22)


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
    """`seed --native retail_standard`: generate, fingerprint, load, keys; vs `psql \\copy` and keys of its rows."""
    recipe = resolve_recipe("retail_standard", 42, as_of=DAY, native=True)
    tables = generate(recipe)
    with fresh_installation() as installation, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        demand = installation.services.demand

        def ours() -> None:
            demand.wipe()
            demand.seed(recipe)

        theirs = _copy_with_psql(installation, tables, Path(folder))
        rows = f"{tables.sales.height:,} sales and {tables.stock.height:,} stock rows"
        return [compare("seeding a data set", rows, ours, "psql \\copy and keys", theirs)]


def runs() -> list[Figure]:
    """A whole eleven-step run in a warm process, against the plain work in it: one query of all rows and one sort."""
    figures = []
    with fresh_installation() as installation:
        for scenario in ("demo_minimal", "retail_standard"):
            request = parse_request({"scenario": scenario, "reset": True, "skip_seed": False})

            def ours(request: object = request) -> None:
                installation.launcher.start(request).wait()  # type: ignore[arg-type]

            def theirs() -> None:
                with installation.database.read() as connection:
                    connection.execute(
                        text("SELECT * FROM sales JOIN stock USING (data_set_id, store_id, product_id, date)")
                    ).all()

            figures.append(
                compare(f"eleven steps, {scenario}", "reset and re-seed", ours, "reading its rows once", theirs)
            )
    return figures


def random_sales(n_series: int, n_days: int) -> SalesMatrix:
    """Series of random demand that ends on DAY."""
    random = np.random.default_rng(1)
    shape = (n_series, n_days)
    return SalesMatrix(
        store_ids=np.arange(n_series), product_ids=np.ones(n_series, dtype=np.int64),
        first_day=DAY - timedelta(days=n_days - 1), units=random.poisson(20, shape).astype(float), price=np.ones(shape),
        promo=np.zeros(shape), stockout=np.zeros(shape, dtype=bool), holiday=np.zeros(n_days, dtype=bool),
    )  # fmt: skip


def baselines() -> list[Figure]:
    """Three baselines, three folds, with all scores and intervals, against statsforecast's cross_validation alone."""
    from statsforecast import StatsForecast
    from statsforecast.models import Naive, SeasonalNaive, WindowAverage

    figures = []
    for n_series in (100, 1_000):
        matrix = random_sales(n_series, 180)
        frame = pl.DataFrame(
            {
                "unique_id": np.repeat(matrix.store_ids, 180),
                "ds": np.tile(np.datetime64(matrix.first_day) + np.arange(180), n_series),
                "y": matrix.units.reshape(-1),
            }
        ).to_pandas()
        configs = [ModelConfig.of(name) for name in ("naive", "seasonal_naive", "moving_average")]
        library = StatsForecast([Naive(), SeasonalNaive(7), WindowAverage(28)], freq="D")
        figures.append(
            compare(
                "three baselines, three folds, all scores",
                f"{n_series:,} series x 180 days",
                lambda matrix=matrix, configs=configs: run_backtest(matrix, BacktestPlan(), configs),
                "statsforecast, forecasts alone",
                lambda library=library, frame=frame: library.cross_validation(
                    df=frame, h=14, n_windows=3, step_size=14
                ),
                clock=cpu_seconds,
            )
        )
    return figures


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


FIGURES: tuple[Callable[[], list[Figure]], ...] = (seeding, runs, baselines, warm_start)
