"""Everything that a story points at is named once, with its place, whatever stands there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from showcase.workspaces.health import Reference, read_references, tell_health

AT = datetime(2026, 1, 2, tzinfo=UTC)
A, B, C, D = ("a" * 32, "b" * 32, "c" * 32, "d" * 64)
STORY: dict[str, Any] = {
    "workspace_id": "0" * 32,
    "status": "completed",
    "run_id": A,
    "data_fingerprint": D,
    "replayed_from_workspace_id": None,
    "job_ids": [B],
    "approval_events": [{"action_id": C}],
    "created_objects": {
        "run_id": A,
        "data_set_id": 7,
        "job_ids": [B],
        "model_run_ids": [C],
        "files": {"forecast": D},
        "alias": "demo-production",
        "enrichment_digest": None,
    },
}


def test_each_thing_is_named_once_at_its_first_place() -> None:
    assert read_references(STORY) == (
        Reference("run_id", "run", A),
        Reference("data_fingerprint", "data_set", D),
        Reference("job_ids[0]", "job", B),
        Reference("created_objects.model_run_ids[0]", "model_run", C),
        Reference("created_objects.files.forecast", "artifact", D),
        Reference("created_objects.alias", "alias", "demo-production"),
        Reference("approval_events[0].action_id", "decision", C),
    )


def test_the_health_counts_what_was_found_out_and_leaves_the_rest_unknown() -> None:
    references = read_references(STORY)
    told = tell_health(STORY, references, {references[0]: "alive", references[1]: "dead"}, AT)
    assert (told.alive, told.dead, told.unknown, told.partial_run) == (1, 1, 5, False)
    assert tell_health({**STORY, "status": "interrupted"}, (), {}, AT).partial_run
    assert set(told.as_json()) == {
        "workspace_id", "workspace_status", "partial_run", "references", "alive", "dead", "unknown", "checked_at",
    }  # fmt: skip
    assert told.as_json()["references"][1] == {
        "key": "data_fingerprint", "ref_type": "data_set", "ref_id": D, "status": "dead",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "kind", "ref_id"),
    [
        ({"model_run_ids": 5}, "model_run", "5"),
        ({"model_run_ids": {"x": ["not an id"]}}, "model_run", "not an id"),
        ({"files": {"forecast": "../../etc/passwd"}}, "artifact", "../../etc/passwd"),
        ({"alias": "a\x00b"}, "alias", "a\x00b"),
        ({"something_new": [A]}, "something_new", A),
    ],
)
def test_what_is_no_id_or_of_no_known_kind_is_named_and_never_asked_for(
    made: dict[str, Any], kind: str, ref_id: str
) -> None:
    (found,) = read_references({"created_objects": made})
    assert (found.ref_type, found.ref_id, found.can_be_asked) == (kind, ref_id, False)


@pytest.mark.parametrize("broken", [None, [], "text", 3])
def test_a_story_that_was_overwritten_is_read_all_the_same(broken: object) -> None:
    assert read_references({"created_objects": broken, "approval_events": broken, "job_ids": None}) == ()
