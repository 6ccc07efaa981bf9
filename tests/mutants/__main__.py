"""`make mutants`: does a test notice when a line of the lock, a lifecycle, a decision, the verifier or the importer
is wrong?

`python -m tests.mutants [AREA ...]` changes one place after the other in a copy of the sources, and runs the tests
that visit it. A mutant is killed when one of them fails, when they do not end, or when the program cannot even be
imported. Ends with 1 where less than 85 % of an area are killed or explained (explained.toml).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.areas import AREAS
from tests.mutants.bench import Bench
from tests.mutants.changes import mutants_of
from tests.mutants.trial import database_server, load_libraries

ROOT = Path(__file__).resolve().parents[2]
ENOUGH = 0.85
Key = tuple[str, str, str]


@dataclass(slots=True)
class Outcome:
    """What became of an area's mutants."""

    made: int = 0
    killed: int = 0
    explained: list[Key] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return (self.killed + len(self.explained)) / self.made if self.made else 1.0

    def __str__(self) -> str:
        counts = f"{self.made} mutants, {self.killed} killed, {len(self.explained)} explained"
        return f"{counts}, {len(self.survivors)} live: {self.share:.1%}"


def explained() -> dict[Key, str]:
    """Why the mutants that may live do no harm, by module, function, and what was changed."""
    told = tomllib.loads((Path(__file__).parent / "explained.toml").read_text(encoding="utf-8"))
    return {(module, where, said): why for module, one in told.items() for where, said, why in _rows(one)}


def _rows(reasons: dict[str, dict[str, list[str]]]) -> list[Key]:
    return [(where, said, why) for why, places in reasons.items() for where, each in places.items() for said in each]


def is_chosen(number: int, every: int, first: int) -> bool:
    """Whether a mutant is in the sample, by its place in its area, which counts from 1."""
    return number >= first and (number - first) % every == 0


def try_area(name: str, bench: Bench, every: int, first: int, again: str | None) -> Outcome:
    """Every so-manieth mutant of an area from the `first` on, or those that live by the output `again`.

    Prints what lives.
    """
    area, outcome, known, number = AREAS[name], Outcome(), explained(), 0
    visited = bench.look(area)
    print(f"== {name}: {len(visited.seconds)} tests, {sum(visited.seconds.values()):.0f} s", flush=True)
    for module in area.modules:
        for mutant in mutants_of((ROOT / module).read_text(encoding="utf-8")):
            number += 1
            told = f"{module}:{mutant.lines[0]} in {mutant.where}: {mutant.said}"
            if not is_chosen(number, every, first) or (again is not None and f"lives: {told}\n" not in again):
                continue
            outcome.made += 1
            if not bench.survives(module, mutant, visited, number):
                outcome.killed += 1
            elif (key := (module, mutant.where, mutant.said)) in known:
                outcome.explained.append(key)
            else:
                outcome.survivors.append(told)
                print(f"lives: {told}", flush=True)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], help="all of them by default")
    parser.add_argument("--every", type=int, default=1, help="try every so-manieth mutant")
    parser.add_argument("--from", type=int, default=1, dest="first", metavar="K", help="begin with the K-th")
    parser.add_argument("--again", type=Path, help="try those alone that live in this saved output")
    given = parser.parse_args()
    again = given.again.read_text(encoding="utf-8") if given.again else None
    os.environ["SHOWCASE_TEST"] = "1"
    load_libraries()
    is_enough = True
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        Path(folder).chmod(0o755)
        with database_server(Path(folder) / "home") as url:
            bench = Bench.made_of(ROOT, Path(folder), url)
            for name in given.areas or AREAS:
                started = time.monotonic()
                outcome = try_area(name, bench, given.every, given.first, again)
                print(f"{name}: {outcome}, {time.monotonic() - started:.0f} s", flush=True)
                is_enough &= outcome.share >= ENOUGH
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
