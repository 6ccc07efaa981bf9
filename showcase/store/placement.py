"""Where the embedded database lies, and as which user its server runs."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showcase.errors import UnavailableError

OUTSIDE = Path("/var/lib/showcase")
"""Where root's databases lie whose SHOWCASE_HOME the server's user cannot enter."""
LOCATION_FILE = "database.location"
PORT = 5432
"""Names the socket file only; there is no TCP."""
_LONGEST_SOCKET_PATH = 100
"""Bytes; sun_path holds 107 on Linux and 103 on macOS."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The account that the server's processes have; PostgreSQL refuses to be root."""

    uid: int
    gid: int
    name: str

    @property
    def is_another(self) -> bool:
        """Whether this process (root) must hand over to that account."""
        return self.uid != os.geteuid()

    def run_as(self) -> dict[str, Any]:
        """The arguments with which subprocess starts a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_another else {}

    def own(self, path: Path | int) -> None:
        """Give a path or an open file to this account."""
        if self.is_another:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        facts = folder.stat()
        return bool(facts.st_mode & self._bit(facts, stat.S_IXUSR, stat.S_IXGRP, stat.S_IXOTH))

    def _bit(self, facts: os.stat_result, owner: int, group: int, other: int) -> int:
        if facts.st_uid == self.uid:
            return owner
        return group if facts.st_gid == self.gid else other


@dataclass(frozen=True, slots=True)
class Placement:
    """The folder of one database and what lies in it; all paths are absolute and free of links."""

    home: Path
    folder: Path
    user: ServerUser

    @property
    def is_outside(self) -> bool:
        """Whether it lies outside its SHOWCASE_HOME, below which the server's user cannot go."""
        return self.folder.parent == OUTSIDE

    @property
    def data_folder(self) -> Path:
        return self.folder / "cluster"

    @property
    def log_file(self) -> Path:
        return self.folder / "server.log"

    @property
    def binaries_folder(self) -> Path:
        """Where a copy of the programs lies when the server's user cannot reach the installed ones."""
        return self.folder / "binaries"

    @property
    def users_lock(self) -> Path:
        """Held shared by every user of the server."""
        return self.folder / "users.lock"

    @property
    def change_lock(self) -> Path:
        """Held alone around start and stop."""
        return self.folder / "change.lock"

    def socket_folder(self) -> Path:
        """Beside the data where a socket's path may be that long, else below /tmp.

        The name below /tmp holds the data folder's inode: a server that outlived its deleted folder keeps its own.
        """
        beside = self.folder / "socket"
        path = str(beside / f".s.PGSQL.{PORT}")
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./+-]+", path, re.ASCII):
            return beside
        identity = f"{self.data_folder}:{self.data_folder.stat().st_ino}"
        return Path("/tmp") / f"showcase-{_digest(identity)[:16]}"  # noqa: S108 - made 0700 and checked for its owner

    def prepare(self) -> None:
        """Make the folder, and say in SHOWCASE_HOME where it is when it is not there."""
        try:
            for folder in (self.folder.parent, self.folder) if self.is_outside else (self.folder,):
                folder.mkdir(exist_ok=True)
                if not self.user.can_enter(folder):
                    folder.chmod(0o755)  # root's umask closed it for the server's user
            note = self.home / LOCATION_FILE
            if not self.is_outside:
                note.unlink(missing_ok=True)
            elif not note.exists() or note.read_text(encoding="utf-8").strip() != str(self.folder):
                note.write_text(f"{self.folder}\n", encoding="utf-8")
        except OSError as error:
            raise UnavailableError(
                f"The database's folder {self.folder} cannot be made: {error.strerror}.",
                "Set SHOWCASE_HOME to a folder that can be written, or SHOWCASE_DATABASE_URL to a server of yours.",
            ) from error


def place(home: Path) -> Placement:
    """Where the database of `home` lies or will lie; makes `home`, decides, and changes nothing else.

    A database that is there stays where it is. Raises UnavailableError when it is there and cannot be used, or when the
    disk does not let it be looked for.
    """
    home = make_home(home)
    try:
        return _placed(home)
    except OSError as error:
        raise UnavailableError(
            f"The database's folder cannot be looked for in {home}: {error.strerror}.",
            "Set SHOWCASE_HOME to a folder that can be used, or SHOWCASE_DATABASE_URL to a server of yours.",
        ) from error


def _placed(home: Path) -> Placement:
    inside = home / "database"
    outside = OUTSIDE / _digest(str(home))[:32]
    is_there = (inside / "cluster").exists()
    user = _server_user(inside / "cluster" if is_there else None)
    if not user.is_another:
        _refuse_foreign(inside / "cluster", user)
        return Placement(home, inside, user)
    closed = closed_folder(inside if is_there else home, user)
    if closed is None and (is_there or not (outside / "cluster").exists()):
        return Placement(home, inside, user)
    if is_there:
        raise UnavailableError(
            f"The database lies in {inside}, and {user.name}, as whom its server runs, cannot enter {closed}.",
            f"Let others pass with chmod o+x {closed}, or move {inside} to {outside}.",
        )
    return Placement(home, outside, user)


def closed_folder(path: Path, user: ServerUser) -> Path | None:
    """The first folder on the way to `path`, itself included, that `user` cannot enter."""
    for folder in reversed((path, *path.parents)):
        if not user.can_enter(folder):
            return folder
    return None


def make_home(home: Path) -> Path:
    """SHOWCASE_HOME as a folder that is there, without links; UnavailableError where it cannot be one."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        return home.resolve(strict=True)
    except OSError as error:
        raise UnavailableError(
            f"SHOWCASE_HOME should be a folder, found {home}: {error.strerror}.",
            "Set SHOWCASE_HOME to a folder that can be written.",
        ) from error


def _server_user(data_folder: Path | None) -> ServerUser:
    """This process's user; for root the owner of the data that is there, else `nobody`."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        try:
            nobody = pwd.getpwnam("nobody")
            uid, gid = nobody.pw_uid, nobody.pw_gid
        except KeyError:
            uid, gid = 65534, 65534
        owner = data_folder.stat() if data_folder is not None else None
        if owner is not None and owner.st_uid != 0:
            uid, gid = owner.st_uid, owner.st_gid
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"user {uid}"
    return ServerUser(uid, gid, name)


def _refuse_foreign(data_folder: Path, user: ServerUser) -> None:
    try:
        owner_uid = data_folder.stat().st_uid
    except FileNotFoundError:
        return
    if owner_uid != user.uid:
        raise UnavailableError(
            f"The database in {data_folder} belongs to user {owner_uid}, this process runs as {user.name}.",
            "Run it as that user (root's databases belong to nobody), or set SHOWCASE_HOME to a folder of your own.",
        )


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()
