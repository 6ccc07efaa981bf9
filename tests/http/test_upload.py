"""A form is taken as it comes, and what its sender may send is bounded: fields, files, and what it leaves behind."""

from __future__ import annotations

import asyncio
import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from python_multipart.exceptions import FormParserError

from showcase.errors import InvalidInputError
from showcase.http.app import build_app
from showcase.http.form_parts import LARGEST_FIELD_BYTES, MOST_FIELDS, FormParts
from showcase.wiring import Installation

SALES = b"date,store,product,quantity\n" + b"".join(b"2026-01-%02d,a,b,%d\n" % (day, day) for day in range(1, 29))
MULTIPART = "multipart/form-data; boundary=xyz"


def part(name: str, content: bytes, more: str = "", header: str = "") -> bytes:
    told = f'Content-Disposition: form-data; name="{name}"{more}\r\n{header}\r\n'
    return b"--xyz\r\n" + told.encode() + content + b"\r\n"


FILE = part("file", SALES, '; filename="sales.csv"')
END = b"--xyz--\r\n"


def taken(*pieces: bytes) -> tuple[FormParts, bytes]:
    """The parts of a form that comes in these pieces, and what is in its file."""
    file = io.BytesIO()
    parts = FormParts(b"xyz", file)
    for piece in pieces:
        parts.write(piece)
    parts.finish()
    return parts, file.getvalue()


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_form_is_the_same_however_it_is_cut(size: int) -> None:
    whole = part("decimal", b",") + FILE + part("returns", "net ü".encode()) + END
    parts, file = taken(*(whole[at : at + size] for at in range(0, len(whole), size)))
    assert (parts.fields, parts.file_name, file) == ({"decimal": ",", "returns": "net ü"}, b"sales.csv", SALES)


def test_a_field_is_refused_as_soon_as_it_is_too_large() -> None:
    parts = FormParts(b"xyz", io.BytesIO())
    parts.write(part("mapping", b"x" * LARGEST_FIELD_BYTES)[:-2])
    with pytest.raises(InvalidInputError, match="mapping: found more, allowed is at most 65536 bytes"):
        parts.write(b"x" * 100)  # and not when it ends, which may be two GiB later


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (b"".join(part(f"f{number}", b"x") for number in range(MOST_FIELDS + 1)), "at most 20"),
        (part("decimal", b".") * 2 + FILE + END, "each field once"),
        (FILE + FILE + END, "several files"),
        (part("other", b"x", '; filename="a.csv"') + END, "a file in the field"),
        (part("file", b"x", header="Content-Transfer-Encoding: base64\r\n") + END, "without an encoding"),
        (part("decimal", b"\xff") + FILE + END, "text in UTF-8"),
        (part("decimal", b"a\0b") + FILE + END, "NUL byte"),
        (part("decimal", b".") + END, "no file"),
    ],
)
def test_a_form_that_is_not_ours_is_refused(form: bytes, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        taken(form)


@pytest.mark.parametrize(
    "form", [b"", b"x", FILE, FILE + b"--xyz", part("", b"x") + END, b"--xyz\r\n\r\nx\r\n" + END, b"--other--\r\n"]
)
def test_what_is_no_whole_form_is_refused(form: bytes) -> None:
    with pytest.raises(FormParserError):
        taken(form)


def test_a_disk_that_does_not_take_a_file_is_told_in_our_words(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_parts: object, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FormParts, "write", full)
    answer = client.post("/datasets/import", content=FILE + END, headers={"content-type": MULTIPART})
    assert (answer.status_code, "No space left" in answer.json()["detail"]) == (503, True)
    assert "showcase import FILE" in answer.json()["remedy"]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_whoever_leaves_while_a_file_comes_leaves_nothing_and_is_no_defect(
    installation: Installation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = build_app(installation, hosts=["testserver"], only="http")
    heard: list[dict[str, Any]] = [
        {"type": "http.request", "body": FILE[:60], "more_body": True}, {"type": "http.disconnect"},
    ]  # fmt: skip
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/datasets/import", "raw_path": b"/datasets/import", "root_path": "", "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"content-type", MULTIPART.encode())], "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return heard.pop(0)

    async def send(_message: object) -> None:
        """Nobody hears it."""

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # messages as a server makes them
    assert "defect" not in caplog.text
    assert list((tmp_path / "scratch").iterdir()) == []
