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
from python_multipart.multipart import Field, File, FormParser, create_form_parser
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.clean import plain_line
from showcase.kernel.refusals import check_plain, shown

LARGEST_IMPORT_BYTES = 2 * 1024**3
_LARGEST_FIELD_BYTES = 64 * 1024
_WRITTEN_AT_ONCE = 1024**2
_LONGEST_NAME = 200


@dataclass(slots=True)
class Form:
    """The fields of a form, and its file: where it lies and what its sender calls it."""

    fields: dict[str, str] = field(default_factory=dict)
    path: Path | None = None
    file_name: str = "upload"


@asynccontextmanager
async def received_form(request: Request, folder: Path) -> AsyncIterator[Form]:
    """The form of a request, its file in a folder of its own below `folder` until the block ends.

    InvalidInputError where it is no form, has no file or several, or a field that is not text.
    """
    own = await run_in_threadpool(_make_folder, folder)
    try:
        form = await _receive(request, own)
        yield form
    finally:
        await run_in_threadpool(shutil.rmtree, own, ignore_errors=True)


def _make_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="upload-", dir=parent))


async def _receive(request: Request, folder: Path) -> Form:
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise _refused("content-type", shown(content_type), "multipart/form-data with a boundary")
    form, files = Form(), list[File]()
    try:
        parser = create_form_parser(
            {"Content-Type": content_type.encode("latin-1")},
            lambda given: _take_field(form, given),
            files.append,
            config={"UPLOAD_DIR": str(folder), "UPLOAD_DELETE_TMP": False, "MAX_MEMORY_FILE_SIZE": 0},
        )
        await _feed(request, parser)
    except FormParserError as error:
        raise _refused("body", shown(str(error)), "a whole multipart form") from error
    finally:
        for one in files:
            one.close()  # what was written stays in the folder
    if len(files) != 1 or files[0].field_name != b"file":
        raise _refused("file", f"{len(files)} files", "one file in the field `file`")
    form.path = await run_in_threadpool(_kept, files[0], folder)
    form.file_name = _plain_name(files[0].file_name)
    return form


async def _feed(request: Request, parser: FormParser) -> None:
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _WRITTEN_AT_ONCE:
            await run_in_threadpool(parser.write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(parser.write, bytes(waiting))
    await run_in_threadpool(parser.finalize)


def _take_field(form: Form, given: Field) -> None:
    name, value = (given.field_name or b"").decode("utf-8", "replace"), given.value or b""
    if len(value) > _LARGEST_FIELD_BYTES:
        raise _refused(name[:50], f"{len(value)} bytes", f"at most {_LARGEST_FIELD_BYTES} bytes")
    if name in form.fields:
        raise _refused(name[:50], "two values", "each field once")
    try:
        form.fields[name] = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(name[:50], "bytes that are no text", "text in UTF-8") from error
    check_plain(form.fields[name], name[:50])


def _kept(received: File, folder: Path) -> Path:
    if received.in_memory:  # an empty file never reached the disk
        path = folder / "empty"
        path.touch()
        return path
    assert received.actual_file_name is not None  # it has a name as soon as it is on disk
    return Path(received.actual_file_name.decode())


def _plain_name(given: bytes | None) -> str:
    """What the sender calls the file, without folders and signs that cannot be shown; it never becomes a path."""
    text = (given or b"").decode("utf-8", "replace")
    name = re.split(r"[/\\]", text)[-1]
    return plain_line(name, longest=_LONGEST_NAME) or "upload"


def _refused(name: str, found: str, allowed: str) -> InvalidInputError:
    error = FieldError(name, found, allowed)
    return InvalidInputError(
        f"The form was refused: {error}.", "Send a multipart form with the sales in the field `file`.", [error]
    )
