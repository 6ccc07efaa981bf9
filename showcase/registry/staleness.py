"""When the model that an alias points at is out of date, and why."""

from __future__ import annotations

from collections.abc import Iterable

from showcase.registry.entry import RegistryEntry

RUN_NOT_SUCCESS = "run_not_success"
FEATURE_FRAME_VERSION_MISMATCH = "feature_frame_version_mismatch"
NEWER_SUCCESS_RUN = "newer_success_run"
STALE_REASONS = (RUN_NOT_SUCCESS, FEATURE_FRAME_VERSION_MISMATCH, NEWER_SUCCESS_RUN)
"""The reasons in the order in which they are told."""


def newest_success(run: RegistryEntry, others: Iterable[RegistryEntry]) -> RegistryEntry | None:
    """The newest success of the run's grain, the run itself left out.

    Demonstrations and real runs never see each other. Newer is who saw later days, so that a model registered now for
    an earlier cutoff makes nothing stale.
    """
    rivals = [
        other
        for other in others
        if other.run_id != run.run_id
        and other.grain == run.grain
        and other.status == "success"
        and other.synthetic == run.synthetic
    ]
    return max(rivals, key=lambda rival: rival.age, default=None)


def stale_reasons(run: RegistryEntry, others: Iterable[RegistryEntry]) -> tuple[str, ...]:
    """Why an alias to this run is stale, in the order of STALE_REASONS; empty where it is fresh.

    The feature frame mismatches where a newer success of the grain reads another version.
    """
    newest = newest_success(run, others)
    is_outdated = newest is not None and newest.age > run.age
    holds = {
        RUN_NOT_SUCCESS: run.status != "success",
        FEATURE_FRAME_VERSION_MISMATCH: newest is not None
        and is_outdated
        and newest.feature_frame_version != run.feature_frame_version,
        NEWER_SUCCESS_RUN: is_outdated,
    }
    return tuple(reason for reason in STALE_REASONS if holds[reason])
