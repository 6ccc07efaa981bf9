"""Where the time of a run goes, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.figures import WINDOW_S
from benchmarks.home import fresh_installation
from showcase.pipeline.request import parse_request

SCENARIOS = ("demo_minimal", "retail_standard", "showcase_rich")
RUNS = 5


def step_times() -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each step in RUNS warm runs of each preset, reset and seeded anew."""
    found: dict[str, dict[str, list[float]]] = {}
    with fresh_installation(decision_window_s=WINDOW_S) as installation:
        for scenario in SCENARIOS:
            request = parse_request({"scenario": scenario, "reset": True, "skip_seed": False, "preservation": "keep"})
            installation.launcher.start(request).wait()
            taken: dict[str, list[float]] = {}
            for _ in range(RUNS):
                for step in installation.launcher.start(request).wait().steps:
                    taken.setdefault(step["step_name"], []).append(step["duration_ms"])
            found[scenario] = taken
    return found


def table() -> str:
    """The figures as Markdown: a row for each step, a column for each preset, and the spread of the runs below."""
    found = step_times()
    steps = list(dict.fromkeys(name for taken in reversed(found.values()) for name in taken))
    lines = [f"| step, median ms | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    lines += [f"| {name} | {_cells(found, name)} |" for name in steps]
    totals = {scenario: [sum(run) for run in zip(*taken.values(), strict=True)] for scenario, taken in found.items()}
    lines.append(f"| **all** | {' | '.join(_told(taken) for taken in totals.values())} |")
    spread = ", ".join(f"{name} {min(taken):.0f} to {max(taken):.0f}" for name, taken in totals.items())
    lines += ["", f"{RUNS} warm, kept runs of each, reset and seeded anew. All steps of a run, in ms: {spread}."]
    return "\n".join(lines)


def _cells(found: Mapping[str, Mapping[str, Sequence[float]]], step: str) -> str:
    return " | ".join(_told(taken[step]) if step in taken else "" for taken in found.values())


def _told(taken: Sequence[float]) -> str:
    return f"{median(taken):.0f}"
