"""Artifacts are kept once under their digest, and a disk that fails is told in our own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcase.adapters.artifacts import FileArtifacts
from showcase.errors import IntegrityError, NotFoundError, UnavailableError
from showcase.kernel.identity import Digest

CONTENT = b"twelve bytes"


@pytest.fixture
def artifacts(tmp_path: Path) -> FileArtifacts:
    return FileArtifacts(tmp_path / "models")


def test_the_same_bytes_are_kept_once_and_come_back(artifacts: FileArtifacts) -> None:
    digest = artifacts.put(CONTENT)
    before = artifacts.path(digest).stat()
    assert artifacts.put(CONTENT) == digest
    assert artifacts.path(digest).stat() == before
    assert artifacts.get(digest) == CONTENT
    assert artifacts.verify(digest)
    assert list(artifacts.sizes()) == [(digest, len(CONTENT))]
    assert [one.name for one in artifacts.path(digest).parent.iterdir()] == [digest]


def test_bytes_that_changed_are_told_and_put_right_by_the_next_put(artifacts: FileArtifacts) -> None:
    digest = artifacts.put(CONTENT)
    artifacts.path(digest).write_bytes(CONTENT[::-1])
    assert not artifacts.verify(digest)
    with pytest.raises(IntegrityError):
        artifacts.get(digest)
    artifacts.put(CONTENT)
    assert artifacts.verify(digest)


def test_bytes_that_are_gone_are_not_found(artifacts: FileArtifacts) -> None:
    for ask in (artifacts.get, artifacts.verify):
        with pytest.raises(NotFoundError):
            ask(Digest.of(CONTENT))


def test_a_disk_that_does_not_give_them_is_told_with_the_remedy(artifacts: FileArtifacts) -> None:
    digest = artifacts.put(CONTENT)
    artifacts.path(digest).unlink()
    artifacts.path(digest).mkdir()  # as much a failure for root as an unreadable file is for others
    for ask in (artifacts.get, artifacts.verify):
        with pytest.raises(UnavailableError, match="cannot be read") as told:
            ask(digest)
        assert "Check the disk" in told.value.remedy
    with pytest.raises(UnavailableError, match="could not be written"):
        artifacts.put(CONTENT)


def test_one_that_goes_while_all_are_counted_is_left_out(artifacts: FileArtifacts) -> None:
    digests = [artifacts.put(bytes([number])) for number in range(8)]
    counted = artifacts.sizes()
    first, _ = next(counted)
    for digest in set(digests) - {first}:
        artifacts.path(digest).unlink()
    assert list(counted) == []
