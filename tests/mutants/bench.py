"""A copy of the sources in which one mutant after the other is tried."""

from __future__ import annotations

import compileall
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutants.areas import Area
from tests.mutants.changes import Mutant
from tests.mutants.trial import PASSED, run_forked, run_tests
from tests.mutants.visits import Visits

_COPIED = ("showcase", "tests", "migrations", "notebooks", "docs", "scripts", "pyproject.toml", "README.md")
_FIRST_TIMEOUT_S = 900.0
_AT_LEAST_S, _TIMES_AS_LONG = 20.0, 10.0


@dataclass(frozen=True, slots=True)
class Visited:
    """Which tests visit a line, the quickest first, and how long each takes."""

    tests_of: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]

    def of(self, module: str, lines: range) -> list[str]:
        """Those that visit one of the lines; every test where none does: it may run in a process of its own."""
        found = set().union(*(self.tests_of.get((module, line), set()) for line in lines))
        return sorted(found or self.seconds, key=self.seconds.__getitem__)

    def timeout_s(self, tests: Iterable[str]) -> float:
        return _AT_LEAST_S + _TIMES_AS_LONG * sum(self.seconds[test] for test in tests)


@dataclass(frozen=True, slots=True)
class Bench:
    """The copy, the database that its tests use, and where they write."""

    folder: Path
    database_url: str
    log: Path

    @classmethod
    def made_of(cls, root: Path, folder: Path, database_url: str) -> Bench:
        """A bench with the sources below `root`."""
        copy = folder / "sources"
        copy.mkdir()
        for name in _COPIED:
            if (root / name).is_dir():
                shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(root / name, copy / name)
        compileall.compile_dir(copy / "showcase", quiet=2)
        return cls(copy, database_url, folder / "trial.log")

    def look(self, area: Area) -> Visited:
        """Run the tests of an area over sources that are whole; RuntimeError where they are not green."""

        def work() -> tuple[int, Any]:
            seen = Visits([self.folder / module for module in area.modules])
            code = run_tests(self.folder, list(area.tests), self.database_url, 0, seen)
            return code, [[*place, sorted(tests)] for place, tests in seen.tests_of.items()] + [seen.seconds]

        code, told = run_forked(work, _FIRST_TIMEOUT_S, self.log)
        if code != PASSED:
            raise RuntimeError(f"The tests are not green without any change:\n{self.log.read_text()}")
        *places, seconds = told
        prefix = f"{self.folder}/"
        tests_of = {(path.removeprefix(prefix), line): set(tests) for path, line, tests in places}
        return Visited(tests_of, seconds)

    def survives(self, module: str, mutant: Mutant, visited: Visited, number: int) -> bool:
        """Whether every test that visits the mutant's lines stays green."""
        path, tests = self.folder / module, visited.of(module, mutant.lines)

        def work() -> tuple[int, Any]:
            sys.dont_write_bytecode = True
            return run_tests(self.folder, tests, self.database_url, number), None

        whole = path.read_text(encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        path.write_text(mutant.source, encoding="utf-8")
        try:
            return run_forked(work, visited.timeout_s(tests), self.log)[0] == PASSED
        finally:
            path.write_text(whole, encoding="utf-8")
