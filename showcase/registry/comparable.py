"""Which two model runs may be compared, and why others may not."""

from __future__ import annotations

from dataclasses import dataclass

from showcase.registry.entry import RegistryEntry


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason against a comparison: a stable word for programs, a sentence for people."""

    reason: str
    detail: str


def obstacles(first: RegistryEntry, second: RegistryEntry) -> tuple[Obstacle, ...]:
    """Every reason against comparing the two; none where they have the same grain, windows that overlap and the same
    feature frame version."""
    found = []
    if first.grain != second.grain:
        found.append(
            Obstacle(
                "grain_differs",
                f"One speaks of store {first.grain[0]} and product {first.grain[1]}, the other of store "
                f"{second.grain[0]} and product {second.grain[1]}.",
            )
        )
    if first.window.end < second.window.start or second.window.end < first.window.start:
        found.append(
            Obstacle(
                "windows_do_not_overlap",
                f"One saw the days {first.window}, the other {second.window}; they share none.",
            )
        )
    if first.feature_frame_version != second.feature_frame_version:
        found.append(
            Obstacle(
                "feature_frame_version_differs",
                f"One reads feature frame V{first.feature_frame_version}, the other V{second.feature_frame_version}.",
            )
        )
    return tuple(found)
