"""The parts of a multipart form: its fields, each small, into memory, and its one file onto the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.refusals import check_plain, shown

FILE_FIELD = "file"
LARGEST_FIELD_BYTES = 64 * 1024
MOST_FIELDS = 20
_AS_IT_IS = (b"", b"7bit", b"8bit", b"binary")


class FormParts:
    """Takes a form piece by piece, and refuses it as soon as it is too much: what a sender may send is bounded.

    The library's own form parser keeps every field in memory, however large, and a file open for every part.
    """

    def __init__(self, boundary: bytes, file: BinaryIO) -> None:
        self.fields: dict[str, str] = {}
        self.file_name = b""
        self._file = file
        self._files = 0
        self._is_whole = False
        self._take: Callable[[bytes], object] = file.write
        self._field, self._value = "", bytearray()
        self._header, self._told = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._told.extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin,
                "on_part_data": self._go_on,
                "on_part_end": self._end,
                "on_end": self._note_whole,
            },
        )

    def write(self, data: bytes) -> None:
        """Take the next piece. FormParserError where it is no form, InvalidInputError where it is not ours."""
        self._parser.write(data)

    def finish(self) -> None:
        """There is no more; refused where the form breaks off, or has no file."""
        if not self._is_whole:
            raise MultipartParseError("it breaks off")
        if not self._files:
            raise refused(FILE_FIELD, "no file", f"one file in the field `{FILE_FIELD}`")

    def _note_whole(self) -> None:
        self._is_whole = True

    def _end_header(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._told).strip()
        self._header.clear()
        self._told.clear()

    def _begin(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        encoding = self._headers.get(b"content-transfer-encoding", b"").lower()
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if kind != b"form-data" or not self._field:
            raise MultipartParseError("a part has no name")
        if encoding not in _AS_IT_IS:
            # https://www.rfc-editor.org/rfc/rfc7578#section-4.7: nobody is to use it any more
            raise refused(self._field[:50], shown(encoding.decode("latin-1")), "a part as it is, without an encoding")
        if b"filename" in options:
            self._files += 1
            if self._field != FILE_FIELD or self._files > 1:
                found = f"a file in the field {shown(self._field)}" if self._files == 1 else "several files"
                raise refused(FILE_FIELD, found, f"one file in the field `{FILE_FIELD}`")
            self.file_name, self._take = options[b"filename"], self._file.write
            return
        if self._field in self.fields:
            raise refused(self._field[:50], "two values", "each field once")
        if len(self.fields) >= MOST_FIELDS:
            raise refused("fields", f"more than {MOST_FIELDS}", f"at most {MOST_FIELDS}")
        self._value.clear()
        self._take = self._add

    def _go_on(self, data: bytes, start: int, end: int) -> None:
        self._take(data[start:end])

    def _add(self, piece: bytes) -> None:
        self._value += piece
        if len(self._value) > LARGEST_FIELD_BYTES:
            raise refused(self._field[:50], "more", f"at most {LARGEST_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if self._take != self._add:
            return
        try:
            self.fields[self._field] = self._value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise refused(self._field[:50], "bytes that are no text", "text in UTF-8") from error
        check_plain(self.fields[self._field], self._field[:50])


def refused(name: str, found: str, allowed: str) -> InvalidInputError:
    """The refusal of a form because of one of its parts."""
    error = FieldError(name, found, allowed)
    return InvalidInputError(
        f"The form was refused: {error}.", "Send a multipart form with the sales in the field `file`.", [error]
    )
