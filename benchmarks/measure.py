"""Times two ways in turn and gives the ratio pair by pair, so that a machine whose speed drifts does not mislead."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """Ours against a reference: medians in seconds, and the ratio's median, lowest and highest."""

    name: str
    size: str
    ours: float
    reference: str
    theirs: float
    ratio: float
    lowest: float
    highest: float
    runs: int


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu_seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call, in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def compare(
    name: str,
    size: str,
    ours: Callable[[], object],
    reference: str,
    theirs: Callable[[], object],
    *,
    runs: int = 5,
    clock: Callable[[Callable[[], object]], float] = seconds,
    warm_up: bool = True,
) -> Figure:
    """Run both in turn, A B A B ..., after one warm-up of each, unless both were run before."""
    if warm_up:
        ours(), theirs()
    pairs = [(clock(ours), clock(theirs)) for _ in range(runs)]
    ratios = [one / other for one, other in pairs]
    return Figure(
        name, size, median(one for one, _ in pairs), reference, median(other for _, other in pairs),
        median(ratios), min(ratios), max(ratios), runs,
    )  # fmt: skip


def noise(rounds: int = 15) -> float:
    """How many times its quickest run the slowest of equal loops took: 1.0 on a quiet machine."""
    taken = [seconds(lambda: sum(i * i for i in range(300_000))) for _ in range(rounds)]
    return max(taken) / min(taken)
