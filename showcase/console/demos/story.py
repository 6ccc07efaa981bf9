"""What a demo is: a question, what it needs, and chapters of a sentence, a table and a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import holoviews as hv
import pandas as pd

from showcase.errors import ConflictError
from showcase.pipeline.execution import Execution
from showcase.pipeline.request import parse_request
from showcase.pipeline.summary import RunResult
from showcase.ports import Progress
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation


@dataclass(frozen=True, slots=True)
class Chapter:
    """One picture with the sentence that it proves, and the rounded table that it is drawn from."""

    title: str
    says: str
    table: pd.DataFrame
    picture: hv.Dimensioned


@dataclass(frozen=True, slots=True)
class Story:
    """One demo. `find` reads what it stands on, None where that was never made; `make` makes it.

    `chapters` are functions of what `find` gives, in the order of the story; `needs` says what making does.
    """

    name: str
    title: str
    question: str
    needs: str
    find: Callable[[Installation], Any | None]
    make: Callable[[Installation, Progress], None]
    chapters: Mapping[str, Callable[[Any], Chapter]]


def kept_run(installation: Installation, name: str, **request: Any) -> Workspace:
    """Run once and keep it under this name; the keywords are the fields of the run request."""
    sent = {"preservation": "keep", "workspace_name": name, **request}
    finished = completed(installation.launcher.start(parse_request(sent)))
    return installation.services.workspaces.show(finished.summary["workspace_id"])


def completed(execution: Execution) -> RunResult:
    """Wait for a run to complete; ConflictError (not_completed) where it ended in another way, with what its step said.

    A story that is told over a run that failed would be of something else.
    """
    finished = execution.wait()
    if finished.run_status == "completed":
        return finished
    failed = next((step for step in finished.steps if step["status"] == "fail"), None)
    why = "" if failed is None else f" in {failed['step_name']}: {failed['detail']}"
    raise ConflictError(
        f"The run of this story ended as {finished.run_status}{why}",
        "Mend what it names, then make the story again.",
        reason="not_completed",
    )


def newest_kept(installation: Installation, name: str) -> Workspace | None:
    """The newest completed workspace of exactly this name that is no replay; None where there is none."""
    page = installation.services.workspaces.find(q=name, status="completed", include_archived=True, limit=100)
    originals = (found for found in page.workspaces if found.replayed_from_workspace_id is None)
    return next((found for found in originals if found.name == name), None)
