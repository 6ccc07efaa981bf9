"""Exports that are killed, or whose disk fills up, at every file operation: a whole bundle is found, or none."""

from __future__ import annotations

import dataclasses
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from showcase.bundles.verify import verify_bundle
from showcase.errors import UnavailableError
from showcase.failpoints import Failpoint, arm
from showcase.services.bundles import BundleService
from tests.faults.victims import die_while_exporting, url_of, victim
from tests.services.kept import Kept

OPERATIONS = ("make", "write", "sync", "rename")


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm(None)


def _count(export: Callable[[], object], operation: str) -> int:
    """How often an export does one kind of file operation."""
    counter = Failpoint(f"export.{operation}.before", "raise", count=10**6)
    arm(counter)
    export()
    arm(None)
    return counter.seen


def _places(bundles: BundleService, workspace_id: str) -> list[str]:
    counts = {each: _count(lambda: bundles.export(workspace_id), each) for each in OPERATIONS}
    return [
        f"export.{operation}.{side}@{number}"
        for operation, count in counts.items()
        for number in range(1, count + 1)
        for side in ("before", "after")
    ]


def _check(kept: Kept, *, had_one: bool) -> None:
    """What a reader finds: a whole bundle, or none where there was none before; and nothing of the attempt."""
    if kept.folder.exists():
        found = verify_bundle(kept.folder)
        assert found.ok, found.reason
    else:
        assert not had_one, "the bundle that was there is gone"
    kept.services.bundles.sweep()
    assert {path.name for path in kept.folder.parent.iterdir()} <= {kept.workspace_id}


@pytest.mark.long
@pytest.mark.fault("D1")
def test_a_disk_that_fills_up_at_any_operation_of_an_export_leaves_the_old_bundle_whole(kept: Kept) -> None:
    bundles = kept.services.bundles
    bundles.export(kept.workspace_id)
    places = _places(bundles, kept.workspace_id)
    assert len(places) > 40
    for place in places:
        arm(Failpoint.parse(f"{place}:raise"))
        with pytest.raises(UnavailableError, match="the disk is full"):
            bundles.export(kept.workspace_id)
        arm(None)
        _check(kept, had_one=True)
    assert bundles.export(kept.workspace_id).validated


@pytest.mark.fault("D1")
def test_a_disk_that_fills_up_at_the_first_export_leaves_none(kept: Kept, tmp_path: Path) -> None:
    bundles = kept.services.bundles
    elsewhere = dataclasses.replace(bundles, folder=dataclasses.replace(bundles.folder, root=tmp_path / "bundles"))
    for operation in OPERATIONS:
        arm(
            Failpoint.parse(
                f"export.{operation}.before@2:raise" if operation == "make" else f"export.{operation}.before:raise"
            )
        )
        with pytest.raises(UnavailableError, match="the disk is full"):
            elsewhere.export(kept.workspace_id)
        arm(None)
        assert not any((tmp_path / "bundles").iterdir())


@pytest.mark.fault("D1")
def test_an_export_that_the_disk_did_not_keep_has_no_row(kept: Kept) -> None:
    bundles = kept.services.bundles
    before = bundles.exports(kept.workspace_id)
    syncs = _count(lambda: bundles.export(kept.workspace_id), "sync")
    after = bundles.exports(kept.workspace_id)
    assert len(after) == len(before) + 1
    arm(Failpoint.parse(f"export.sync.before@{syncs - 1}:raise"))  # the last of the bundle's own; then its place is
    with pytest.raises(UnavailableError, match="the disk is full"):
        bundles.export(kept.workspace_id)
    assert bundles.exports(kept.workspace_id) == after


def _kill(kept: Kept, place: str) -> None:
    database = kept.services.transactions
    arguments = (url_of(database), kept.home, f"{place}:kill", kept.workspace_id)  # type: ignore[arg-type]
    with victim(die_while_exporting, *arguments) as process:
        process.join(120)
        assert process.exitcode == -signal.SIGKILL, f"{place} was not reached"


@pytest.mark.fault("D9")
@pytest.mark.parametrize("place", ["write.before@2", "write.after@5", "sync.after@3", "rename.before", "rename.after"])
def test_an_export_that_is_killed_leaves_no_half_bundle(kept: Kept, place: str) -> None:
    had_one = kept.folder.exists()
    _kill(kept, f"export.{place}")
    _check(kept, had_one=had_one)
    assert kept.services.bundles.export(kept.workspace_id).validated


@pytest.mark.slow
@pytest.mark.fault("D9")
def test_five_hundred_killed_exports_leave_no_half_bundle(
    kept: Kept, record_property: Callable[[str, object], None]
) -> None:
    kept.services.bundles.export(kept.workspace_id)
    places = _places(kept.services.bundles, kept.workspace_id)
    kills = [*places, *random.choices(places, k=max(0, 500 - len(places)))]
    for place in kills:
        _kill(kept, place)
        _check(kept, had_one=True)
    record_property(
        "figure", f"{len(kills)} kills at {len(places)} places, 0 half bundles (at 95 %: below {3 / len(kills):.1%})"
    )
