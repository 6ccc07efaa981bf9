"""A plugin that notes which tests visit which lines of some modules, and how long each takes."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

_TOOL = sys.monitoring.COVERAGE_ID


class Visits:
    """`tests_of[path, line]` are the ids of the tests that visit it; `seconds[id]` is what a test took."""

    def __init__(self, modules: list[Path]) -> None:
        self._files = {str(path) for path in modules}
        self._test = ""
        self.tests_of: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self) -> Iterator[None]:
        sys.monitoring.use_tool_id(_TOOL, "mutants")
        sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, self._visited)
        sys.monitoring.set_events(_TOOL, sys.monitoring.events.LINE)
        yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self._test = item.nodeid
        sys.monitoring.restart_events()
        started = time.perf_counter()
        done = yield
        self.seconds[item.nodeid] = time.perf_counter() - started
        self._test = ""
        return done

    def _visited(self, code: CodeType, line: int) -> object:
        # each line is heard of once a test, and a line elsewhere never again
        if code.co_filename in self._files and self._test:
            self.tests_of[code.co_filename, line].add(self._test)
        return sys.monitoring.DISABLE
