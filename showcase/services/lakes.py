"""Lakes: demand data too large for the database, made, checked and removed as folders of Parquet, bucket by bucket."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from showcase.demand.lake import check_bucket, make_bucket
from showcase.demand.lake_files import (
    PLAN,
    RECEIPT,
    bucket_name,
    disk_answers,
    exclusive,
    read_json,
    scratch_folder,
    sweep,
)
from showcase.demand.lake_recipe import LakePlan
from showcase.errors import (
    ConflictError,
    FieldError,
    IntegrityError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from showcase.kernel.disk import make_kept_folder
from showcase.ports import BucketWork, Compute, Progress, silent
from showcase.services.bucket_work import Tally
from showcase.services.lake_proof import (
    Lake,
    LakeProof,
    begin_lake,
    described,
    missing_buckets,
    open_lake,
    prove,
    seal_lake,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SPARE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class LakeService:
    """Everything about the lakes below `root` that a person can ask for; the buckets are worked on by `compute`."""

    root: Path
    compute: Compute

    def make(self, name: str, plan: LakePlan, progress: Progress = silent) -> Lake:
        """Make the lake, or what is missing of it; a whole one of the same plan is left as it is.

        ConflictError where another lake has the name, or somebody is at work on it; UnavailableError where the disk has
        no room for what is missing, or a bucket could not be made: what is there then stays, and is not made again.
        """
        folder = self._folder(name)
        with disk_answers("The folder of lakes"):
            make_kept_folder(self.root)
        sweep(self.root)
        with exclusive(folder):
            if (folder / PLAN).exists():
                there = self.look(name)
                _refuse_other(there, plan)
                if there.is_whole:
                    return there
            missing = missing_buckets(folder, plan)
            self._check_room(plan, len(missing))
            begin_lake(folder, plan)
            self._make_buckets(self.look(name), missing, progress)
            seal_lake(folder, plan)
            return self.look(name)

    def look(self, name: str) -> Lake:
        """The lake of this name, whole or not; NotFoundError where there is none."""
        folder = self._folder(name)
        if (folder / PLAN).exists():
            try:
                return open_lake(folder)
            except (IntegrityError, InvalidInputError, FileNotFoundError):
                if (folder / PLAN).exists():  # else it went while it was looked at
                    raise
        raise NotFoundError(f"There is no lake {name}.", "Choose one of those that `showcase lake list` shows.")

    @contextmanager
    def at_work(self, name: str) -> Iterator[Lake]:
        """The lake of this name, as it is while nobody else can work on it or take it away; errors as `look`.

        ConflictError (busy) where somebody is at work on it.
        """
        with exclusive(self.look(name).folder):
            yield self.look(name)  # once more: whoever held it before may have removed it, or made another

    def require_whole(self, name: str) -> Lake:
        """The lake of this name; ConflictError where some of its buckets are not made yet."""
        found = self.look(name)
        if not found.is_whole:
            raise ConflictError(
                f"The lake {name} is not whole: {found.buckets} of {found.plan.n_buckets} buckets are there.",
                "Give the `showcase lake make` that began it again; it makes what is missing.",
                reason="not_whole",
            )
        return found

    def list_lakes(self) -> list[Lake]:
        """All lakes, by name."""
        names = sorted(path.name for path in self.root.iterdir()) if self.root.is_dir() else []
        found = []
        for name in names:
            if (self.root / name / PLAN).exists():
                with suppress(NotFoundError):  # removed meanwhile
                    found.append(self.look(name))
        return found

    def verify(self, name: str, progress: Progress = silent) -> LakeProof:
        """Read every row of a lake that was whole again, and compare what they come to with what was written down."""
        with self.at_work(name) as lake, scratch_folder(lake.folder) as scratch:
            if lake.fingerprint is None:
                self.require_whole(name)
            receipts = [lake.folder / bucket_name(number) / RECEIPT for number in range(lake.plan.n_buckets)]
            files = [(one, scratch / f"{one.parent.name}.json") for one in receipts if one.exists()]
            failed = self.map(check_bucket, files, lake, progress)
            found = {source: read_json(target) for source, target in files if target.name not in failed}
            return prove(lake, found, list(failed.values()))

    def remove(self, name: str) -> Lake:
        """Take a lake away with all that was forecast from it, whole or not; returns what went."""
        with self.at_work(name) as gone, disk_answers(name):
            aside = self.root / f".removed-{name}-{secrets.token_hex(4)}"
            gone.folder.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
        sweep(self.root)
        return gone

    def map(
        self, work: BucketWork, files: list[tuple[Path, Path]], lake: Lake, progress: Progress, *, stop: bool = False
    ) -> dict[str, str]:
        """Do the work on buckets; why each one failed, by its target's name, or the first alone with `stop`."""
        failed: dict[str, str] = {}
        tallies = [Tally(0, len(files))]

        def tell() -> None:
            progress(tallies[-1].share, f"{tallies[-1]} of {lake.name}")

        for end in self.compute.map(work, files, tell):
            tallies.append(tallies[-1].plus(end.failure))
            if end.failure is not None:
                failed[files[end.place][1].name] = end.failure
                if stop:
                    break
        tell()
        return failed

    def _folder(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            allowed = "1 to 63 of a-z, 0-9, _ and -, the first a letter or a digit"
            raise InvalidInputError(
                f"A lake's name is {allowed}; found {name!r:.80}.",
                "Give such a name.",
                [FieldError("name", f"{name!r:.80}", allowed)],
            )
        return self.root / name

    def _check_room(self, plan: LakePlan, missing: int) -> None:
        """UnavailableError where the disk has no room for the buckets that are missing."""
        needed = plan.estimated_bytes() * missing // plan.n_buckets + _SPARE_BYTES
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise UnavailableError(
                f"The lake needs about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free at {self.root}.",
                "Free disk space, set SHOWCASE_HOME to a larger disk, or ask for fewer stores, products or days.",
            )

    def _make_buckets(self, lake: Lake, missing: Sequence[int], progress: Progress) -> None:
        files = [(lake.folder / PLAN, lake.folder / bucket_name(number)) for number in missing]
        failed = self.map(make_bucket, files, lake, progress, stop=True)
        for bucket, why in failed.items():
            raise UnavailableError(
                f"{bucket} of the lake {lake.name} could not be made: {why}",
                "Mend that, then give the same command again; buckets that are there are not made again.",
            )


def _refuse_other(there: Lake, plan: LakePlan) -> None:
    """ConflictError where the lake that is there is not the one that was asked for."""
    if there.plan == plan:
        return
    raise ConflictError(
        f"There is a lake {there.name} already, made otherwise: {described(there.plan)}, "
        f"{there.buckets} of {there.plan.n_buckets} buckets, {there.size_bytes / 1e9:.2f} GB.",
        f"Choose another name, or remove it first with `showcase lake remove {there.name}`.",
        reason="exists",
    )
