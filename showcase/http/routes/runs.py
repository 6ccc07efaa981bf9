"""Runs over HTTP: start one, list them, follow one, stop one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from showcase.errors import UnavailableError
from showcase.http.documentation import problems
from showcase.http.limits import counted_start
from showcase.http.routes.ids import RunPath
from showcase.http.stream import RunStreams
from showcase.http.strict import StrictRoute
from showcase.kernel.identity import RunId
from showcase.pipeline.once import start_once
from showcase.pipeline.request import RunRequest
from showcase.pipeline.results import run_json, told_result
from showcase.wiring import Installation

EVENT_STREAM = "text/event-stream"
RunStatus = Literal["running", "completed", "failed", "cancelled", "interrupted"]


class Started(BaseModel):
    """A run that goes on."""

    run_id: str
    workspace_id: str | None = Field(description="Null where the run is not kept.")


class RunItem(BaseModel):
    """One run as it stands."""

    run_id: str
    status: RunStatus
    scenario: str
    started_at: datetime
    ended_at: datetime | None
    step: str | None = Field(description="The step that it is in, or was in at its end.")
    reason: str | None = Field(description="Why it ended, where it was not completed.")
    workspace_id: str | None


class RunList(BaseModel):
    """A page of runs, newest first."""

    runs: list[RunItem]
    next: str | None = Field(description="The cursor of the page behind this one; null where it is the last.")


class Ended(BaseModel):
    """A run that has ended."""

    overall_status: Literal["pass", "fail"]
    steps: list[dict[str, Any]] = Field(description="The final event of each step.")
    winner_model_type: str | None
    winner_wape: float | None = Field(description="In per cent; null where it is undefined.")
    winning_run_id: str | None
    alias: str | None
    wall_clock_s: float | None
    workspace_id: str | None
    run_id: str
    run_status: RunStatus


class RunEvents(BaseModel):
    """Events of a run above `after`, at most 1,000; ask again with the last `seq` for more."""

    events: list[dict[str, Any]]
    run_status: RunStatus


def runs_router(installation: Installation, streams: RunStreams) -> APIRouter:
    """POST /demo/run; GET /demo/runs, /demo/runs/{run_id} and its events; POST its stop."""
    router = APIRouter(tags=["runs"], route_class=StrictRoute)
    launcher = installation.launcher

    @router.post(
        "/demo/run",
        response_model=None,
        responses={
            200: {"model": Ended, "description": "With wait=true: the run has ended, whichever way."},
            202: {"model": Started, "description": "With wait=false: the run goes on."},
            **problems(409, 429),
        },
    )
    async def start(
        request: Request,
        frame: RunRequest,
        wait: Annotated[bool, Query(description="Answer when the run has ended, not when it has begun.")] = True,
        idempotency_key: Annotated[
            str | None, Header(description="A name of your own for this request: repeated, it starts nothing new.")
        ] = None,
    ) -> Response:
        """Start a run. 409 busy where another one goes on, confirmation_required where a replay would wipe data.

        A client that disconnects stops nothing. The same Idempotency-Key with the same body gives the same run, for a
        day and from every process; with another body it is refused.
        """
        begin = counted_start(launcher, request.scope)
        started = await run_in_threadpool(start_once, launcher, frame, idempotency_key, begin)
        headers = {"location": f"runs/{started.run_id}"}
        if not wait:
            return JSONResponse(started.as_json(), status_code=202, headers=headers)
        return JSONResponse(await _result(streams, started.run_id), headers=headers)

    @router.get("/demo/runs", response_model=RunList)
    def list_runs(
        limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
        status: Annotated[RunStatus | None, Query(description="Only those of this status.")] = None,
        cursor: Annotated[RunId | None, Query(description="`next` of another page.")] = None,
    ) -> dict[str, Any]:
        """A page of runs, newest first."""
        found = launcher.recent(status=status, limit=limit + 1, behind=cursor)
        page = [run_json(run) for run in found[:limit]]
        return {"runs": page, "next": page[-1]["run_id"] if len(found) > limit else None}

    @router.get("/demo/runs/{run_id}", response_model=RunItem, responses=problems(404))
    def show_run(run_id: RunPath) -> dict[str, Any]:
        """One run as it stands."""
        return run_json(launcher.show(run_id))

    @router.get(
        "/demo/runs/{run_id}/events",
        response_model=None,
        responses={
            200: {
                "model": RunEvents,
                "description": "JSON; with `Accept: text/event-stream` a stream to the run's summary, each event's "
                "`id` its number, with a comment every 15 s where nothing happens.",
                "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
            },
            204: {"description": "A stream that was resumed behind the summary: there is nothing more to come."},
            **problems(404),
        },
    )
    async def events(
        request: Request,
        run_id: RunPath,
        after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only events with a higher number.")] = 0,
        last_event_id: Annotated[int | None, Header(ge=0, le=2**31 - 1, description="Resumes a stream.")] = None,
    ) -> Response:
        """The events of a run: those there are, or a stream of them. Watching ends nothing."""
        run = await run_in_threadpool(launcher.show, run_id)
        if EVENT_STREAM not in request.headers.get("accept", ""):
            found = await run_in_threadpool(launcher.events, run_id, after)
            return JSONResponse({"events": found, "run_status": run.status})
        after = last_event_id if last_event_id is not None else after
        if run.status != "running" and not await run_in_threadpool(launcher.events, run_id, after):
            return Response(status_code=204)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(server_sent_text(streams, run_id, after), media_type=EVENT_STREAM, headers=headers)

    @router.post(
        "/demo/runs/{run_id}/stop",
        status_code=202,
        response_model=Started,
        responses=problems(404, 409),
    )
    def stop(run_id: RunPath) -> dict[str, Any]:
        """Ask a run to stop; its step answers within two seconds. 409 where it has ended."""
        launcher.stop(run_id)
        return run_json(launcher.show(run_id))

    return router


async def _result(streams: RunStreams, run_id: str) -> dict[str, Any]:
    """Waits for the end of a run, whoever runs it."""
    async with aclosing(streams.follow(run_id)) as told:
        events = [json.loads(event.text) async for event in told if event is not None]
    result = told_result(run_id, events)
    if result is None:
        raise UnavailableError(
            f"The run {run_id[:8]} has no summary yet.", "Look at it with GET /demo/runs once the database answers."
        )
    return result.as_json()


async def server_sent_text(streams: RunStreams, run_id: str, after: int) -> AsyncIterator[str]:
    """The stream as https://html.spec.whatwg.org/multipage/server-sent-events.html defines it."""
    yield "retry: 1000\n\n"
    async with aclosing(streams.follow(run_id, after)) as told:
        async for event in told:
            yield ": still there\n\n" if event is None else f"id: {event.seq}\ndata: {event.text}\n\n"
            # a story that is there already would be written in one go: to one who has left, and before anybody else's
            await asyncio.sleep(0)
