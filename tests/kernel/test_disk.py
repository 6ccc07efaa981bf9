"""What is written and synced is what was given, every new name on the way to it is, and a file that is gone is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from showcase.adapters.artifacts import FileArtifacts
from showcase.kernel.disk import make_kept_folder, start_sync, sync_path


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_a_file_that_is_started_and_synced_has_its_bytes(tmp_path: Path, size: int) -> None:
    file = tmp_path / "file"
    content = os.urandom(size)
    file.write_bytes(content)
    for act in (start_sync, start_sync, sync_path, start_sync):
        act(file)
        assert file.read_bytes() == content


@pytest.mark.parametrize("act", [start_sync, sync_path])
def test_a_file_that_is_gone_is_told(tmp_path: Path, act: object) -> None:
    assert callable(act)
    with pytest.raises(FileNotFoundError):
        act(tmp_path / "gone")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, frozenset[str]]]:
    """Each folder that is synced, with the names that it had then."""
    noted, sync = list[tuple[Path, frozenset[str]]](), os.fsync

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        if path.is_dir():
            noted.append((path, frozenset(each.name for each in path.iterdir())))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return noted


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="what is synced is looked up in Linux' /proc"
)


@needs_proc
def test_every_new_folder_has_its_name_on_the_disk(tmp_path: Path, synced: list[tuple[Path, frozenset[str]]]) -> None:
    make_kept_folder(tmp_path / "a" / "b")
    assert synced == [(tmp_path, {"a"}), (tmp_path / "a", {"b"})]
    make_kept_folder(tmp_path / "a" / "b")
    assert len(synced) == 2, "what is there is not synced again"


@needs_proc
def test_no_folder_on_the_way_to_an_artifact_goes_when_the_power_fails(
    tmp_path: Path, synced: list[tuple[Path, frozenset[str]]]
) -> None:
    digest = FileArtifacts(tmp_path / "models").put(b"twelve bytes")
    assert dict(synced) == {
        tmp_path: {"models"}, tmp_path / "models": {digest[:2]}, tmp_path / "models" / digest[:2]: {digest},
    }  # fmt: skip
