"""WS /demo/stream: a run request in, the run's events out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from showcase.errors import ConflictError, InvalidInputError, ShowcaseError
from showcase.http.limits import RateLimitedError, counted_start
from showcase.http.stream import RunStreams
from showcase.kernel.identity import RunId
from showcase.kernel.refusals import parse_json, refusal, shown
from showcase.pipeline.events import error_event
from showcase.pipeline.execution import Execution
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import is_legacy, parse_request
from showcase.wiring import Installation

FIRST_FRAME_S = 60.0
"""How long a socket may stay silent before its first frame."""
# https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 and the registry of close codes
_NORMAL, _REFUSED, _DEFECT, _TRY_LATER = 1000, 1008, 1011, 1013


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a socket wants to hear: a run from some event on; `execution` where the socket itself started it."""

    run_id: str
    after: int = 0
    execution: Execution | None = None
    is_legacy: bool = False


class JoinFrame(BaseModel):
    """A first frame that joins a run instead of starting one."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    run_id: RunId = Field(description="The run.")
    after: int = Field(0, ge=0, le=2**31 - 1, description="Only events with a higher number.")


def socket_router(installation: Installation, streams: RunStreams) -> APIRouter:
    """WS /demo/stream. The socket that started a run stops it by leaving; one that joined stops nothing."""
    router = APIRouter()
    clock = installation.services.clock

    @router.websocket("/demo/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        # whoever is gone hears nothing; what the leaving of a starter means is seen to in _tell_all
        with suppress(WebSocketDisconnect):
            try:
                await _tell_all(socket, streams, await _enter(socket, installation.launcher))
            except ShowcaseError as error:
                await socket.send_text(json.dumps(error_event(error, clock.now()), ensure_ascii=False))
                await socket.close(_close_code(error))

    return router


def _close_code(error: ShowcaseError) -> int:
    if isinstance(error, ConflictError | RateLimitedError):
        return _TRY_LATER
    return _REFUSED if error.kind in ("invalid_input", "not_found") else _DEFECT


async def _enter(socket: WebSocket, launcher: Launcher) -> _Wish:
    values = parse_json(await _first_frame(socket), "first frame")
    if not isinstance(values, Mapping):
        raise _no_object(f"found {shown(values)}")
    if "run_id" in values:
        join = _parse_join(values)
        return _Wish((await run_in_threadpool(launcher.show, join.run_id)).run_id, join.after)
    execution = await run_in_threadpool(counted_start(launcher, socket.scope), parse_request(values))
    return _Wish(execution.run_id, execution=execution, is_legacy=is_legacy(values))


async def _first_frame(socket: WebSocket) -> str:
    try:
        message = await asyncio.wait_for(socket.receive(), FIRST_FRAME_S)
    except TimeoutError:
        message = {"type": "websocket.receive"}
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text = message.get("text")
    if text is None:
        raise _no_object("no text came")
    return str(text)


def _no_object(found: str) -> InvalidInputError:
    return InvalidInputError(
        f"The first frame was expected to be one JSON object as text; {found}.",
        "Send a run request such as {}, or {run_id, after} to join a run.",
    )


def _parse_join(values: Mapping[str, Any]) -> JoinFrame:
    try:
        return JoinFrame.model_validate(dict(values))
    except ValidationError as error:
        raise refusal(error, "first frame") from error


async def _tell_all(socket: WebSocket, streams: RunStreams, wish: _Wish) -> None:
    """Tell the run to its summary, and hear meanwhile whether the other side leaves."""
    telling = asyncio.create_task(_tell(socket, streams, wish))
    hearing = asyncio.create_task(_hear(socket))
    try:
        await asyncio.wait({telling, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if telling.done():
            await telling
            await socket.close(_NORMAL)
    finally:
        if not telling.done() and wish.execution is not None:
            wish.execution.request_stop()
        for task in (telling, hearing):
            task.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect):
                await task


async def _tell(socket: WebSocket, streams: RunStreams, wish: _Wish) -> None:
    async with aclosing(streams.follow(wish.run_id, wish.after)) as told:
        async for event in told:
            if event is not None:
                await socket.send_text(event.legacy_text() if wish.is_legacy else event.text)


async def _hear(socket: WebSocket) -> None:
    """Until the other side leaves; what it says after its first frame is not asked for, and not kept."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
