"""A secret may come from a file, and is refused without being shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcase.errors import InvalidInputError
from showcase.settings import load_settings
from tests.canaries import CANARIES, in_bytes

TOKEN = CANARIES["api_token"]


def test_a_secret_comes_from_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("SHOWCASE_API_TOKEN_FILE", str(file))
    token = load_settings().api_token
    assert token is not None
    assert token.get_secret_value() == TOKEN
    file.unlink()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("SHOWCASE_AGENT_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(InvalidInputError, match="SHOWCASE_AGENT_KEY_FILE") as refused:
        load_settings()
    assert refused.value.remedy


def test_a_value_and_a_file_are_one_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("another token, as long as it should be")
    monkeypatch.setenv("SHOWCASE_API_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("SHOWCASE_API_TOKEN", TOKEN)
    with pytest.raises(InvalidInputError, match="both set") as refused:
        load_settings()
    assert not in_bytes(str(refused.value).encode())


def test_what_is_no_secret_comes_from_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "port").write_text("7000")
    monkeypatch.setenv("SHOWCASE_PORT_FILE", str(tmp_path / "port"))
    assert load_settings().port == 5006
