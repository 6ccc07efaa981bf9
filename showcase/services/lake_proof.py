"""What a lake on the disk is: begun, sealed once all of its buckets are there, and proved from its rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showcase.demand.lake import Receipt, lake_digests, read_plan, read_shared, write_shared
from showcase.demand.lake_files import (
    LONG_TABLES,
    MANIFEST,
    PLAN,
    RECEIPT,
    SHARED,
    SHARED_TABLES,
    bucket_name,
    buckets_there,
    disk_answers,
    read_json,
    size_bytes,
    sweep,
    write_text,
)
from showcase.demand.lake_recipe import LakePlan
from showcase.errors import IntegrityError, ShowcaseError
from showcase.kernel.disk import make_kept_folder
from showcase.kernel.identity import Digest

_IN_A_BUCKET = frozenset({RECEIPT, *(f"{name}.parquet" for name in LONG_TABLES)})


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake as it lies on the disk; `rows`, `fingerprint` and `truth_digest` are known once it was whole.

    `buckets` counts those of its plan that are there.
    """

    name: str
    folder: Path
    plan: LakePlan
    buckets: int
    size_bytes: int
    rows: dict[str, int] | None
    fingerprint: Digest | None
    truth_digest: Digest | None

    @property
    def is_whole(self) -> bool:
        return self.fingerprint is not None and self.buckets == self.plan.n_buckets

    def as_json(self) -> dict[str, Any]:
        """The keys that every door uses."""
        return {
            "name": self.name,
            "folder": str(self.folder),
            "is_whole": self.is_whole,
            "buckets": self.buckets,
            "buckets_planned": self.plan.n_buckets,
            "size_bytes": self.size_bytes,
            "rows": self.rows,
            "fingerprint": self.fingerprint,
            "truth_digest": self.truth_digest,
            **self.plan.as_json(),
        }


@dataclass(frozen=True, slots=True)
class LakeProof:
    """What checking a lake found: how many rows were read by table, and each reason why it is not as it was made."""

    lake: Lake
    rows: dict[str, int]
    reasons: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """The keys that every door uses."""
        return {"ok": self.ok, "reasons": list(self.reasons), "rows": self.rows, "lake": self.lake.as_json()}


def described(plan: LakePlan) -> str:
    """The plan in a few words."""
    recipe = plan.recipe
    return (
        f"{recipe.scenario}, seed {recipe.seed}, {recipe.n_stores:,} stores x {recipe.n_products:,} products, "
        f"{recipe.window} ({recipe.window.days:,} days), {plan.stores_a_bucket} stores a bucket"
    )


def open_lake(folder: Path) -> Lake:
    """The lake in a folder that has a plan."""
    sealed = read_json(folder / MANIFEST) if (folder / MANIFEST).exists() else None
    plan = read_plan(folder / PLAN)
    return Lake(
        name=folder.name,
        folder=folder,
        plan=plan,
        buckets=plan.n_buckets - len(missing_buckets(folder, plan)),
        size_bytes=size_bytes(folder),
        rows=sealed["rows"] if sealed else None,
        fingerprint=Digest(sealed["fingerprint"]) if sealed else None,
        truth_digest=Digest(sealed["truth_digest"]) if sealed else None,
    )


def missing_buckets(folder: Path, plan: LakePlan) -> list[int]:
    """The numbers of the plan's buckets that are not there, in order."""
    return sorted(set(range(plan.n_buckets)) - set(buckets_there(folder)))


def begin_lake(folder: Path, plan: LakePlan) -> None:
    """Write the plan and the shared tables where they are not there yet, and remove what killed writers left."""
    with disk_answers(folder.name):
        make_kept_folder(folder)
        sweep(folder)
    if not (folder / PLAN).exists():
        write_text(folder / PLAN, json.dumps(plan.as_json(), indent=1))
    if not (folder / SHARED).exists():
        write_shared(folder / SHARED, plan)


def seal_lake(folder: Path, plan: LakePlan) -> None:
    """Write what all buckets come to; the lake is whole from then on.

    IntegrityError where it was whole before and came to something else.
    """
    receipts = [read_json(folder / bucket_name(number) / RECEIPT) for number in range(plan.n_buckets)]
    fingerprint, truth_digest = lake_digests(_shared(folder), receipts)
    sealed = {"fingerprint": fingerprint, "truth_digest": truth_digest, "rows": _rows(receipts)}
    if (folder / MANIFEST).exists() and read_json(folder / MANIFEST) != sealed:
        raise IntegrityError(
            f"The lake {folder.name} was whole before with another fingerprint than {fingerprint}.",
            "See with `showcase lake verify` which bucket changed, remove its folder, and give the same command again.",
        )
    write_text(folder / MANIFEST, json.dumps(sealed, indent=1))


def prove(lake: Lake, found: Mapping[Path, Receipt], failed: Sequence[str]) -> LakeProof:
    """Compare what the rows of each bucket came to, by its receipt's path, with the receipts and the lake's seal."""
    reasons = [*_strangers(lake), *failed]
    reasons += [
        f"{path.parent.name} holds other rows than were made"
        for path, receipt in found.items()
        if receipt != read_json(path)
    ]
    if not reasons:
        try:
            digests = lake_digests(_shared(lake.folder), found.values())
        except ShowcaseError as error:
            reasons.append(error.message)
        else:
            if digests != (lake.fingerprint, lake.truth_digest) or _rows(found.values()) != lake.rows:
                reasons.append(
                    f"the rows come to the fingerprint {digests[0]}, and {lake.fingerprint} was written down"
                )
    return LakeProof(lake, _rows(found.values()), tuple(reasons))


def _strangers(lake: Lake) -> Iterable[str]:
    """Buckets that are missing or too many, and files that no bucket has."""
    there, planned = set(buckets_there(lake.folder)), set(range(lake.plan.n_buckets))
    for number in sorted(there ^ planned):
        yield f"{bucket_name(number)} is {'missing' if number in planned else 'none of this lake'}"
    for number in sorted(there & planned):
        names = {path.name for path in (lake.folder / bucket_name(number)).iterdir()}
        yield from (f"{bucket_name(number)} has the stranger {name!r}" for name in sorted(names - _IN_A_BUCKET))
        yield from (f"{bucket_name(number)} has no {name}" for name in sorted(_IN_A_BUCKET - names))


def _shared(folder: Path) -> dict[str, Any]:
    return {name: read_shared(folder, name) for name in SHARED_TABLES}


def _rows(receipts: Iterable[Receipt]) -> dict[str, int]:
    totals = dict.fromkeys(LONG_TABLES, 0)
    for receipt in receipts:
        for name, count in receipt["rows"].items():
            totals[name] += count
    return totals
