"""Workspaces over HTTP: find, look at, change, delete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response

from showcase.errors import FieldError, InvalidInputError
from showcase.http.documentation import problems
from showcase.http.problems import StatusError
from showcase.http.routes.ids import WorkspacePath
from showcase.http.routes.workspace_models import WorkspaceDetail, WorkspacePage
from showcase.http.strict import StrictRoute
from showcase.kernel.refusals import shown
from showcase.services.workspaces import OutdatedRevisionError
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation
from showcase.workspaces.edit import WorkspaceEdit
from showcase.workspaces.listing import SORT_KEYS

_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "It still stands at the revision in If-None-Match."}
}


def workspaces_router(installation: Installation) -> APIRouter:
    """GET /demo/workspaces; GET, PATCH and DELETE of one."""
    router = APIRouter(tags=["workspaces"], route_class=StrictRoute)
    service = installation.services.workspaces

    @router.get("/demo/workspaces", response_model=WorkspacePage)
    def find(
        q: Annotated[str | None, Query(max_length=200, description="A literal piece of name, notes or a tag.")] = None,
        search: Annotated[str | None, Query(description="A search in the query language.")] = None,
        tags: Annotated[list[str] | None, Query(description="Tags; all of them. Repeat it.")] = None,
        status: Annotated[str | None, Query(description="The run's status.")] = None,
        scenario: Annotated[str | None, Query(description="The preset.")] = None,
        since: Annotated[str | None, Query(description="The first day, in UTC, as 2026-11-22.")] = None,
        until: Annotated[str | None, Query(description="The last day, in UTC.")] = None,
        include_archived: Annotated[bool, Query(description="The archived ones too.")] = False,
        sort_by: Annotated[
            str, Query(description=f"{', '.join(SORT_KEYS)}; anything else is created_at.")
        ] = "created_at",
        sort_order: Annotated[Literal["asc", "desc"], Query(description="asc or desc.")] = "desc",
        limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
        cursor: Annotated[str | None, Query(description="`next` or `previous` of another page.")] = None,
    ) -> Any:
        """A page of the library, the pinned ones first; all filters combine with AND."""
        wanted = {
            "q": q, "search": search, "status": status, "scenario": scenario, "since": since, "until": until,
            "cursor": cursor,
        }  # fmt: skip
        return service.find(
            **{name: value for name, value in wanted.items() if value is not None},
            tags=tags or [],
            include_archived=include_archived,
            sort_by=sort_by,
            sort_order=sort_order,
            limit=limit,
        )

    @router.get(
        "/demo/workspaces/{workspace_id}",
        response_model=WorkspaceDetail,
        responses={**_NOT_MODIFIED, **problems(404)},
    )
    def show(
        workspace_id: WorkspacePath,
        response: Response,
        if_none_match: Annotated[str | None, Header(description="The ETag of an earlier answer.")] = None,
    ) -> Any:
        """One workspace with its story. Once its run has ended its ETag is its revision."""
        found = service.show(workspace_id)
        tag = _etag(found)
        if tag is not None and if_none_match is not None and tag in _tags(if_none_match):
            return Response(status_code=304, headers={"etag": tag})
        _give_tag(response, found)
        return found

    @router.patch(
        "/demo/workspaces/{workspace_id}",
        response_model=WorkspaceDetail,
        responses=problems(404, 409, 412),
    )
    def edit(
        workspace_id: WorkspacePath,
        changes: WorkspaceEdit,
        response: Response,
        if_match: Annotated[str | None, Header(description="The ETag that was read, in place of `revision`.")] = None,
    ) -> Any:
        """Change what is sent, and nothing else.

        An outdated `revision` is 409, an outdated If-Match 412; both give the newer row as `newer`.
        """
        sent = changes.model_dump(exclude_unset=True)
        matched = _revision_of(if_match)
        if matched is not None and sent.setdefault("revision", matched) != matched:
            raise _refused_match(if_match, "the revision in the body")
        try:
            found = service.edit(workspace_id, sent)
        except OutdatedRevisionError as error:
            if matched is not None:
                raise StatusError(error, 412) from error
            raise
        _give_tag(response, found)
        return found

    @router.delete("/demo/workspaces/{workspace_id}", status_code=204, responses=problems(404, 409))
    def delete(workspace_id: WorkspacePath) -> Response:
        """Delete the record alone; what its run made stays. The header undo-token takes it back, once.

        409 while its run goes on.
        """
        gone = service.delete(workspace_id)
        return Response(status_code=204, headers={"undo-token": gone.undo_token or ""})

    return router


def _etag(found: Workspace) -> str | None:
    """The revision; none while the run goes on, since what it adds to the record makes no revision."""
    return None if found.status == "running" else f'"{found.revision}"'


def _give_tag(response: Response, found: Workspace) -> None:
    tag = _etag(found)
    if tag is not None:
        response.headers["etag"] = tag


def _tags(header: str) -> list[str]:
    return [one.strip().removeprefix("W/") for one in header.split(",")]


def _revision_of(if_match: str | None) -> int | None:
    """The revision in an If-Match header; None where there is none, or `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip()
    digits = text[1:-1] if len(text) > 2 and text[0] == text[-1] == '"' else ""
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 2**31):
        raise _refused_match(if_match, "the ETag of a workspace")
    return int(digits)


def _refused_match(if_match: str | None, allowed: str) -> InvalidInputError:
    return InvalidInputError(
        f"The header If-Match was expected to be {allowed}, found {shown(if_match)}.",
        "Send the ETag of the workspace that you read.",
        [FieldError("if-match", shown(if_match), allowed)],
    )
