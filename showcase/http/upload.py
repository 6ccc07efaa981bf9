"""Receives a multipart form with one file, which goes to disk as it comes."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from showcase.errors import UnavailableError
from showcase.http.form_parts import FormParts, refused
from showcase.kernel.clean import plain_line
from showcase.kernel.refusals import shown

LARGEST_IMPORT_BYTES = 2 * 1024**3
_WRITTEN_AT_ONCE = 1024**2
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, and its file: where it lies and what its sender calls it."""

    path: Path
    file_name: str = "upload"
    fields: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def received_form(request: Request, folder: Path) -> AsyncIterator[Form]:
    """The form of a request, its file in a folder of its own below `folder` until the block ends.

    InvalidInputError where it is no form, has no file or several, or a field that is not text; UnavailableError where
    the disk does not take it.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    own = await run_in_threadpool(_make_folder, folder)
    try:
        yield await _receive(request, boundary, own / "file")
    finally:
        await run_in_threadpool(shutil.rmtree, own, ignore_errors=True)


def _make_folder(parent: Path) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="upload-", dir=parent))
    except OSError as error:
        raise _disk_fault(error) from error


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise refused("content-type", shown(content_type), "multipart/form-data with a boundary")
    return boundary


async def _receive(request: Request, boundary: bytes, path: Path) -> Form:
    try:
        with path.open("xb") as file:
            parts = FormParts(boundary, file)
            await _feed(request, parts)
            parts.finish()
    except FormParserError as error:
        raise refused("body", shown(str(error)), "a whole multipart form") from error
    except OSError as error:
        raise _disk_fault(error) from error
    return Form(path, _plain_name(parts.file_name), parts.fields)


async def _feed(request: Request, parts: FormParts) -> None:
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _WRITTEN_AT_ONCE:
            await run_in_threadpool(parts.write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(parts.write, bytes(waiting))


def _plain_name(given: bytes) -> str:
    """What the sender calls the file, without folders and signs that cannot be shown; it never becomes a path."""
    name = re.split(r"[/\\]", given.decode("utf-8", "replace"))[-1]
    return plain_line(name, longest=_LONGEST_NAME) or "upload"


def _disk_fault(error: OSError) -> UnavailableError:
    return UnavailableError(
        f"The file that was sent could not be kept on the server: {error.strerror or 'the disk failed'}.",
        "Free disk space on the server, or import the file there with `showcase import FILE`.",
    )
