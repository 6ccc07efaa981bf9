"""`showcase lake`: killed and gone on with, checked, shown and removed, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from showcase import failpoints
from tests.cli.conftest import Showcase

MAKE = (
    "lake", "make", "chain", "--scenario", "demo_minimal", "--stores", "4", "--products", "5", "--days", "75",
    "--as-of", "2026-11-22", "--stores-a-bucket", "1",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One worker: the buckets are made in the very process that was called, where it can fail and be killed."""
    monkeypatch.setenv("SHOWCASE_ENGINE_WORKERS", "1")
    yield
    failpoints.arm(None)


def test_a_lake_that_was_killed_goes_on_and_comes_to_the_same(offline: Showcase, tmp_path: Path) -> None:
    # the third folder is the second bucket: the first folder has what all buckets share
    killed = subprocess.run(
        [sys.executable, "-c", "from showcase.cli import main; main()", *MAKE],
        env={**os.environ, "SHOWCASE_HOME": str(tmp_path / "home"), "SHOWCASE_FAILPOINT": "lake.folder@3:kill"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -9
    folder = tmp_path / "home" / "lake" / "chain"
    assert {path.name for path in folder.iterdir() if path.name[0] != "."} == {"bucket=00000", "plan.json", "shared"}
    first = (folder / "bucket=00000" / "sales.parquet").stat().st_mtime_ns
    shown = offline("lake", "show", "chain").stdout
    assert "is not whole: 1 of 4 buckets" in shown
    assert "make the rest" in shown
    refused = offline("lake", "verify", "chain")
    assert (refused.returncode, "is not whole" in refused.stderr) == (2, True)

    gone_on = json.loads(offline(*MAKE, "--json").stdout)
    assert (folder / "bucket=00000" / "sales.parquet").stat().st_mtime_ns == first
    assert not list(folder.glob(".*"))
    assert json.loads(offline("lake", "verify", "chain", "--json").stdout)["ok"] is True
    assert not (tmp_path / "home" / "database").exists()

    undisturbed = json.loads(offline(*MAKE, "--json", SHOWCASE_HOME=str(tmp_path / "other")).stdout)
    assert gone_on["fingerprint"] == undisturbed["fingerprint"]
    assert gone_on["size_bytes"] == undisturbed["size_bytes"]


def test_a_full_disk_is_told_with_what_to_do(offline: Showcase) -> None:
    told = offline(*MAKE, SHOWCASE_FAILPOINT="lake.folder@2:raise")
    assert told.returncode == 2
    assert "the disk is full" in told.stderr
    assert "give the same command again" in told.stderr
    assert "0 of 4 buckets" in offline("lake", "show", "chain", SHOWCASE_FAILPOINT="").stdout


def test_a_lake_is_shown_before_it_is_removed(offline: Showcase) -> None:
    made = offline(*MAKE)
    assert "100 %, 4 of 4 buckets" in made.stderr
    assert "is whole: 4 of 4 buckets" in made.stdout
    asked = offline("lake", "remove", "chain")
    assert asked.returncode == 2
    assert "4 of 4 buckets" in asked.stderr
    assert "--yes" in asked.stderr
    assert "chain" in offline("lake", "list").stdout
    assert "is gone" in offline("lake", "remove", "chain", "--yes").stdout
    assert json.loads(offline("lake", "list", "--json").stdout) == {"lakes": []}


def test_a_change_is_found_with_exit_1(offline: Showcase, tmp_path: Path) -> None:
    offline(*MAKE)
    assert offline("lake", "verify", "chain").returncode == 0
    receipt = tmp_path / "home" / "lake" / "chain" / "bucket=00000" / "receipt.json"
    receipt.write_text(receipt.read_text().replace('"sales": "', '"sales": "0', 1))
    told = offline("lake", "verify", "chain")
    assert told.returncode == 1
    assert "NOT as it was made: bucket=00000 holds other rows" in told.stdout


def test_a_lake_is_forecast_and_told(offline: Showcase, tmp_path: Path) -> None:
    offline(*MAKE)
    words = ("lake", "forecast", "chain", "--models", "moving_average,trend_regression_baseline", "--horizon", "7")
    told = offline(*words)
    assert told.returncode == 0
    assert "20 of 20 series are forecast" in told.stdout
    assert "a control" in told.stdout
    again = json.loads(offline(*words, "--json").stdout)
    assert again["digest"] in told.stdout
    assert again["winner_model_type"] == again["leaderboard"][0]["model"]
    (tmp_path / "home" / "lake" / "chain" / "bucket=00001" / "sales.parquet").write_bytes(b"")
    failed = offline(*words, "--splits", "2")
    assert failed.returncode == 1
    assert "bucket=00001 has no answer" in failed.stdout
