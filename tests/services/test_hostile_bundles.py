"""A bundle that says anything at all is refused, or every page that shows its workspace can still be made."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from showcase.bundles.verify import TABLES, verify_bundle
from showcase.console.library_columns import COLUMNS, Line
from showcase.console.plots.forecast import forecast_plot
from showcase.console.plots.leaderboard import leaderboard_plot
from showcase.console.plots.scores import coverage_plot, horizon_plot
from showcase.console.plots.truth import effects_plot
from showcase.console.result_text import decided_html, numbers_html
from showcase.console.run_html import log_html, run_title, steps_html
from showcase.console.stores.outcome import read_outcome
from showcase.console.story import tell
from showcase.console.story_text import approvals_html, knowledge_html, story_html
from showcase.console.workspace_text import configuration_html, head_html, result_html, verdict_html
from showcase.errors import ConflictError, IntegrityError
from showcase.http.routes.workspace_models import WorkspaceDetail
from showcase.pipeline.launcher import Launcher
from showcase.services.bundle_files import BundleFolder
from showcase.services.bundle_reading import read_content
from showcase.services.bundle_writing import write_bundle
from showcase.services.plans import detail_json
from showcase.services.registry_told import model_run_json
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.store.registry import ModelRunFilter
from tests.bundles.rewriting import rewrite
from tests.postgres import DatabaseServer
from tests.services.kept import kept_run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
READ = ("workspace", "run", "model_runs", "data")
"""The parts of a manifest that an import reads."""
HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 10**400, 0.5, -1e308, "", "x", "<script>alert(1)</script>", "../../etc/passwd",
    "\u202etxt", "9" * 50_000, [], [[]], [None], ["x"], [{}], {}, {"": {}}, {"a": {"b": ["c"]}},
)  # fmt: skip
GONE = object()
"""The value is taken away."""


@pytest.fixture(scope="module")
def sent(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The bundle of a full showcase, replayed so that it has a verdict, with plans, a question and look-ups."""
    with (
        database_server.fresh(_migrated_template) as database,
        kept_run(
            database, tmp_path_factory.mktemp("sent"), scenario="showcase_rich", reset=False,
            seed_overrides={"stores": 3, "products": 4, "window_days": 80}, backtest={"horizon": 7},
            replayed_from_workspace_id="0" * 32,
        ) as made,
    ):  # fmt: skip
        yield made.services.bundles.export(made.workspace_id).folder


@pytest.fixture(scope="module")
def receiving(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Launcher]:
    """An installation with data and a run of its own, that never saw the workspace."""
    with (
        database_server.fresh(_migrated_template) as database,
        kept_run(database, tmp_path_factory.mktemp("receiving"), seed_overrides={"stores": 2, "products": 2}) as made,
    ):
        launcher = Launcher(database, made.services)
        yield launcher
        launcher.close()


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*way, name)
        yield from places(each, (*way, name))


def put(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    """The value with another one at that place."""
    changed = copy.deepcopy(value)
    inner = changed
    for name in way[:-1]:
        inner = inner[name]
    if new is GONE:
        del inner[way[-1]]
    else:
        inner[way[-1]] = new
    return changed


def documents(folder: Path) -> dict[str, list[Any]]:
    """The JSON files that an import reads, each as its lines."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    plans = {
        f"scenario_plans/{path.name}": [json.loads(path.read_bytes())] for path in (folder / "scenario_plans").iterdir()
    }
    return {"manifest.json": [{part: manifest[part] for part in READ}], "events.jsonl": lines, **plans}


def tamper(folder: Path, path: str, at: int, changed: Any) -> None:
    """Put a changed line into the bundle, and make its checksums agree."""
    if path == "manifest.json":
        manifest = json.loads((folder / path).read_bytes()) | changed
        (folder / path).write_text(json.dumps(manifest))
        rewrite(folder, "README.md", (folder / "README.md").read_bytes())
        return
    lines = documents(folder)[path]
    lines[at] = changed
    joined = "\n".join(json.dumps(line) for line in lines)
    rewrite(folder, path, joined.encode() + b"\n" * (path == "events.jsonl"))


def every_page(launcher: Launcher, workspace_id: str, folder: Path) -> None:
    """Make all that any door shows of it, and its bundle below `folder`; nothing of that may be refused."""
    services: Services = launcher.services
    own = next(one for one in services.workspaces.find(include_archived=True).workspaces if one.imported_from is None)
    found = services.workspaces.show(workspace_id)
    WorkspaceDetail.model_validate(found).model_dump_json()
    services.workspaces.find(search="wape<20 OR score>1 OR seconds>1 OR model:naive", sort_by="metric")
    services.workspaces.preview_delete(workspace_id)
    services.workspaces.health(workspace_id).as_json()
    services.workspaces.family(workspace_id).as_json()
    for base in (workspace_id, own.workspace_id):
        services.workspaces.compare([workspace_id, own.workspace_id], base).as_json()
    services.replays.preview(workspace_id).as_json()
    services.ops.summary()
    services.decisions.history()
    for run in services.registry.list_runs(ModelRunFilter(), limit=100)[0]:
        json.dumps(model_run_json(run))
    for plan in services.plans.list()[0]:
        json.dumps(detail_json(plan))
    with launcher.database.read() as connection:
        content = read_content(connection, found)
    bundles, name = BundleFolder(folder), found.workspace_id
    with bundles.exclusive(name) as beside, bundles.stage(name, beside) as stage:
        write_bundle(content, services.artifacts, stage.write, NOW)
    for column in COLUMNS.values():
        column.cell(Line(found, 0, is_open=True, now=NOW))
    for html in (result_html, verdict_html, configuration_html, approvals_html, knowledge_html):
        html(found)
    head_html(found, "today")
    run = launcher.show(str(found.run_id))
    story = tell(run.run_id, run.scenario, launcher.events(run.run_id))
    story_html(found, story)
    for page in (steps_html(story), log_html(story), run_title(story, NOW, {}), story_html(found, None)):
        assert "<script>" not in page
    outcome = read_outcome(services, story)
    numbers_html(outcome)
    if outcome.decided:
        decided_html(outcome.decided)
    leaderboard_plot(outcome.board, outcome.metric)
    coverage_plot(outcome.board)
    horizon_plot(outcome.by_bucket, outcome.metric, outcome.board)
    if outcome.plans:
        effects_plot(outcome.plans)
    forecast_plot(outcome.past, outcome.forecast, outcome.tested)


def forget_imports(database: Database) -> None:
    with database.begin() as connection:
        imported = "SELECT run_id FROM showcase_workspace WHERE imported_from IS NOT NULL"
        own = "SELECT run_id FROM showcase_workspace WHERE imported_from IS NULL"
        for statement in (
            # a bundle may have said that its plan is of no run, or of another
            f"DELETE FROM plan WHERE origin_run_id IS NULL OR origin_run_id NOT IN ({own})",
            f"DELETE FROM model_run WHERE origin_run_id IN ({imported})",
            f"DELETE FROM demo_event WHERE run_id IN ({imported})",
            f"DELETE FROM demo_run WHERE run_id IN ({imported})",
            "DELETE FROM showcase_workspace WHERE imported_from IS NOT NULL",
        ):
            connection.execute(text(statement))


def test_the_bundle_itself_is_taken_over_and_shown(sent: Path, receiving: Launcher, tmp_path: Path) -> None:
    done = receiving.services.bundles.import_(sent)
    assert done.outcome == "imported"
    assert done.added["plans"] >= 2
    every_page(receiving, done.workspace_id, tmp_path)
    forget_imports(receiving.database)


@pytest.mark.parametrize("examples", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_whatever_a_bundle_says_is_refused_or_can_be_shown(
    sent: Path, receiving: Launcher, tmp_path: Path, examples: int
) -> None:
    read = documents(sent)
    ways = {path: [(at, way) for at, line in enumerate(lines) for way in places(line)] for path, lines in read.items()}
    told = {True: 0, False: 0}

    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a real import each
    @given(st.sampled_from(sorted(ways)).flatmap(lambda path: st.tuples(st.just(path), st.sampled_from(ways[path]))),
           st.sampled_from((*HOSTILE, GONE)))  # fmt: skip
    def check(place: tuple[str, tuple[int, tuple[Any, ...]]], value: Any) -> None:
        path, (at, way) = place
        folder = Path(shutil.copytree(sent, tmp_path / "bundle"))
        try:
            tamper(folder, path, at, put(read[path][at], way, value))
            try:
                done = receiving.services.bundles.import_(folder)
            except (IntegrityError, ConflictError):
                told[False] += 1
                return
            told[True] += 1
            every_page(receiving, done.workspace_id, tmp_path)
        finally:
            forget_imports(receiving.database)
            shutil.rmtree(folder)

    check()
    print(f"\n{told[True]} taken over, {told[False]} refused")
    assert min(told.values()) > examples // 20


def parquet(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        written = io.BytesIO()
        change(pl.read_parquet(io.BytesIO(content))).write_parquet(written)
        return written.getvalue()

    return changed


@pytest.mark.parametrize(
    ("path", "change", "why"),
    [
        ("forecasts.parquet", lambda content: b"PAR1" + content[4:-20] + b"\0" * 20, "no Parquet"),
        ("forecasts.parquet", lambda content: content[:200] + b"\0" * 400 + content[600:], "no Parquet"),
        ("forecasts.parquet", parquet(lambda frame: frame.drop("lo80")), "no column lo80"),
        ("forecasts.parquet", parquet(lambda frame: frame.with_columns(forecast=pl.lit("x"))), "no column forecast"),
        ("forecasts.parquet", parquet(lambda frame: frame.with_columns(date=pl.lit("today"))), "no column date"),
        ("forecasts.parquet", parquet(lambda frame: frame.with_columns(forecast=pl.lit(float("nan")))), "no finite"),
        ("forecasts.parquet", parquet(lambda frame: frame.with_columns(forecast=pl.lit(None, float))), "rows without"),
        ("backtest.parquet", parquet(lambda frame: frame.with_columns(actual=pl.lit(float("inf")))), "no finite"),
        ("backtest.parquet", parquet(lambda frame: frame.drop("fold")), "no column fold"),
        ("score_parts.parquet", parquet(lambda frame: frame.drop("bucket")), "no column bucket"),
    ],
)
def test_a_table_that_nobody_could_draw_is_refused(
    sent: Path, receiving: Launcher, tmp_path: Path, path: str, change: Callable[[bytes], bytes], why: str
) -> None:
    folder = Path(shutil.copytree(sent, tmp_path / "bundle"))
    body = change((folder / path).read_bytes())
    was = json.loads((folder / "manifest.json").read_bytes())["workspace"]["created_objects"]["files"][TABLES[path]]
    for name in ("manifest.json", "events.jsonl"):
        told = (folder / name).read_text()
        (folder / name).write_text(told.replace(was, hashlib.sha256(body).hexdigest()))
    rewrite(folder, path, body)
    assert verify_bundle(folder).ok
    with pytest.raises(IntegrityError, match=why):
        receiving.services.bundles.import_(folder)


def test_events_that_name_another_table_than_the_workspace_does_are_refused(
    sent: Path, receiving: Launcher, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(sent, tmp_path / "bundle"))
    files = json.loads((folder / "manifest.json").read_bytes())["workspace"]["created_objects"]["files"]
    told = (folder / "events.jsonl").read_text()
    rewrite(folder, "events.jsonl", told.replace(files["forecast"], files["score_parts"]).encode())
    with pytest.raises(IntegrityError, match="names another table"):
        receiving.services.bundles.import_(folder)
