"""Names which fault of docs/faults.md a test injects, and prints one line a fault at the end of `make faults`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "faults.md"
_ROW = re.compile(r"^\| (?P<name>[A-Z]\d+) \| (?P<what>[^|]+) \| (?P<promise>[^|]+) \|", re.MULTILINE)


def faults_of_the_page() -> list[tuple[str, str]]:
    """Each row of docs/faults.md: the fault's name and what it is."""
    return [(row["name"], row["what"]) for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="print one line a fault, with its figures")


class FaultReport:
    """Gathers the outcome of every test that injects a fault."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.figures: defaultdict[str, list[str]] = defaultdict(list)
        self._faults: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._faults[item.nodeid] = [mark.args[0] for mark in item.iter_markers("fault")]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and not (report.when == "setup" and report.outcome != "passed"):
            return
        figures = [str(value) for name, value in report.user_properties if name == "figure"]
        for fault in self._faults.get(report.nodeid, []):
            self.outcomes[fault][report.outcome] += 1
            self.figures[fault] += figures
            self._tell_at_once(f"{fault}: {report.duration:.0f} s; {'; '.join(figures)}" if figures else "")

    def _tell_at_once(self, line: str) -> None:
        """The large sizes take half an hour: a figure is not to wait for all of them."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if line and terminal is not None:
            terminal.write_line(f"\n{line}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("faults")
        for fault, what in faults_of_the_page():
            counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(self.outcomes[fault].items()))
            counts = counts or "not run; `make faults-full` has it"
            figures = "".join(f"; {figure}" for figure in self.figures[fault])
            terminalreporter.write_line(f"{fault:<4} {what}: {counts}{figures}")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--faults"):
        config.pluginmanager.register(FaultReport(config))
