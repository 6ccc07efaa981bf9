"""Drives work on buckets: cuts them, has them done, isolates a series that fails, and gathers the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from showcase.forecasting.buckets import Bucket, cut_into_buckets, halve_bucket, read_bucket, write_bucket
from showcase.forecasting.history import Integers, SalesMatrix
from showcase.ports import BucketWork, Compute

Series = tuple[int, int]


@dataclass(slots=True)
class Answers:
    """The answers of all buckets, and for each series without one the reason."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    lost: dict[Series, str] = field(default_factory=dict)

    def joined(self, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """All answers as one frame."""
        return pl.concat([pl.DataFrame(schema=schema), *self.frames])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many buckets have ended, of how many, and how many of those have failed; the last failure says why."""

    ended: int
    of: int
    failed: int = 0
    why: str = ""

    @property
    def share(self) -> float:
        return self.ended / self.of if self.of else 1.0

    def plus(self, failure: str | None) -> Tally:
        """The tally after one more bucket."""
        return Tally(self.ended + 1, self.of, self.failed + (failure is not None), failure or self.why)

    def __str__(self) -> str:
        told = f"{self.ended} of {self.of} buckets"
        return told if not self.failed else f"{told}, {self.failed} failed (the last: {self.why})"


@dataclass(frozen=True, slots=True)
class BucketWorker:
    """Does work in `folder` by `compute`; `tell` hears how far it is, and may raise to stop."""

    compute: Compute
    folder: Path
    tell: Callable[[Tally], None]

    def by_series(self, name: str, work: BucketWork, matrix: SalesMatrix, rows: Integers, task: Any) -> Answers:
        """Work whose answer for a series does not depend on the other ones.

        A bucket that fails is halved until the series that made it fail stands alone, so that no other is lost with it.
        """
        folder = self._folder(name)
        waiting = cut_into_buckets(matrix, rows, task, folder)
        answers = Answers()
        while waiting:
            failed, waiting = self._run(work, waiting, answers), []
            for path, reason in failed.items():
                halves = halve_bucket(path)
                waiting += halves
                if not halves:
                    answers.lost |= dict.fromkeys(_series_of(path), reason)
        return answers

    def pooled(self, name: str, work: BucketWork, matrix: SalesMatrix, task: Any) -> Answers:
        """Work that learns from every series of the matrix: one bucket that is never cut."""
        path = self._folder(name) / "all.parquet"
        write_bucket(Bucket(matrix, task), path)
        answers = Answers()
        for failed, reason in self._run(work, [path], answers).items():
            answers.lost |= dict.fromkeys(_series_of(failed), reason)
        return answers

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True)
        return folder

    def _run(self, work: BucketWork, sources: Sequence[Path], answers: Answers) -> dict[Path, str]:
        """Do the buckets, add their answers, and return those that failed with the reason."""
        files = [(source, source.with_name(f"{source.stem}.answer.parquet")) for source in sources]
        failed: dict[Path, str] = {}
        tallies = [Tally(0, len(files))]
        for end in self.compute.map(work, files, lambda: self.tell(tallies[-1])):
            tallies.append(tallies[-1].plus(end.failure))
            if end.failure is None:
                answers.frames.append(pl.read_parquet(files[end.place][1]))
            else:
                failed[files[end.place][0]] = end.failure
        return failed


def _series_of(path: Path) -> list[Series]:
    matrix = read_bucket(path).matrix
    return list(zip(matrix.store_ids.tolist(), matrix.product_ids.tolist(), strict=True))
