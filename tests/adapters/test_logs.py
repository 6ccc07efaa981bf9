"""The log says what happened, in short, and never a secret."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from showcase.adapters.logs import MOST_BYTES, PlainFormatter, library_logs, write_logs
from showcase.settings import Settings

SECRET = "sk-0123456789"


def formatted(message: str, *arguments: object, secrets: tuple[str, ...] = (SECRET,)) -> str:
    record = logging.LogRecord("showcase.x", logging.WARNING, __file__, 1, message, arguments, None)
    return PlainFormatter(secrets).format(record)


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("showcase")
    before = (found.level, list(found.handlers))
    yield found
    found.level, found.handlers = before


def test_a_secret_is_hidden_in_message_arguments_and_traceback(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    write_logs("info", [SECRET])
    try:
        int(SECRET)
    except ValueError:
        logger.exception("asked with %s", SECRET)
    said = capsys.readouterr().err
    assert SECRET not in said
    assert said.count("[hidden]") >= 2
    assert "ValueError" in said


def test_a_secret_inside_another_hides_both() -> None:
    said = formatted("a %s b %s", "pass", "password-1", secrets=("pass", "password-1"))
    assert said.endswith("a [hidden] b [hidden]")


@given(st.text(min_size=0, max_size=5000))
def test_a_record_is_at_most_two_kilobytes_and_begins_one_line(text: str) -> None:
    said = formatted("%s", text)
    assert len(said.encode()) <= MOST_BYTES
    assert all(line.startswith("    ") for line in said.split("\n")[1:])
    assert all(each.isprintable() or each == "\n" for each in said)


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=MOST_BYTES // 2, max_size=3000))
def test_what_is_cut_keeps_head_and_tail_and_counts_what_is_between(text: str) -> None:
    said = formatted("%s", text).partition("WARNING showcase.x: ")[2]
    cut = re.fullmatch(r"(.*) … \((\d+) bytes left out\) … (.*)", said)
    if cut is None:
        assert said == text
        return
    head, left_out, tail = cut.groups()
    assert text.startswith(head)
    assert text.endswith(tail)
    assert int(left_out) == len(text.encode()) - len(head.encode()) - len(tail.encode())
    assert min(len(head), len(tail)) > MOST_BYTES // 12  # of four bytes each


@given(st.lists(st.text("xä", max_size=400), min_size=4, max_size=12))
def test_no_part_of_a_secret_is_left_where_a_record_is_cut(between: list[str]) -> None:
    said = formatted("%s", "£€¥".join(between), secrets=("£€¥",))
    assert not set(said) & set("£€¥")


def test_the_end_of_a_long_trace_is_told(logger: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    write_logs("info", [SECRET])
    many = ExceptionGroup("many", [ValueError("x" * MOST_BYTES), ValueError(f"the last of them, {SECRET}")])
    logger.error("the first line", exc_info=many)
    said = capsys.readouterr().err
    assert "the first line" in said
    assert "bytes left out" in said
    assert "ValueError: the last of them, [hidden]" in said


def test_the_level_is_that_of_the_setting_and_the_last_call_counts(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    write_logs("info", [])
    write_logs("error", [])
    logger.warning("quiet")
    logger.error("loud")
    assert capsys.readouterr().err.count("loud") == 1
    assert "quiet" not in capsys.readouterr().err


def test_what_a_library_logs_while_a_server_runs_is_cut_and_hidden_too(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    library, brought = logging.getLogger("a_library"), logging.StreamHandler()
    library.addHandler(brought)
    write_logs("info", [SECRET])
    with library_logs([SECRET], lambda record: record.msg != "of no interest"):
        library.warning("got %s", SECRET + "x\n" * MOST_BYTES)
        library.info("too quiet")
        library.error("of no interest")
        logger.warning("of ours")
    assert library.handlers == [brought]
    library.removeHandler(brought)
    said = capsys.readouterr().err.removesuffix("\n")
    theirs, ours = re.split(r"\n(?! )", said)  # every line of a record but its first is indented
    assert "a_library: got [hidden]x" in theirs
    assert len(theirs.encode()) <= MOST_BYTES
    assert ours.endswith("WARNING showcase: of ours")


def test_every_secret_of_the_settings_is_known_to_the_log() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://me:pa%40ss@host/name"),
        embedding_key=SecretStr("key-1"),
    )
    assert {"pa%40ss", "pa@ss", "key-1"} <= set(settings.secrets)
