"""Where the database lies: decided from the modes of the folders on the way."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from showcase.errors import UnavailableError
from showcase.store.placement import OUTSIDE, Placement, ServerUser, closed_folder, place

STRANGER = ServerUser(54321, 54321, "stranger")
OWN = ServerUser(os.geteuid(), os.getegid(), "own")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another account")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A new folder that everyone can enter; root's ordinary temporary folders are closed."""
    with tempfile.TemporaryDirectory(prefix="showcase-open-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize(
    ("mode", "for_owner", "for_others"),
    [(0o755, True, True), (0o711, True, True), (0o750, True, False), (0o700, True, False), (0o644, False, False)],
)
def test_a_folder_is_entered_by_its_own_bit(tmp_path: Path, mode: int, for_owner: bool, for_others: bool) -> None:
    tmp_path.chmod(mode)
    assert OWN.can_enter(tmp_path) is for_owner
    assert STRANGER.can_enter(tmp_path) is for_others
    tmp_path.chmod(0o700)


def test_a_group_that_may_enter_counts_only_for_its_members(tmp_path: Path) -> None:
    tmp_path.chmod(0o710)
    group = tmp_path.stat().st_gid
    assert ServerUser(54321, group, "member").can_enter(tmp_path)
    assert not STRANGER.can_enter(tmp_path)


def test_an_owner_without_the_bit_may_not_enter_though_others_may(tmp_path: Path) -> None:
    tmp_path.chmod(0o077)
    assert not OWN.can_enter(tmp_path)
    assert STRANGER.can_enter(tmp_path)
    tmp_path.chmod(0o700)


def test_the_first_closed_folder_on_the_way_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    inner.chmod(0o700)
    outer.chmod(0o700)
    by_stranger = closed_folder(inner, STRANGER)
    assert by_stranger is not None
    assert by_stranger in (outer, *outer.parents)
    assert closed_folder(inner, OWN) is None


def test_a_home_reached_by_a_link_is_the_same_home(tmp_path: Path) -> None:
    home, link = tmp_path / "home", tmp_path / "link"
    home.mkdir()
    link.symlink_to(home)
    assert place(link) == place(home)


def test_homes_do_not_share_a_place(tmp_path: Path) -> None:
    assert place(tmp_path / "a").folder != place(tmp_path / "b").folder


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UnavailableError, match="should be a folder") as refusal:
        place(tmp_path / "file")
    assert "SHOWCASE_HOME" in refusal.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root's databases are run by another account")
def test_an_ordinary_users_database_lies_in_his_home_whatever_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert place(tmp_path).folder == tmp_path.resolve() / "database"


@as_root
def test_roots_place_outside_is_named_by_a_digest_of_its_home(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    found = place(tmp_path)
    assert found.is_outside
    assert found.folder.parent == OUTSIDE
    assert len(found.folder.name) == 32


@as_root
def test_a_database_outside_stays_there_when_its_home_is_opened(open_folder: Path) -> None:
    open_folder.chmod(0o700)
    outside = place(open_folder)
    outside.data_folder.mkdir(parents=True)
    try:
        open_folder.chmod(0o755)
        assert place(open_folder) == outside
    finally:
        shutil.rmtree(outside.folder)
    assert place(open_folder).folder == open_folder / "database"


@as_root
def test_a_database_whose_folder_was_closed_is_refused_rather_than_made_anew(open_folder: Path) -> None:
    place(open_folder).data_folder.mkdir(parents=True)
    open_folder.chmod(0o700)
    with pytest.raises(UnavailableError, match="cannot enter") as refusal:
        place(open_folder)
    assert f"chmod o+x {open_folder}" in refusal.value.remedy


@as_root
def test_root_runs_the_database_of_another_account_as_that_account(open_folder: Path) -> None:
    data_folder = place(open_folder).data_folder
    assert place(open_folder).user.name == "nobody"
    data_folder.mkdir(parents=True)
    os.chown(data_folder, STRANGER.uid, STRANGER.gid)
    assert place(open_folder).user == ServerUser(STRANGER.uid, STRANGER.gid, "user 54321")


def test_the_note_of_the_location_goes_when_the_database_lies_inside(tmp_path: Path) -> None:
    note = tmp_path / "database.location"
    note.write_text("/elsewhere\n")
    Placement(tmp_path, tmp_path / "database", OWN).prepare()
    assert not note.exists()
    assert (tmp_path / "database").is_dir()


def test_a_deleted_and_remade_data_folder_gets_another_socket_below_tmp(tmp_path: Path) -> None:
    placement = Placement(tmp_path, tmp_path / ("long-" * 20), OWN)
    placement.data_folder.mkdir(parents=True)
    first = placement.socket_folder()
    placement.data_folder.rename(tmp_path / "kept")  # so that its inode stays in use, as a live server's would
    placement.data_folder.mkdir()
    assert first.parent == placement.socket_folder().parent == Path("/tmp")
    assert first != placement.socket_folder()
