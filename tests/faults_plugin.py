"""Names which fault of docs/faults.md a test injects, and prints one line a fault at the end of `make faults`."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="print one line a fault, with its figures")


class FaultReport:
    """Gathers the outcome of every test that injects a fault."""

    def __init__(self) -> None:
        self.promises: dict[str, str] = {}
        self.outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.figures: defaultdict[str, list[str]] = defaultdict(list)
        self._faults: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            marks = list(item.iter_markers("fault"))
            self._faults[item.nodeid] = [mark.args[0] for mark in marks]
            self.promises.update({mark.args[0]: mark.args[1] for mark in marks if len(mark.args) > 1})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and not (report.when == "setup" and report.outcome != "passed"):
            return
        for fault in self._faults.get(report.nodeid, []):
            self.outcomes[fault][report.outcome] += 1
            self.figures[fault] += [str(value) for name, value in report.user_properties if name == "figure"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("faults")
        for fault in sorted(self.outcomes, key=_order):
            counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(self.outcomes[fault].items()))
            figures = "".join(f"; {figure}" for figure in self.figures[fault])
            terminalreporter.write_line(f"{fault:<4} {self.promises.get(fault, '')}: {counts}{figures}")


def _order(fault: str) -> tuple[str, int]:
    return fault[0], int(fault[1:])


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--faults"):
        config.pluginmanager.register(FaultReport())
